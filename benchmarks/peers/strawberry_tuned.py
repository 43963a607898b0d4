"""Strawberry over ASGI with the quickest parts that its hooks let in: aiohttp and orjson."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import aiohttp
import orjson
from yarl import URL

from .strawberry_documented import DocumentedGraphQL
from .strawberry_schema import schema

_UPSTREAM = os.environ["UPSTREAM"]
_CONNECTIONS = 100


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


class TunedGraphQL(DocumentedGraphQL):
    """The documented view on other parts."""

    source = AiohttpSource()

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> Any:
        return orjson.loads(data) if data else json.loads(data)


app = TunedGraphQL(schema, graphql_ide=None)
