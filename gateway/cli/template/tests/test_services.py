"""The services answer what the dataloaders declare."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.request import urlopen

import msgspec

from dataloaders.books import BookRecord
from gateway import Page
from gateway.testing import service


async def fetch(url: str, kind: Any) -> Any:
    with await asyncio.to_thread(urlopen, url, timeout=5) as response:
        return msgspec.json.decode(response.read(), type=kind)


async def test_books_are_records() -> None:
    """Rows and pages of the real service decode, and ids and cursors choose what they name."""
    async with service(["-m", "services.books", "--port", "0"]) as books:
        rows = await fetch(f"{books.address}/books?id=b3&id=b4&id=b9", list[BookRecord])
        page = await fetch(f"{books.address}/books/page?first=2&after=b3", Page[BookRecord])

    assert {"Kindred", "Solaris"} == {book.title for book in rows}
    assert (["b4", "b5"], True) == ([edge.node.id for edge in page.edges], page.page_info.has_next_page)
