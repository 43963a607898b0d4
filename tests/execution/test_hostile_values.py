"""Values whose own code gets in the way: attributes that raise, hashes there are none of, lists that change."""

import asyncio
import gc
import json
from enum import Enum
from typing import Annotated, Any

import msgspec
import pytest
import strawberry
from strawberry.permission import BasePermission

from gateway import Backend, Call, EngineError, Keys, arg, batched, get, graph, load, object_of, viewer
from gateway.testing import running
from gateway.vocabulary.settings import Settings
from tests.declare import library, types
from tests.declare.library import BOOKS, BookRecord, query_of
from tests.execution.agreeing import agree, awaited, given, graph_of, made_by, resolved

_BACKENDS = {"books": {"GET /books": BOOKS}}


class Unbound:
    """As a context's local object is outside of its context: whatever is asked of it raises."""

    def __getattr__(self, name):
        raise RuntimeError(f"working outside of context: {name}")


class Classless(Unbound):
    """Not even its class can be asked for."""

    @property
    def __class__(self):
        raise RuntimeError("working outside of context")


@strawberry.type
class Name:
    text: str = "n"


def at_once(value):
    """A field whose resolver gives *value* without a look at it."""
    return made_by(lambda: value)


def later(value):
    """A field whose async resolver does."""

    async def resolve():
        await asyncio.sleep(0)
        return value

    return resolved(resolve)


@pytest.mark.parametrize("value", [Unbound, Classless])
@pytest.mark.parametrize("make", [at_once, later])
@pytest.mark.parametrize("type_", [int, Name, list[int]])
async def test_a_value_that_cannot_be_looked_at_fails_its_field(type_, make, value):
    """At once, wherever it comes from, and its neighbours are there."""
    built = graph_of(odd=(type_ | None, make(value())), fine=(int, awaited(1)))
    selection = "{odd {text} fine}" if type_ is Name else "{odd fine}"

    answer = await agree(built, selection, same_errors=False)

    assert {"odd": None, "fine": 1} == answer.data
    assert ["odd"] == [path[0] for path in answer.paths]
    # Leaves and lists have a refusal of their own for what can be looked at.
    assert any(word in answer.details[0] for word in ("working outside of context", "Unbound", "Expected Iterable"))


@pytest.mark.parametrize("value", [Unbound, Classless])
async def test_an_attribute_that_cannot_be_looked_at_fails_its_field(value):
    """Generated code reads it among others, which are there."""

    @strawberry.type
    class Holder:
        held: Name | None

    holders = [Holder(held=Name()), Holder(held=value()), Holder(held=None)]

    answer = await agree(graph_of(holders=(list[Holder], given(holders))), "{holders {held {text}}}")

    assert [{"held": {"text": "n"}}, {"held": None}, {"held": None}] == answer.data["holders"]
    assert [["holders", 1, "held"]] == [path[:3] for path in answer.paths]


@batched
async def unbound_for_each(books: list[BookRecord]) -> list[int]:
    return [Unbound() for _ in books]


@object_of(BookRecord, name="OddBook")
class OddBook:
    id: str
    odd: int | None = unbound_for_each


async def test_what_a_batched_resolver_gives_fails_its_field():
    """Behind a load, where nobody else would end the request."""
    built = graph(query=query_of(books=(list[OddBook], load(library.books_on_shelf, key=arg("shelf", int)))))

    answer = await agree(built, "{books(shelf: 1) {id odd}}", backends=_BACKENDS, same_errors=False)

    assert [{"id": "b1", "odd": None}, {"id": "b3", "odd": None}] == answer.data["books"]
    assert [["books", 0, "odd"], ["books", 1, "odd"]] == answer.paths


class OwnError(BaseException):
    """As libraries have them that want to pass through every `except Exception`."""


