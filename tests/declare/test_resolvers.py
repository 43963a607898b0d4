"""Plain Strawberry resolvers beside loads, and opaque loaders."""

import asyncio

import msgspec
import strawberry

from gateway import Call, Context, Info, Keys, RuleError, arg, get, graph, load, object_of, patch, viewer
from gateway.testing.fake_backend import FakeBackend, respond
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.declare import library, types
from tests.declare.library import BOOKS, BookRecord, query_of
from tests.declare.types import Author, Book


def resolver(function):
    return strawberry.field(function)


async def test_resolvers_may_be_sync_or_async():
    """Both see the parent's record and the typed context; a record that they give is completed like a loaded one."""

    def subject(info: Info) -> str | None:
        return info.context.identity.subject

    async def first_book(info: Info) -> Book | None:
        return await library.book_by_id.load(info.context, "b1")

    built = graph(query=query_of(subject=(str | None, resolver(subject)), first=(Book | None, resolver(first_book))))

    async with running(built, people=types.people(), books=types.books()) as ask:
        data = await ask.data("{subject first {title author {name}}}", identity="r1")

    assert {"subject": "r1", "first": {"title": "Engines", "author": {"name": "Ada"}}} == data


async def test_resolvers_load_through_the_same_door():
    """What a resolver awaits leaves together with what fields load, and is kept for the request."""

    async def titles(info: Info) -> list[str]:
        found = await library.book_by_id.load_many(info.context, ["b2", "b9", "b1"])
        return [book.title if isinstance(book, BookRecord) else "?" for book in found]

    field = load(library.book_by_id, key=arg("id", str))
    built = graph(query=query_of(titles=(list[str], resolver(titles)), book=(Book | None, field)))
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        data = await ask.data('{titles book(id: "b1") {title}}')

    assert {"titles": ["Looms", "?", "Engines"], "book": {"title": "Engines"}} == data
    assert [{"b1", "b2", "b9"}] == [set(keys) for keys in books.keys("id")]


async def test_a_loaders_error_may_be_caught():
    """`load` raises the key's error; `load_many` gives it in the value's place."""

    async def outcome(info: Info) -> list[str]:
        (given,) = await library.book_by_id.load_many(info.context, ["b1"])
        try:
            await library.book_by_id.load(info.context, "b1")
        except RuntimeError as raised:
            return [type(given).__name__, type(raised).__name__, str(raised is given)]
        return []

    built = graph(query=query_of(outcome=(list[str], resolver(outcome))), backends=[library.books])
    books = FakeBackend({"GET /books": lambda request: RuntimeError("broken wire")})

    async with running(built, books=books) as ask:
        data = await ask.data("{outcome}")

    assert {"outcome": ["RuntimeError", "RuntimeError", "True"]} == data


async def test_an_error_of_ours_says_what_it_may():
    """A RuleError's text is for the client; any other exception's is not."""

    def rule() -> str | None:
        raise RuleError("only on Sundays")

    def bug() -> str | None:
        raise ValueError("password: hunter2")

    built = graph(query=query_of(rule=(str | None, resolver(rule)), bug=(str | None, resolver(bug))))

    async with running(built, settings=Settings()) as ask:
        reply = await ask("{rule bug}")

    assert {
        ("only on Sundays", "FORBIDDEN"),
        ("Something went wrong on our side.", "INTERNAL_SERVER_ERROR"),
    } == {(error["message"], error["extensions"]["code"]) for error in reply.errors}
    assert "hunter2" not in str(reply.errors)


async def test_a_value_of_the_wrong_type_is_not_shown():
    """What a resolver gave where a record belongs stays out of the answer."""

    def author() -> Author | None:
        return {"secret": "hunter2"}

    built = graph(query=query_of(author=(Author | None, resolver(author))))

    async with running(built, settings=Settings(), people=types.people(), books=types.books()) as ask:
        reply = await ask("{author {name}}")

    assert ({"author": None}, ["INTERNAL_SERVER_ERROR"]) == (reply.data, reply.codes)
    assert "hunter2" not in str(reply.errors)


@library.books.one(by=BookRecord.id)
async def book_somewhere(ids: Keys[str]) -> list[BookRecord]:
    """Awaits by itself, backwards and with a row too many."""
    await asyncio.sleep(0)
    return [*reversed([book for book in BOOKS if book.id in ids]), BookRecord("b7", "Unasked", "a1")]


@library.books.many(by=BookRecord.author_id)
async def books_in_error(ids: Keys[str]) -> list[BookRecord]:
    raise RuntimeError("no such library")


@library.books.one()
async def endless() -> BookRecord:
    await asyncio.Event().wait()


@library.books.one(by=BookRecord.id)
async def not_rows(ids: Keys[str]) -> list[BookRecord]:
    return ["b1"]


