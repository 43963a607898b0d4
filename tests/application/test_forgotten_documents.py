"""Documents that are forgotten: they are gone at once, and nothing waits for Python's collector, which comes seldom."""

import asyncio
import gc
from types import FunctionType
from typing import Annotated

import pytest
import strawberry
from graphql import FieldNode
from graphql.language import Token
from strawberry.permission import BasePermission

from gateway import Info, arg, batched, graph, load, object_of
from gateway.execution.linked import LinkedField
from gateway.testing import running
from gateway.vocabulary.settings import Settings
from gateway.vocabulary.settings_limits import LimitSettings
from tests.declare import library, types
from tests.declare.library import BookRecord


class Anybody(BasePermission):
    def has_permission(self, source, info, **kwargs):
        return info.path.key == "old_author"


@batched
async def length(books: list[BookRecord], *, unit: int = 1) -> list[int]:
    return [len(book.title) * unit for book in books]


@object_of(BookRecord, name="SeenBook")
class SeenBook:
    id: str
    title: str
    length: int = length
    author: types.Author = load(library.author_by_id, key=BookRecord.author_id, permission_classes=[Anybody])


@strawberry.type
class Shelf:
    number: int = 3


Found = Annotated[SeenBook | Shelf, strawberry.union("Found")]


@strawberry.type
class Query:
    books: list[SeenBook] = load(library.books_on_shelf, key=arg("shelf", int))

    @strawberry.field
    def found(self) -> list[Found]:
        return [Shelf()]

    @strawberry.field
    async def later(self, info: Info, times: int = 1) -> str | None:
        await asyncio.sleep(0)
        return info.path.key * times


GRAPH = graph(query=Query)
OLD = """
query ($wide: Boolean = true) {
  old_books: books(shelf: 1) {
    old_id: id old_title: title @include(if: $wide) old_length: length(unit: 2)
    old_author: author { old_node: id old_name: name old_mentor: mentor { old_mentor_name: name } }
  }
  old_found: found { old_type: __typename ... on Shelf { old_number: number } }
  old_later: later(times: 2)
}
"""
WRONG = "{ old_later: later(times: 1, times: 2) old_unknown: unknown }"
CUT_SHORT = "{ old_books: books(shelf: 1) { "


def left() -> list[str]:
    """What is still in memory of the documents above: tokens, fields of document and plan, keys in generated code."""
    found = []
    for known in gc.get_objects():
        if type(known) is Token:
            found.append(str(known.value))
        elif type(known) is FieldNode and known.alias is not None:
            found.append(known.alias.value)
        elif type(known) is LinkedField:
            found.append(known.key)
        elif type(known) is FunctionType and known.__code__.co_filename == "<projection>":
            found += [key for keys in known.__code__.co_consts if type(keys) is tuple for key in keys]
    return [name for name in found if name.startswith("old_")]


@pytest.fixture
def no_collector():
    """Nothing is collected while the test runs but where it says so."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("execution", ["planned", "interpreted", "generated", "reference"])
@pytest.mark.parametrize("document", [OLD, WRONG, CUT_SHORT])
async def test_a_document_that_is_forgotten_is_gone(execution, document):
    """Whatever its steps are, and whether it had generated code."""
    settings = Settings(execution=execution, limits=LimitSettings(max_documents=1))
    async with running(GRAPH, settings=settings, people=types.people(), books=types.books()) as ask:
        for wide in (True, False, True):
            reply = await ask(document, {"wide": wide})
        assert reply.errors if document is not OLD else reply.data["old_books"][0]["old_author"]["old_name"]
        del reply
        # Validation leaves rings of its own, young ones, which the collector does find.
        gc.collect()
        assert left() or document is not OLD

        await ask("{later}")
        await ask("{later more: unknown}")

        assert [] == left()
