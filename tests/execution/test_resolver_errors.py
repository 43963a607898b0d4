"""Resolvers that fail, and what they give that nobody expects. GraphQL specification, section 6.4.2."""

import asyncio

import pytest
import strawberry
from graphql import GraphQLError

from gateway import RuleError
from gateway.testing import running
from tests.execution.agreeing import agree, awaited, given, graph_of, made_by, resolved


async def test_a_resolver_that_raises_fails_its_field():
    """Sync and async alike; an exception that is returned counts as raised."""
    built = graph_of(
        a=(int | None, given(ValueError("a"))),
        b=(int | None, awaited(ValueError("b"))),
        c=(int | None, resolved(lambda: ValueError("c"))),
        d=(int | None, given(RuleError("d"))),
        e=(int | None, given(GraphQLError("e", extensions={"reason": "r"}))),
        f=(int, given(1)),
    )

    answer = await agree(built, "{a b c d e f}")

    assert {"a": None, "b": None, "c": None, "d": None, "e": None, "f": 1} == answer.data
    assert ["ValueError('a')", "ValueError('b')", "ValueError('c')"] == answer.details[:3]
    assert ["d", "e"] == answer.messages[3:]
    assert {"code": "BAD_USER_INPUT", "reason": "r"}.items() <= answer.errors[4]["extensions"].items()


async def test_an_error_may_be_shared():
    """One exception object raised by two fields is told at each path."""
    shared = ValueError("same")
    built = graph_of(a=(int | None, given(shared)), b=(int | None, awaited(shared)))

    assert [["a"], ["b"]] == (await agree(built, "{a b}")).paths


async def test_a_graphql_error_may_be_shared():
    """One GraphQLError without a path is located anew at each field that raises it."""
    shared = GraphQLError("same")
    built = graph_of(a=(int | None, given(shared)), b=(int | None, given(shared)))

    answer = await agree(built, "{a b}")

    assert [["a"], ["b"]] == answer.paths
    assert [[{"line": 1, "column": 2}], [{"line": 1, "column": 4}]] == [error["locations"] for error in answer.errors]


async def test_an_error_is_located_at_every_field_node():
    """A field that is merged from several places has all of their locations."""
    built = graph_of(a=(int | None, given(ValueError("a"))))

    answer = await agree(built, "{\n  a\n  ...F\n}\nfragment F on Query {\n  a\n}")

    assert [[{"line": 2, "column": 3}, {"line": 6, "column": 3}]] == [error["locations"] for error in answer.errors]


async def several():
    async def three():
        return 3

    return [three(), ValueError("item"), TimeoutError("late")]


class Odd:
    """What resolvers give, or raise, that nobody expects of them."""

    @staticmethod
    def stops():
        raise StopIteration(3)

    @staticmethod
    async def stops_later():
        raise StopIteration(3)

    @staticmethod
    async def returns_an_error():
        return ValueError("returned")

    @staticmethod
    async def times_out():
        raise TimeoutError("of its own")

    @staticmethod
    def has_a_path():
        raise GraphQLError("elsewhere", path=["x", 1])

    @staticmethod
    def groups():
        raise ExceptionGroup("several", [ValueError(1), ValueError(2)])

    @staticmethod
    def gives_a_class():
        return ValueError

    @staticmethod
    def gives_a_generator():
        return (number for number in (1, 2))


@pytest.mark.parametrize("name", [name for name in vars(Odd) if not name.startswith("_")])
async def test_odd_values_and_errors(name):
    """Whatever a resolver gives or raises, one field is null with one error, and its neighbours are there."""
    built = graph_of(odd=(int | None, made_by(getattr(Odd, name))), fine=(int, given(1)))

    answer = await agree(built, "{odd fine}")

    assert {"odd": None, "fine": 1} == answer.data
    assert 1 == len(answer.errors)


async def test_what_a_list_may_hold():
    """Values, awaitables and errors, all in one list that itself was awaited."""
    answer = await agree(graph_of(numbers=(list[int | None], made_by(several))), "{numbers}")

    assert {"numbers": [3, None, None]} == answer.data
    assert [["numbers", 1], ["numbers", 2]] == answer.paths


@pytest.mark.parametrize("type_", [str, list[str]])
async def test_an_attribute_may_be_awaitable_or_an_error(type_):
    """The default resolver's values are treated like any resolver's."""

    @strawberry.type
    class Held:
        word: type_ | None

    async def word():
        return "w" if type_ is str else ["w"]

    make = lambda: [Held(word=word()), Held(word=ValueError("w")), Held(word=None)]  # noqa: E731 - anew each time

    answer = await agree(graph_of(held=(list[Held], made_by(make))), "{held {word}}")

    assert ["w" if type_ is str else ["w"], None, None] == [held["word"] for held in answer.data["held"]]
    assert [["held", 1, "word"]] == answer.paths


async def test_what_is_no_exception_is_told_to_the_operator():
    """At once, not at the deadline: a resolver that cancels itself, and one that would end the process."""

    class Stop(BaseException):
        pass

    async def cancels() -> int | None:
        await asyncio.sleep(0)
        raise asyncio.CancelledError

    async def stops() -> int | None:
        await asyncio.sleep(0)
        raise Stop

    async with running(graph_of(a=(int | None, resolved(cancels)), b=(int | None, resolved(stops)))) as ask:
        reply = await ask("{a b}")

    assert {"a": None, "b": None} == reply.data
    assert [
        "INTERNAL_SERVER_ERROR: a resolver was cancelled from within",
        "INTERNAL_SERVER_ERROR: the application raised Stop, which is no Exception",
    ] == reply.details


async def test_a_graphql_error_with_a_path_is_passed_on_as_it_is():
    """A resolver may say what an error looks like, and where it is."""

    class NotedError(GraphQLError):
        @property
        def formatted(self):
            return {**super().formatted, "note": "mine"}

    answer = await agree(graph_of(a=(int | None, given(NotedError("told", path=["elsewhere"])))), "{a}")

    assert [("told", ["elsewhere"], "mine")] == [
        (error["message"], error["path"], error["note"]) for error in answer.errors
    ]