@library.books.one(by=BookRecord.id)
def no_call(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get


async def test_an_opaque_loader_is_aligned_like_any():
    """It gives rows in any order; it is asked once for all keys, and makes no call that the receipt knows."""
    field = load(book_somewhere, key=arg("id", str))
    built = graph(query=query_of(book=(Book | None, field)))
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        reply = await ask('{one: book(id: "b1") {title} two: book(id: "b2") {title} three: book(id: "b7x") {title}}')

    assert book_somewhere.opaque
    assert {"one": {"title": "Engines"}, "two": {"title": "Looms"}, "three": None} == reply.data
    assert ([], [], ()) == (reply.errors, books.requests, reply.calls)


async def test_an_opaque_loader_may_fail_or_hang():
    """Its exception is a masked error, its delay ends with the deadline, a wrong row is named."""
    built = graph(
        query=query_of(
            failing=(list[Book] | None, load(books_in_error, key=viewer("sub"))),
            endless=(Book | None, load(endless)),
            wrong=(Book | None, load(not_rows, key=viewer("sub"))),
            nothing=(Book | None, load(no_call, key=viewer("sub"))),
        )
    )

    async with running(built, people=types.people(), books=types.books()) as ask:
        reply = await ask("{failing {title} endless {title} wrong {title} nothing {title}}", identity="b1", time_s=0.3)

    errors = {error["path"][0]: error["extensions"] for error in reply.errors}
    assert {"failing": None, "endless": None, "wrong": None, "nothing": None} == reply.data
    assert ("INTERNAL_SERVER_ERROR", "RuntimeError('no such library')") == tuple(errors["failing"].values())
    assert "DEADLINE_EXCEEDED: books.endless was still running" == errors["endless"]["detail"]
    assert (
        "books: BACKEND_INVALID_RESPONSE: not_rows: expected rows of BookRecord, got str" == errors["wrong"]["detail"]
    )
    assert "INTERNAL_SERVER_ERROR: books.no_call: expected a Call, got function" == errors["nothing"]["detail"]


async def test_a_write_is_one_call():
    """A mutation's resolver sends a write; its answer, or that of another status, is typed."""

    class Problem(msgspec.Struct, frozen=True):
        message: str

    @library.books.write(invalidates=[library.book_by_id])
    def rename(book_id: str, *, title: str) -> Call[BookRecord]:
        return patch("/books/{id}", id=book_id, json={"title": title}, into=BookRecord).on_status(422, into=Problem)

    @object_of(BookRecord, name="RenamedBook")
    class Renamed:
        title: str

    async def rename_book(info: Info, title: str) -> Renamed | None:
        answer = await rename.send(info.context, "b1", title=title)
        if isinstance(answer, Problem):
            raise RuleError(answer.message)
        return answer

    @strawberry.type
    class Mutation:
        rename: Renamed | None = strawberry.mutation(resolver=rename_book)

    def changed(request):
        title = msgspec.json.decode(request.body)["title"]
        too_short = respond({"message": "too short"}, status=422)
        return too_short if title == "bad" else BookRecord("b1", title, "a1")

    built = graph(query=query_of(book=(Book, load(library.featured))), mutation=Mutation)
    books = FakeBackend({"PATCH /books/{id}": changed})

    async with running(built, people=types.people(), books=books) as ask:
        renamed = await ask.data('mutation {rename(title: "New") {title}}')
        refused = await ask('mutation {rename(title: "bad") {title}}')

    assert {"rename": {"title": "New"}} == renamed
    assert (["FORBIDDEN"], "too short") == (refused.codes, refused.errors[0]["message"])
    assert ["/books/b1", "/books/b1"] == [request.path for request in books.calls("PATCH /books/{id}")]


async def test_the_application_object_reaches_resolvers():
    """`app=` is handed to every request of the engine, as it is."""
    app = {"greeting": "Hello"}

    def greeting(info: Info) -> str:
        context: Context = info.context
        return context.app["greeting"]

    built = graph(query=query_of(greeting=(str, resolver(greeting))))

    async with running(built, app=app) as ask:
        assert {"greeting": "Hello"} == await ask.data("{greeting}")


async def test_what_is_loaded_by_is_the_context():
    """`info` in its place, a list, or arguments that do not fit say whose call is wrong, and what was expected."""

    @library.books.write()
    def rename(book_id: str, *, title: str) -> Call[BookRecord]: ...

    async def by_info(info: Info) -> str | None:
        return str(await library.book_by_id.load(info, "b1"))

    async def many_by_info(info: Info) -> str | None:
        return str(await library.book_by_id.load_many(info, ["b1"]))

    async def without(info: Info) -> str | None:
        return str(await rename.send(["b1"], title="New"))

    async def too_little(info: Info) -> str | None:
        return str(await rename.send(info.context, "b1"))

    async def unfinished(info: Info) -> str | None:
        return str(await rename.send(info.context, "b1", title="New"))

    resolvers = (by_info, many_by_info, without, too_little, unfinished)
    built = graph(
        query=query_of(**{each.__name__: (str | None, strawberry.field(each)) for each in resolvers}),
        backends=[library.books],
    )

    async with running(built, books=types.books()) as ask:
        reply = await ask("{byInfo manyByInfo without tooLittle unfinished}")

    assert [
        "TypeError('books.book_by_id: expected `info.context` first, got Info')",
        "TypeError('books.book_by_id: expected `info.context` first, got Info')",
        "TypeError('books.rename: expected `info.context` first, got list')",
        "TypeError(\"books.rename: missing a required argument: 'title'\")",
        "INTERNAL_SERVER_ERROR: books.rename: expected a Call, got NoneType",
    ] == reply.details
