"""`@batched`: one call of the resolver for all parents at one response position."""

import asyncio

import pytest
import strawberry

from gateway import Context, DeclarationError, Info, arg, batched, graph, load, object_of
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import BookRecord, problems_of, query_of, refusal


class Seen:
    """What the resolvers were given, call by call; the engine hands it to them as `context.app`."""

    def __init__(self):
        self.calls = []


@batched
async def length(books: list[BookRecord], context: Context, *, unit: int = 1) -> list[int | Exception]:
    """The title's length."""
    context.app.calls.append(([book.id for book in books], unit))
    return [ValueError("no title") if book.id == "b2" else len(book.title) * unit for book in books]


@batched
async def too_few(books: list[BookRecord]) -> list[int]:
    return [1 for _ in books[1:]]


@batched
async def no_list(books: list[BookRecord]) -> list[int]:
    return None


@batched
async def failing(books: list[BookRecord]) -> list[int]:
    raise RuntimeError("secret")


@batched
async def endless(books: list[BookRecord]) -> list[int]:
    await asyncio.Event().wait()


@batched
async def cancelled(books: list[BookRecord]) -> list[int]:
    raise asyncio.CancelledError


@batched
async def stop_iteration(books: list[BookRecord]) -> list[int | Exception]:
    return [StopIteration(1) for _ in books]


@object_of(BookRecord)
class MeasuredBook:
    title: str
    length: int | None = length
    too_few: int | None = too_few
    no_list: int | None = no_list
    failing: int | None = failing
    endless: int | None = endless
    cancelled: int | None = cancelled
    stop_iteration: int | None = stop_iteration


_GRAPH = graph(query=query_of(books=(list[MeasuredBook], load(library.books_by_author, key=arg("author", str)))))


async def test_all_parents_are_one_call():
    """The parents come in their order; an exception in a value's place fails that parent's field alone."""
    seen = Seen()

    async with running(_GRAPH, app=seen, books=types.books()) as ask:
        reply = await ask('{books(author: "a1") {title length}}')

    assert [{"title": "Engines", "length": 7}, {"title": "Looms", "length": None}] == reply.data["books"]
    assert [(["books", 1, "length"], "INTERNAL_SERVER_ERROR")] == [
        (error["path"], error["extensions"]["code"]) for error in reply.errors
    ]
    assert [(["b1", "b2"], 1)] == seen.calls


async def test_arguments_and_positions_keep_calls_apart():
    """Keyword-only parameters are GraphQL arguments; another position, or other arguments, is another call."""
    seen = Seen()

    async with running(_GRAPH, app=seen, books=types.books()) as ask:
        data = await ask.data('{books(author: "a2") {length double: length(unit: 2) same: length(unit: 1)}}')

    assert [{"length": 5, "double": 10, "same": 5}] == data["books"]
    assert [(["b3"], 1), (["b3"], 1), (["b3"], 2)] == sorted(seen.calls, key=str)
    assert "length(unit: Int! = 1): Int" in _GRAPH.sdl
    assert '"""The title\'s length."""' in _GRAPH.sdl


@pytest.mark.parametrize(
    ("field", "detail"),
    [
        ("tooFew", "INTERNAL_SERVER_ERROR: tests.declare.test_batched.too_few: expected 2 values, one a parent, got 1"),
        ("noList", "INTERNAL_SERVER_ERROR: tests.declare.test_batched.no_list: expected a list, got NoneType"),
        ("failing", "RuntimeError('secret')"),
        ("cancelled", "INTERNAL_SERVER_ERROR: a load ended without an outcome; was it cancelled from within?"),
        ("stopIteration", "INTERNAL_SERVER_ERROR: expected a value or an error, got StopIteration(1)"),
    ],
)
async def test_what_goes_wrong_for_all_fails_all(field, detail):
    """A wrong number of values, an exception or a lost outcome is an error of every parent's field, never a hang."""
    async with running(_GRAPH, books=types.books()) as ask:
        reply = await ask(f'{{books(author: "a1") {{title value: {field}}}}}')

    assert [{"title": "Engines", "value": None}, {"title": "Looms", "value": None}] == reply.data["books"]
    assert [detail, detail] == reply.details
    assert {"Something went wrong on our side."} == {error["message"] for error in reply.errors}


