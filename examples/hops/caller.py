"""How one function calls another: over HTTP, one call after the other. It adds no delay of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import aiohttp

from .delays import Tally

#: How many calls came one after the other, so far.
HOPS_HEADER = "hops"
#: On whose behalf is asked, as the demo's services read it.
SUBJECT_HEADER = "gateway-identity-sub"

#: Whatever JSON a service answers with.
Json: TypeAlias = Any


class Caller:
    """What a function calls others with; `hops` is the length of the chain of calls so far."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_gateway: str,
        *,
        third_parties: Mapping[str, str],
        tally: Tally,
        subject: str,
        hops: int,
    ) -> None:
        self.hops = hops
        self._session = session
        self._api_gateway = api_gateway
        self._third_parties = third_parties
        self._tally = tally
        self._subject = subject

    async def get(self, service: str, path: str = "", **query: str | Sequence[str]) -> Json:
        """The answer of *service*, by way of API Gateway."""
        answer, headers = await self._fetch(f"{self._api_gateway}/{service}{path}", query, {})
        self.hops = int(headers[HOPS_HEADER])
        return answer

    async def rows_by_id(self, service: str, path: str, ids: Sequence[str]) -> dict[str, Json]:
        """Rows of *service* by their ids, in one call; none for no ids."""
        unique = list(dict.fromkeys(ids))
        rows = await self.get(service, path, id=unique) if unique else []
        return {row["id"]: row for row in rows}

    async def ask(self, third_party: str, path: str, **query: str) -> Json:
        """The answer of a third party, which takes a key and stands behind no API Gateway of ours."""
        self._tally.calls += 1
        self.hops += 1
        key = {"x-api-key": f"demo-{third_party}-key"}
        answer, _ = await self._fetch(self._third_parties[third_party] + path, query, key)
        return answer

    async def _fetch(
        self, url: str, query: Mapping[str, str | Sequence[str]], headers: Mapping[str, str]
    ) -> tuple[Json, Mapping[str, str]]:
        sent = {**headers, HOPS_HEADER: str(self.hops), SUBJECT_HEADER: self._subject}
        async with self._session.get(url, params=_pairs(query), headers=sent) as answer:
            answer.raise_for_status()
            return await answer.json(), answer.headers


def _pairs(query: Mapping[str, str | Sequence[str]]) -> list[tuple[str, str]]:
    return [
        (name, value) for name, values in query.items() for value in ([values] if isinstance(values, str) else values)
    ]
