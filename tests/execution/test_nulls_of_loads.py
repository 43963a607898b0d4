"""Nulls and errors of declared loads: missing rows, failed calls, records that several parents share. Section 6.4.4."""

import pytest
import strawberry

from gateway import arg, graph, load, object_of
from gateway.testing.fake_backend import respond
from tests.declare import library, types
from tests.declare.library import AUTHORS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import agree


def raise_now():
    raise ValueError("now")


@object_of(BookRecord)
class Story:
    title: str
    author: types.Author = load(library.author_by_id, key=BookRecord.author_id)
    reviewer: types.Author | None = load(library.author_by_id, key=BookRecord.subtitle)


@object_of(AuthorRecord)
class Writer:
    name: str
    stories: list[Story] | None = load(library.books_by_author, key=AuthorRecord.id)


_STORIES = graph(
    query=query_of(
        stories=(list[Story | None], load(library.books_on_shelf, key=arg("shelf", int))),
        strict=(list[Story] | None, load(library.books_on_shelf, key=arg("shelf", int))),
        writer=(Writer | None, load(library.author_by_id, key=arg("id", str))),
    )
)
_ROWS = [
    BookRecord("b1", "Engines", "a1", 1),
    BookRecord("b2", "Lost", "a9", 1),
    BookRecord("b3", "Wires", "a2", 1, "a3"),
]
_BACKENDS = {"books": {"GET /books": _ROWS}, "people": {"GET /authors": AUTHORS}}


async def test_a_row_that_is_missing_fails_its_own_position():
    """Of many parents whose load is one call, the one without a row is nulled."""
    answer = await agree(_STORIES, "{stories(shelf: 1) {title author {name} reviewer {name}}}", backends=_BACKENDS)

    assert [
        {"title": "Engines", "author": {"name": "Ada"}, "reviewer": None},
        None,
        {"title": "Wires", "author": {"name": "Bell"}, "reviewer": {"name": "Cole"}},
    ] == answer.data["stories"]
    assert ([["stories", 1, "author"]], ["NOT_FOUND"]) == (answer.paths, answer.codes)


async def test_a_missing_row_takes_a_strict_list_along():
    """The same row where items may not be null nulls the list."""
    answer = await agree(
        _STORIES, "{strict(shelf: 1) {author {name}} other: stories(shelf: 1) {title}}", backends=_BACKENDS
    )

    assert {"strict": None, "other": [{"title": row.title} for row in _ROWS]} == answer.data
    assert [["strict", 1, "author"]] == answer.paths


async def test_a_failed_call_fails_every_position_that_needs_it():
    """Each position is told; nullable ones are null alone, others take along what they must."""
    backends = {"books": {"GET /books": _ROWS}, "people": {"GET /authors": respond(status=500)}}

    nullable = await agree(_STORIES, "{stories(shelf: 1) {title reviewer {name}}}", backends=backends)
    strict = await agree(_STORIES, "{stories(shelf: 1) {title author {name}}}", backends=backends)

    assert [{"title": row.title, "reviewer": None} for row in _ROWS] == nullable.data["stories"]
    assert [["stories", 2, "reviewer"]] == nullable.paths
    assert [None, None, None] == strict.data["stories"]
    assert [["stories", index, "author"] for index in range(3)] == strict.paths


async def test_an_object_that_stands_at_two_places_is_told_at_both():
    """One record, loaded once, fails at each path that shows it."""
    backends = {
        "books": {"GET /books": [*_ROWS[1:2], BookRecord("b9", "Last", "a1")]},
        "people": {"GET /authors": AUTHORS},
    }
    query = '{a: writer(id: "a9x") {name} b: stories(shelf: 1) {author {name}} c: stories(shelf: 1) {author {name}}}'

    answer = await agree(_STORIES, query, backends=backends)

    assert {"a": None, "b": [None], "c": [None]} == answer.data
    assert [["b", 0, "author"], ["c", 0, "author"]] == answer.paths


@object_of(BookRecord, name="Leaflet")
class Leaflet:
    title: str
    author: "Strict" = load(library.author_by_id, key=BookRecord.author_id)


@object_of(AuthorRecord)
class Strict:
    name: str

    @strawberry.field
    def initial(self) -> str | None:
        return self.name[0] if self.name != "Bell" else raise_now()

    @strawberry.field
    def must(self) -> str:
        return self.name[0] if self.name != "Bell" else raise_now()


_LEAFLETS = graph(query=query_of(leaflets=(list[Leaflet | None], load(library.books_on_shelf, key=arg("shelf", int)))))


@pytest.mark.parametrize(("field", "expected"), [("initial", {"author": {"value": None}}), ("must", None)])
async def test_a_shared_record_fails_below_each_parent(field, expected):
    """Two parents with one author have the author's error twice, at their own paths."""
    rows = [BookRecord("b1", "A", "a2", 1), BookRecord("b2", "B", "a1", 1), BookRecord("b3", "C", "a2", 1)]
    backends = {"books": {"GET /books": rows}, "people": {"GET /authors": AUTHORS}}

    answer = await agree(_LEAFLETS, f"{{leaflets(shelf: 1) {{author {{value: {field}}}}}}}", backends=backends)

    assert [expected, {"author": {"value": "A"}}, expected] == answer.data["leaflets"]
    assert [["leaflets", index, "author", "value"] for index in (0, 2)] == answer.paths
