"""Types that are planned like any: generic, lazy, plain and abstract ones, and those with a default resolver."""

from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import relay
from strawberry.schema.config import StrawberryConfig

from gateway import arg, graph, load, object_of
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, BookRecord, query_of
from tests.execution.counting import agree_counting

T = TypeVar("T")

_BACKENDS = {"books": {"GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}}


@strawberry.type
class Pair(Generic[T]):
    left: T
    right: T | None = None


async def test_generic_types():
    """Each specialisation is a type like any other."""
    built = graph(
        query=query_of(
            numbers=(Pair[int], strawberry.field(resolver=lambda: Pair(left=1, right=2))),
            words=(Pair[str], strawberry.field(resolver=lambda: Pair(left="a"))),
        )
    )

    answer, resolvers = await agree_counting(built, "{numbers {__typename left right} words {left right __typename}}")

    assert {"__typename": "IntPair", "left": 1, "right": 2} == answer.data["numbers"]
    assert {"left": "a", "right": None, "__typename": "StrPair"} == answer.data["words"]
    assert {"Query.numbers": 1, "Query.words": 1} == resolvers


@object_of(BookRecord, name="LazyBook")
class LazyBook:
    title: str
    author: Annotated["Author", strawberry.lazy("tests.declare.types")] = load(  # noqa: F821 - found when needed
        library.author_by_id, key=BookRecord.author_id
    )


async def test_lazy_types():
    """A type that is imported later is resolved when the graph is built."""
    built = graph(query=query_of(book=(LazyBook | None, load(library.book_by_id, key=arg("id", str)))))

    answer, resolvers = await agree_counting(built, '{book(id: "b1") {title author {name}}}', backends=_BACKENDS)

    assert ({"book": {"title": "Engines", "author": {"name": "Ada"}}}, {}) == (answer.data, resolvers)


async def test_plain_types_below_a_resolver():
    """One resolver at the root is called once; the objects it gives are read without any."""

    @strawberry.type
    class Inner:
        words: list[str]

    @strawberry.type
    class Outer:
        name: str
        inner: Inner | None
        inners: list[Inner]

    made = [Outer(name=n, inner=Inner(words=[n]), inners=[Inner(words=[]), Inner(words=["x", n])]) for n in "ab"]
    built = graph(query=query_of(outers=(list[Outer], strawberry.field(resolver=lambda: made))))

    answer, resolvers = await agree_counting(built, "{outers {name inner {words} inners {words __typename}}}")

    assert ["a", "b"] == [outer["inner"]["words"][0] for outer in answer.data["outers"]]
    assert {"Query.outers": 1} == resolvers


async def test_a_default_resolver_of_ones_own():
    """The configured function is called for each value, no resolver around it."""

    def read(source: Any, name: str) -> Any:
        return source[name] if isinstance(source, dict) else getattr(source, name)

    @strawberry.type
    class Row:
        name: str
        size: int

        @classmethod
        def is_type_of(cls, value, info):
            return True

    rows = [{"name": "a", "size": 1}, {"name": "b", "size": 2}]
    built = graph(
        query=query_of(rows=(list[Row], strawberry.field(resolver=lambda: rows))),
        config=StrawberryConfig(default_resolver=read),
    )

    answer, resolvers = await agree_counting(built, "{rows {size name}}")

    assert ([{"size": 1, "name": "a"}, {"size": 2, "name": "b"}], {"Query.rows": 1}) == (answer.data["rows"], resolvers)


async def test_interfaces_and_unions_over_records():
    """The runtime type is found by the record; its fields are read from it."""
    Found = Annotated[types.Author | types.Book, strawberry.union("PlannedFound")]  # noqa: N806 - a type
    mixed = [AUTHORS[0], BOOKS[2], AUTHORS[1]]
    built = graph(
        query=query_of(
            found=(list[Found], strawberry.field(resolver=lambda: mixed)),
            nodes=(list[relay.Node], strawberry.field(resolver=lambda: mixed)),
        )
    )

    answer, resolvers = await agree_counting(
        built,
        "{found {__typename ... on Author {name books {title}} ... on Book {author {name}}} nodes {id}}",
        backends=_BACKENDS,
    )

    assert ["Author", "Book", "Author"] == [item["__typename"] for item in answer.data["found"]]
    assert "Bell" == answer.data["found"][1]["author"]["name"]
    assert {"Query.found": 1, "Query.nodes": 1} == resolvers