@pytest.mark.parametrize("raised", [asyncio.CancelledError, OwnError, SystemExit])
async def test_what_is_no_exception_fails_its_field_alone(raised):
    """Of two requests that share a call, one's resolver can take nothing from the other."""

    @object_of(BookRecord, name="Book")
    class Book:
        title: str

        @strawberry.field
        def breaks(self) -> int | None:
            raise raised

    under_way, held = asyncio.Event(), asyncio.Event()

    async def rows(_):
        under_way.set()
        await held.wait()
        return BOOKS[:1]

    built = graph(query=query_of(book=(Book | None, load(library.book_by_id, key=arg("id", str)))))
    backend = types.FakeBackend({"GET /books": rows})
    async with running(built, books=backend) as ask:
        mine = asyncio.create_task(ask('{book(id: "b1") {title breaks}}', time_s=20))
        theirs = asyncio.create_task(ask('{book(id: "b1") {title}}', time_s=20))
        await under_way.wait()
        # The second joins within its first pass, which this task stands behind.
        await asyncio.sleep(0)
        held.set()
        mine, theirs = await asyncio.wait_for(asyncio.gather(mine, theirs), 2)

    assert ({"title": "Engines", "breaks": None}, ["INTERNAL_SERVER_ERROR"]) == (mine.data["book"], mine.codes)
    assert ({"title": "Engines"}, []) == (theirs.data["book"], theirs.errors)
    assert 1 == len(backend.calls("GET /books"))


class Stopping(BasePermission):
    def has_permission(self, source, info, **kwargs):
        raise OwnError


async def test_a_permission_that_raises_no_exception_refuses():
    """As one that raises an Exception: its field is null, and its neighbours are there."""

    @object_of(BookRecord, name="GuardedBook")
    class GuardedBook:
        title: str
        author: types.Author | None = load(
            library.author_by_id, key=BookRecord.author_id, permission_classes=[Stopping]
        )

    built = graph(query=query_of(book=(GuardedBook | None, load(library.book_by_id, key=arg("id", str)))))
    async with running(built, books=types.books()) as ask:
        reply = await ask('{book(id: "b1") {title author {name}}}')

    assert ({"title": "Engines", "author": None}, ["INTERNAL_SERVER_ERROR"]) == (reply.data["book"], reply.codes)


@strawberry.type
class NeverOne:
    text: str = "n"

    @classmethod
    def is_type_of(cls, value, info):
        raise OwnError


async def test_what_nobody_foresaw_ends_the_request_at_once():
    """The net under a pass: behind a load, where nobody else would end the request before its time."""

    @object_of(BookRecord, name="NetBook")
    class NetBook:
        title: str

        @strawberry.field
        def odd(self) -> NeverOne | None:
            return NeverOne()

    built = graph(query=query_of(book=(NetBook | None, load(library.book_by_id, key=arg("id", str)))))
    async with running(built, books=types.books()) as ask:
        with pytest.raises(EngineError, match="OwnError, which is no Exception"):
            await asyncio.wait_for(ask('{book(id: "b1") {title odd {text}}}', time_s=60), 10)


async def test_an_interruption_ends_the_request():
    """Ctrl-C is nobody's field error."""

    def interrupted():
        raise KeyboardInterrupt

    async with running(graph_of(odd=(int | None, made_by(interrupted)))) as ask:
        with pytest.raises(KeyboardInterrupt):
            await ask("{odd}")


class SpeechlessError(ValueError):
    def __str__(self):
        return self.args[3]


@pytest.mark.parametrize("make_field", [at_once, later])
async def test_an_error_whose_text_cannot_be_read_is_told_by_its_class(make_field):
    """As its field's, and no other's."""
    async with running(graph_of(odd=(int | None, make_field(SpeechlessError())), fine=(int, given(1)))) as ask:
        reply = await ask("{odd fine}")

    assert {"odd": None, "fine": 1} == reply.data
    assert ["SpeechlessError, whose text cannot be read"] == [detail.partition(": ")[2] for detail in reply.details]


class BoxRecord(msgspec.Struct, frozen=True):
    id: str
    kind: Any = None


boxes = Backend("boxes")


@boxes.one(by=BoxRecord.id)
def box_by_id(ids: Keys[str]) -> Call[list[BoxRecord]]:
    return get("/boxes", id=ids, into=list[BoxRecord])


@boxes.one(by=BoxRecord.kind)
def box_by_kind(kinds: Keys[Any]) -> Call[list[BoxRecord]]:
    return get("/boxes", kind=[str(kind) for kind in kinds], into=list[BoxRecord])


@boxes.many()
def all_boxes() -> Call[list[BoxRecord]]:
    return get("/boxes", into=list[BoxRecord])


@object_of(BoxRecord, name="Other")
class Other:
    id: str


@object_of(BoxRecord, name="Box")
class Box:
    id: str
    other: Other | None = load(box_by_kind, key=BoxRecord.kind)


