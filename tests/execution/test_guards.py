"""Permissions and other field extensions: what stands before a field's value, planned."""

import asyncio
from types import MappingProxyType

import pytest
import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission, PermissionExtension

from gateway import RuleError, arg, graph, load, object_of
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, BookRecord, query_of
from tests.execution.agreeing import agree
from tests.execution.counting import agree_counting

_BACKENDS = {"books": {"GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}}


class OnlyAda(BasePermission):
    message = "only Ada"

    def has_permission(self, source, info, **kwargs):
        return info.context.identity.subject == "Ada"


class OnlyAdaLater(OnlyAda):
    message = "only Ada, after a while"

    async def has_permission(self, source, info, **kwargs):
        await asyncio.sleep(0)
        return super().has_permission(source, info)


class NotTheSecond(BasePermission):
    """Looks at the parent and the place."""

    message = "not the second"

    def has_permission(self, source, info, **kwargs):
        return source.id != "b2" and info.path.key == "author"


class Breaks(BasePermission):
    def has_permission(self, source, info, **kwargs):
        raise RuleError("closed on Sundays") if source.id == "b1" else ValueError("secret")


class WithCode(OnlyAda):
    error_extensions = MappingProxyType({"reason": "name"})


def guarded(*permissions, **options):
    """A load of a book's author behind permission classes."""
    return load(library.author_by_id, key=BookRecord.author_id, permission_classes=list(permissions), **options)


def silently(permission):
    """A load of a book's author that is null where it may not be seen."""
    extension = PermissionExtension(permissions=[permission()], fail_silently=True)
    return load(library.author_by_id, key=BookRecord.author_id, extensions=[extension])


@object_of(BookRecord, name="GuardedBook")
class GuardedBook:
    title: str
    ada: types.Author | None = guarded(OnlyAda)
    later: types.Author | None = guarded(OnlyAdaLater)
    author: types.Author | None = guarded(NotTheSecond)
    both: types.Author | None = guarded(OnlyAda, Breaks)
    coded: types.Author | None = guarded(WithCode)
    must: types.Author = guarded(OnlyAda)
    silent: types.Author | None = silently(OnlyAda)
    silent_later: types.Author | None = silently(OnlyAdaLater)
    subtitle: str | None = strawberry.field(permission_classes=[OnlyAda])

    @strawberry.field(permission_classes=[OnlyAda])
    def place(self) -> str | None:
        return f"shelf {self.shelf}"


_GRAPH = graph(query=query_of(books=(list[GuardedBook | None], load(library.books_on_shelf, key=arg("shelf", int)))))


async def guarded_by(field, identity, selection="{name}"):
    """The values of that field of two books, the errors' texts, and what was asked of backends."""
    answer = await agree(
        _GRAPH, f"{{books(shelf: 1) {{value: {field} {selection}}}}}", identity=identity, backends=_BACKENDS
    )
    return [book and book["value"] for book in answer.data["books"]], answer


_AUTHORS = [{"name": "Ada"}, {"name": "Bell"}]


@pytest.mark.parametrize("field", ["ada", "later", "silent", "silentLater", "must", "coded"])
async def test_who_may_sees_the_value(field):
    """A guard that lets all parents through changes nothing: one call for them."""
    values, answer = await guarded_by(field, "Ada")

    assert (_AUTHORS, []) == (values, answer.errors)
    assert 2 == len(answer.asked)


@pytest.mark.parametrize("field", ["ada", "later", "coded"])
async def test_who_may_not_asks_nothing(field):
    """A refusal is an error at each parent's field, and nothing is loaded for it: guards come before loads."""
    values, answer = await guarded_by(field, "Bell")

    assert [None, None] == values
    assert ["FORBIDDEN"] * 2 == answer.codes
    assert [["books", 0, "value"], ["books", 1, "value"]] == answer.paths
    assert ["GET /books?shelf=1"] == answer.asked


@pytest.mark.parametrize("field", ["silent", "silentLater"])
async def test_a_silent_refusal_is_null(field):
    """Without an error, and without a call."""
    values, answer = await guarded_by(field, "Bell")

    assert ([None, None], []) == (values, answer.errors)
    assert ["GET /books?shelf=1"] == answer.asked


async def test_a_refusal_of_a_non_null_field_takes_its_parent_along():
    """As any error does."""
    values, answer = await guarded_by("must", "Bell")

    assert [None, None] == values
    assert ["FORBIDDEN"] * 2 == answer.codes


async def test_extensions_of_a_refusal_are_told():
    """`error_extensions` reach the client."""
    _, answer = await guarded_by("coded", "Bell")

    assert ["name", "name"] == [error["extensions"]["reason"] for error in answer.errors]


async def test_a_guard_sees_its_parent():
    """It decides parent by parent; those let through are one call."""
    three = [BookRecord(f"b{number}", "T", f"a{number}", 1) for number in (1, 2, 3)]

    answer = await agree(
        _GRAPH, "{books(shelf: 1) {author {name}}}", backends={**_BACKENDS, "books": {"GET /books": three}}
    )

    assert [{"name": "Ada"}, None, {"name": "Cole"}] == [book["author"] for book in answer.data["books"]]
    assert (["GET /authors?id=a1&id=a3"], ["not the second"]) == (answer.asked[1:], answer.messages)


async def test_a_guard_may_raise():
    """What it raises is the field's error: a rule's text is shown, a bug's is not. Guards ask in their order."""
    values, answer = await guarded_by("both", "Ada")
    _, refused = await guarded_by("both", "Bell")

    assert [None, None] == values
    assert ["closed on Sundays", "Something went wrong on our side."] == answer.messages
    assert ["only Ada", "only Ada"] == refused.messages


@pytest.mark.parametrize("field", ["subtitle", "place"])
async def test_plain_fields_and_resolvers_are_guarded(field):
    """A permission before an attribute or a resolver works alike."""
    seen, allowed = await guarded_by(field, "Ada", "")
    unseen, refused = await guarded_by(field, "Bell", "")

    assert [] == allowed.errors
    assert seen != unseen == [None, None]
    assert ["only Ada"] * 2 == refused.messages


async def test_a_guarded_load_calls_no_resolver():
    """The guard is asked by itself; the field's resolver is not needed."""
    _, resolvers = await agree_counting(
        _GRAPH, "{books(shelf: 1) {ada {name} silent {name}}}", identity="Ada", backends=_BACKENDS
    )

    assert {} == resolvers


class Doubles(FieldExtension):
    """Works on the value."""

    def resolve(self, next_, source, info, **kwargs):
        return next_(source, info, **kwargs) * 2


class Shifts(FieldExtension):
    """Works on the arguments, and awaits."""

    async def resolve_async(self, next_, source, info, **kwargs):
        kwargs["n"] = kwargs["n"] + 1
        return await next_(source, info, **kwargs)


class Refreshes(FieldExtension):
    """Works on what a load gives."""

    async def resolve_async(self, next_, source, info, **kwargs):
        found = await next_(source, info, **kwargs)
        return [book for book in found if book.title != "Wires"]


@object_of(BookRecord, name="ExtendedBook")
class ExtendedBook:
    title: str = strawberry.field(extensions=[Doubles()])

    @strawberry.field(extensions=[Shifts()])
    async def plus(self, n: int) -> int:
        return n

    @strawberry.field(extensions=[Doubles()])
    def twice(self, n: int = 2) -> int:
        return n


async def test_extensions_change_arguments_and_results():
    """Extensions of attributes, resolvers and loads run as Strawberry has them, planned."""
    built = graph(
        query=query_of(
            books=(list[ExtendedBook], load(library.books_on_shelf, key=arg("shelf", int), extensions=[Refreshes()]))
        )
    )

    answer = await agree(
        built, "query ($n: Int!) {books(shelf: 1) {title plus(n: $n) twice}}", {"n": 4}, backends=_BACKENDS
    )

    assert [{"title": "EnginesEngines", "plus": 5, "twice": 4}] == answer.data["books"]
