"""Strawberry over ASGI: as documented, with httpx, and tuned, with aiohttp and orjson."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import aiohttp
import httpx
import orjson
from strawberry.asgi import GraphQL
from yarl import URL

from .strawberry_schema import Context, schema

_UPSTREAM = os.environ["UPSTREAM"]
_CONNECTIONS = 100


class HttpxSource:
    """One `AsyncClient` for all requests."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(base_url=_UPSTREAM)

    async def rows(self, path: str, query: Sequence[tuple[str, str]], viewer: str) -> Any:
        response = await self._client.get(path, params=list(query), headers={"x-viewer": viewer})
        return response.raise_for_status().json()


class AiohttpSource:
    """One session, opened inside the loop; addresses are not parsed again."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def rows(self, path: str, query: Sequence[tuple[str, str]], viewer: str) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CONNECTIONS))
        text = "&".join(f"{name}={value}" for name, value in query)
        url = URL(f"{_UPSTREAM}{path}?{text}", encoded=True)
        async with self._session.get(url, headers={"x-viewer": viewer}) as response:
            return orjson.loads(await response.read())


class VanillaGraphQL(GraphQL[Context, None]):
    """The documented view."""

    source: Any = HttpxSource()

    async def get_context(self, request: Any, response: Any) -> Any:  # noqa: ARG002 - Strawberry's signature
        return Context(self.source, request.headers.get("x-viewer", "0"))


class TunedGraphQL(VanillaGraphQL):
    """The same with the quickest parts that its hooks let in."""

    source = AiohttpSource()

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data) if data else json.loads(data)


vanilla = VanillaGraphQL(schema, graphql_ide=None)
tuned = TunedGraphQL(schema, graphql_ide=None)
