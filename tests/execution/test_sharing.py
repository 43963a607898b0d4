"""Objects that several parents have: they are made once, but for what a resolver gives."""

from typing import Annotated

import pytest
import strawberry
from msgspec.structs import replace

from gateway import Info, arg, batched, graph, load, object_of
from gateway.execution.placing import CELLS_AT_ONCE
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import PLANNED, REFERENCE, agree
from tests.execution.differing import told


@batched
async def size(authors: list[AuthorRecord]) -> list[int]:
    _SIZED.append([author.id for author in authors])
    return [len(author.name) for author in authors]


_SIZED = []
_NAMED = []


@object_of(AuthorRecord, name="SharedAuthor")
class SharedAuthor:
    name: str
    size: int = size

    @strawberry.field
    def named(self) -> str:
        _NAMED.append(self.id)
        return self.name.upper()

    @strawberry.field
    def placed(self, info: Info) -> str:
        _NAMED.append(self.id)
        return str(info.path.key)


@object_of(BookRecord, name="SharingBook")
class SharingBook:
    title: str
    shared: SharedAuthor = load(library.author_by_id, key=BookRecord.author_id)


_BOOKS = graph(query=query_of(books=(list[SharingBook | None], load(library.books_by_author, key=arg("by", str)))))


@pytest.mark.parametrize("settings", [PLANNED, REFERENCE], ids=["planned", "reference"])
@pytest.mark.parametrize(("field", "seen"), [("size", _SIZED), ("named", _NAMED)])
async def test_each_parent_is_asked_for_what_a_resolver_gives(field, seen, settings):
    """Two parents with the same row have a resolver called twice, also by code: it may not answer alike."""
    seen.clear()

    people = FakeBackend({"GET /authors": AUTHORS})
    async with running(_BOOKS, settings=settings, books=FakeBackend({"GET /books": BOOKS}), people=people) as ask:
        for _ in range(2):
            seen.clear()
            data = await ask.data(f'{{books(by: "a1") {{shared {{{field}}}}}}}')

    assert data["books"][0] == data["books"][1]
    assert 2 == len([key for call in seen for key in ([call] if isinstance(call, str) else call)])


async def test_a_resolver_with_an_info_is_called_for_each_parent():
    """Its place is its own: that is the same for both."""
    for settings in (PLANNED, REFERENCE):
        _NAMED.clear()
        await told(_BOOKS, '{books(by: "a1") {shared {placed}}}', settings, times=2)
        assert ["a1"] * 4 == _NAMED


@object_of(BookRecord, name="FellowBook")
class FellowBook:
    title: str
    shelf: int | None
    fellows: list[Annotated["FellowBook", strawberry.lazy(__name__)] | None] | None = load(
        library.books_by_author, key=BookRecord.author_id
    )


_FELLOWS = graph(query=query_of(books=(list[FellowBook], load(library.books_by_author, key=arg("by", str)))))


@pytest.mark.parametrize(("shelf", "errors"), [(2, 0), (2**40, 2)])
async def test_a_list_that_several_parents_have_is_theirs_alike(shelf, errors):
    """Its objects are made once where all are regular; an item that is not fails at each place."""
    rows = [BOOKS[0], replace(BOOKS[1], shelf=shelf)]

    answer = await agree(
        _FELLOWS, '{books(by: "a1") {title fellows {title shelf}}}', backends={"books": {"GET /books": rows}}
    )

    fellows = [{"title": "Engines", "shelf": 1}, {"title": "Looms", "shelf": None if errors else shelf}]
    assert [fellows, fellows] == [book["fellows"] for book in answer.data["books"]]
    assert errors == len(answer.errors)


_OF_ONE_SHELF = graph(query=query_of(books=(list[FellowBook], load(library.books_on_shelf, key=arg("shelf", int)))))


async def test_a_long_list_that_several_parents_have_is_whole_at_each():
    """Too long to be made at once, it is made in turns."""
    many = [replace(BOOKS[0], id=f"b{number}", shelf=9) for number in range(CELLS_AT_ONCE)]
    rows = [BOOKS[0], replace(BOOKS[0], id="b"), *many]

    answer = await agree(_OF_ONE_SHELF, "{books(shelf: 1) {fellows {title}}}", backends={"books": {"GET /books": rows}})

    assert [[{"title": "Engines"}] * len(rows)] * 2 == [book["fellows"] for book in answer.data["books"]]
