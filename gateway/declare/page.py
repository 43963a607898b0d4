"""One page of a list that its backend pages: the record behind a connection.

The GraphQL types over it are Strawberry's own `relay.Connection`, `relay.Edge` and `relay.PageInfo`: they read the
attributes that stand here. Relay Cursor Connections Specification, sections 2-5.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

R = TypeVar("R")


class Edge(msgspec.Struct, Generic[R], frozen=True):
    """One row and the cursor to continue behind it."""

    cursor: str
    node: R


class PageInfo(msgspec.Struct, frozen=True):
    """Whether there is more, and where to go on."""

    has_next_page: bool
    has_previous_page: bool = False
    start_cursor: str | None = None
    end_cursor: str | None = None


class Page(msgspec.Struct, Generic[R], frozen=True):
    """A page of rows: `{"edges": [{"cursor": "a1", "node": {...}}], "page_info": {"has_next_page": false}}`."""

    edges: list[Edge[R]]
    page_info: PageInfo