async def test_a_key_without_a_hash_fails_its_field():
    """A claim that is a list, and a row's own value: nothing can be remembered by it."""
    built = graph(
        query=query_of(
            fine=(int, given(1)),
            mine=(Other | None, load(box_by_id, key=viewer("groups"))),
            boxes=(list[Box], load(all_boxes)),
        )
    )
    rows = {"boxes": {"GET /boxes": [{"id": "x", "kind": {"a": 1}}, {"id": "y", "kind": None}]}}

    answer = await agree(built, "{fine mine {id} boxes {id other {id}}}", backends=rows, identity=None)
    assert [{"id": "x", "other": None}, {"id": "y", "other": None}] == answer.data["boxes"]
    assert [["boxes", 0, "other"]] == answer.paths

    async with running(built, boxes=types.FakeBackend(rows["boxes"])) as ask:
        reply = await ask("{fine mine {id}}", identity={"sub": "u", "groups": ["a", "b"]})
    assert ({"fine": 1, "mine": None}, ["TypeError(\"unhashable type: 'list'\")"]) == (reply.data, reply.details)


class NotedRecord(msgspec.Struct, frozen=True):
    text: Annotated[str, {"doc": "what has no hash"}]


notes = Backend("notes")


@notes.many()
def all_notes() -> Call[list[NotedRecord]]:
    return get("/notes", into=list[NotedRecord])


@object_of(NotedRecord)
class Note:
    text: str


async def test_an_annotation_without_a_hash_is_read_every_time():
    """At second sight, too, when code is generated for the record."""
    built = graph(query=query_of(notes=(list[Note], load(all_notes))))

    answer = await agree(built, "{notes {text}}", backends={"notes": {"GET /notes": [{"text": "a"}]}})

    assert [{"text": "a"}] == answer.data["notes"]


@pytest.mark.parametrize("change", [list.clear, list.reverse])
async def test_a_list_that_changes_is_answered_as_it_was(change):
    """A long one is read in several turns of the event loop; its owner goes on meanwhile."""

    @strawberry.type
    class Numbered:
        number: int

        @strawberry.field
        def twice(self) -> int:
            return 2 * self.number

    @strawberry.type
    class Query:
        @strawberry.field
        async def numbers(self) -> list[Numbered]:
            asyncio.get_running_loop().call_later(0, lambda: asyncio.get_running_loop().call_soon(change, owned))
            return owned

    async with running(graph(query=Query), settings=Settings(execution="generated")) as ask:
        for _ in range(3):
            owned = [Numbered(number=number) for number in range(20_000)]
            reply = await ask("{numbers {number twice}}")

            assert list(range(20_000)) == [row["number"] for row in reply.data["numbers"]]
            assert all(row["twice"] == 2 * row["number"] for row in reply.data["numbers"])


async def test_an_awaited_answer_stays_no_longer_than_its_request():
    """What a resolver awaits is let go with the answer, without waiting for Python's collector."""

    class Word(str):
        """A text that can be found again."""

        __slots__ = ()

    @strawberry.type
    class Query:
        @strawberry.field
        async def names(self) -> list[Name]:
            await asyncio.sleep(0)
            return [Name(text=Word("w"))]

    async with running(graph(query=Query)) as ask:
        gc.collect()
        gc.disable()
        try:
            for _ in range(3):
                assert "w" == json.loads(json.dumps((await ask("{names {text}}")).data))["names"][0]["text"]
            left = [known for known in gc.get_objects() if type(known) is Name]
        finally:
            gc.enable()

    assert [] == left


class Weight(Enum):
    """A member that differs from itself cannot be found among the others."""

    LIGHT = 1.0
    NONE = float("nan")


async def test_a_member_that_its_enum_cannot_name_fails_alone():
    """At second sight, too, when code is generated for the type."""

    @strawberry.type
    class Parcel:
        weight: strawberry.enum(Weight) | None

    built = graph_of(parcels=(list[Parcel], given([Parcel(weight=Weight.LIGHT), Parcel(weight=Weight.NONE)])))

    answer = await agree(built, "{parcels {weight}}")

    assert ([{"weight": "LIGHT"}, {"weight": None}], [["parcels", 1, "weight"]]) == (
        answer.data["parcels"],
        answer.paths,
    )
