"""Strawberry over ASGI as documented, with httpx."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import httpx
from strawberry.asgi import GraphQL

from .strawberry_schema import Context, schema

_UPSTREAM = os.environ["UPSTREAM"]


class HttpxSource:
    """One `AsyncClient` for all requests."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(base_url=_UPSTREAM)

    async def rows(self, path: str, query: Sequence[tuple[str, str]], viewer: str) -> Any:
        response = await self._client.get(path, params=list(query), headers={"x-viewer": viewer})
        return response.raise_for_status().json()


class DocumentedGraphQL(GraphQL[Context, None]):
    """The documented view."""

    source: Any = HttpxSource()

    async def get_context(self, request: Any, response: Any) -> Any:  # noqa: ARG002 - Strawberry's signature
        return Context(self.source, request.headers.get("x-viewer", "0"))


app = DocumentedGraphQL(schema, graphql_ide=None)
