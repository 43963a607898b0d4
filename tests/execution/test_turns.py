"""Long lists: they are projected in several turns of the event loop, so that other requests are not held up."""

from __future__ import annotations

import asyncio
from typing import Any

import strawberry

from gateway import arg, graph, load, object_of
from gateway.execution.placing import CELLS_AT_ONCE
from gateway.testing import FakeBackend, running
from gateway.vocabulary.settings import Settings
from tests.declare import library
from tests.declare.library import BookRecord, query_of
from tests.execution.agreeing import given, graph_of

GENERATED = Settings(mode="development", execution="generated")
INTERPRETED = Settings(mode="development", execution="interpreted")


@object_of(BookRecord)
class Book:
    id: str
    title: str
    shelf: int


@strawberry.type
class Item:
    number: int


@strawberry.type
class Holder:
    items: list[Item] | None


GRAPH = graph(query=query_of(books=(list[Book], load(library.books_by_author, key=arg("author", str)))))


async def turns_while_answered(
    count: int, *, wrong: int | None = None, settings: Settings = GENERATED
) -> tuple[int, int]:
    """How often another task ran between the backend's answer and the end, and how many books came."""
    turns = 0
    answered = asyncio.Event()

    async def ticking() -> None:
        nonlocal turns
        await answered.wait()
        while True:
            turns += 1
            await asyncio.sleep(0)

    def rows(_request):
        answered.set()
        return [
            {"id": f"b{number}", "title": "Book", "author_id": "a1", "shelf": 2**40 if number == wrong else 1}
            for number in range(count)
        ]

    async with running(GRAPH, settings=settings, books=FakeBackend({"GET /books": rows})) as ask:
        ticker = asyncio.create_task(ticking())
        reply = await ask('{books(author: "a1") {id title shelf}}')
        ticker.cancel()
    return turns, len(reply.data["books"]) if reply.data else len(reply.errors)


async def test_a_long_list_lets_others_run():
    """Every few thousand values the event loop gets its turn; a short list takes none of these."""
    short_turns, _ = await turns_while_answered(10)
    fewest_turns, _ = await turns_while_answered(10, settings=INTERPRETED)
    long_turns, books = await turns_while_answered(CELLS_AT_ONCE)

    assert CELLS_AT_ONCE == books
    assert fewest_turns == short_turns
    assert long_turns >= short_turns + 3


async def test_an_irregular_item_of_a_long_list_is_found():
    """What generated code cannot place is placed by the interpreter, with its error, in a list of any length."""
    _, errors = await turns_while_answered(CELLS_AT_ONCE, wrong=CELLS_AT_ONCE - 1)

    assert 1 == errors


async def test_long_lists_stand_beside_what_is_none():
    """Of several parents each has its own: a long list, none, or an error."""
    items = [Item(number=number) for number in range(CELLS_AT_ONCE)]
    failed: Any = ValueError("none")
    holders = [Holder(items=items), Holder(items=None), Holder(items=failed)]
    async with running(graph_of(holders=(list[Holder], given(holders))), settings=GENERATED) as ask:
        reply = await ask("{holders {items {number}}}")

    long, *others = (holder["items"] for holder in reply.data["holders"])
    assert list(range(CELLS_AT_ONCE)) == [item["number"] for item in long]
    assert ([None, None], [["holders", 2, "items"]]) == (others, [error["path"] for error in reply.errors])