async def test_it_ends_with_the_requests_deadline():
    """A batched resolver that hangs is DEADLINE_EXCEEDED; what is known is answered."""
    async with running(_GRAPH, books=types.books()) as ask:
        reply = await ask('{books(author: "a2") {title endless}}', time_s=0.05)

    assert {"books": [{"title": "Wires", "endless": None}]} == reply.data
    assert ["DEADLINE_EXCEEDED"] == reply.codes


def test_what_a_batched_resolver_must_be():
    """It is async, takes the parents as a list first, and returns a list."""

    def sync(books: list[BookRecord]) -> list[int]: ...
    async def no_parents() -> list[int]: ...
    async def one_parent(book: BookRecord) -> list[int]: ...
    async def one_value(books: list[BookRecord]) -> int: ...

    messages = [refusal(lambda declare=declare: batched(declare)) for declare in (sync, no_parents, one_parent)]

    assert [
        "sync: @batched expects an async function",
        "no_parents: expected the parents as first parameter, `parents: list[Record]`",
        "one_parent: expected the parents as first parameter, `parents: list[Record]`",
    ] == messages
    assert "one_value: expected `-> list[...]`, one value a parent; got <class 'int'>" == refusal(
        lambda: batched(one_value)
    )


def test_the_parents_are_the_types_record():
    """A resolver of other parents is found when the graph is built."""

    @batched
    async def of_authors(authors: list[library.AuthorRecord]) -> list[int]: ...

    @object_of(BookRecord)
    class Book:
        title: str
        wrong: int = of_authors

    with pytest.raises(DeclarationError, match=r"Book.wrong: .*of_authors takes a list of AuthorRecord, but the type"):
        graph(query=query_of(book=(Book, load(library.featured))))


async def test_parents_may_be_plain_objects():
    """Without a record, the parents are what the resolver above gave."""

    @batched
    async def twice(numbers: list[int]) -> list[int]:
        return [2 * number for number in numbers]

    @strawberry.type
    class Number:
        doubled: int = twice

        @classmethod
        def is_type_of(cls, value, _info):
            return isinstance(value, int)

    def numbers() -> list[int]:
        return [1, 2]

    built = graph(query=query_of(numbers=(list[Number], strawberry.field(numbers, graphql_type=list[Number]))))

    async with running(built) as ask:
        assert {"numbers": [{"doubled": 2}, {"doubled": 4}]} == await ask.data("{numbers {doubled}}")


def test_further_parameters_are_the_context_and_arguments():
    """`info` is of one parent, and a parameter without a type neither an argument nor the context."""

    async def of_info(books: list[BookRecord], info: Info) -> list[int]: ...
    async def bare(books: list[BookRecord], context) -> list[int]: ...
    async def reserved(books: list[BookRecord], *, info: str) -> list[int]: ...

    messages = [refusal(lambda declare=declare: batched(declare)) for declare in (of_info, bare, reserved)]

    assert [
        "of_info: expected 'info' to be a `Context`, got `Info`: many parents have no one place",
        "bare: expected a type for 'context', got none; the request is a `Context`",
        "tests.declare.test_batched.reserved: a parameter cannot be named 'info', which resolvers have: rename it",
    ] == messages


def test_the_values_are_the_fields():
    """What the resolver says that it gives is compared with the field's type; errors in its place have none."""

    @batched
    async def words(books: list[BookRecord]) -> list[str | ValueError]: ...

    @batched
    async def counts(books: list[BookRecord]) -> list[int | None]: ...

    @object_of(BookRecord)
    class Book:
        pages: int = words
        lines: int = counts
        lines_or_none: int | None = counts
        blurb: str = words
        tags: list[str] = words

    assert [
        "Book.pages: tests.declare.test_batched.words gives str, but the field's type is int",
        "Book.lines: tests.declare.test_batched.counts may give None, so the field must be nullable",
    ] == problems_of(query_of(book=(Book, load(library.featured))))
