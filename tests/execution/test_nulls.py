"""Handling execution errors: what a null or an error takes with it. GraphQL specification, section 6.4.4."""

import asyncio
import gc

import pytest
import strawberry

from gateway import RuleError
from gateway import graph as build_graph
from gateway.testing import running
from gateway.vocabulary.settings import LimitSettings, Settings
from tests.declare.library import query_of
from tests.execution.agreeing import agree, awaited, given, graph_of, made_by, resolved


async def raise_later():
    await asyncio.sleep(0)
    raise ValueError("later")


async def null_later():
    await asyncio.sleep(0)


def raise_now():
    raise ValueError("now")


#: What a field that fails does, by a name; each of them is a null in the answer.
_FAULTS = {
    "null": lambda: None,
    "raise": raise_now,
    "return": lambda: ValueError("returned"),
    "null_later": null_later,
    "raise_later": raise_later,
    "wrong": lambda: "no number",
}
FAULTS = tuple(_FAULTS)


@strawberry.type
class Nest:
    fault: strawberry.Private[str]
    good: int = 1

    @strawberry.field
    def bad(self) -> int:
        return _FAULTS[self.fault]()

    @strawberry.field
    def maybe(self) -> int | None:
        return _FAULTS[self.fault]()

    @strawberry.field
    def must(self) -> "Nest":
        return self

    @strawberry.field
    async def may(self) -> "Nest | None":
        return self

    @strawberry.field
    def must_each(self) -> "list[Nest]":
        return [self, self]

    @strawberry.field
    def may_each(self) -> "list[Nest | None]":
        return [self, self]

    @strawberry.field
    async def may_all(self) -> "list[Nest] | None":
        return [self, self]


def nest(fault: str) -> Nest:
    return Nest(fault=fault)


_GRAPH = graph_of(nest=(Nest | None, resolved(nest)), must=(Nest, resolved(nest)), word=(str, given("word")))


async def nested(fault, selection, root="nest"):
    """The answer to that selection of a nest whose bad fields fail in that way."""
    return await agree(_GRAPH, f'{{word {root}(fault: "{fault}") {selection}}}')


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_nullable_field_is_null_alone(fault):
    """Its siblings are there; an error is told unless null was the value."""
    answer = await nested(fault, "{good maybe}")

    assert {"word": "word", "nest": {"good": 1, "maybe": None}} == answer.data
    assert ([] if fault.startswith("null") else [["nest", "maybe"]]) == answer.paths


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_non_null_field_takes_its_parent_along(fault):
    """The error is told once, at the field itself."""
    answer = await nested(fault, "{good bad}")

    assert {"word": "word", "nest": None} == answer.data
    assert [["nest", "bad"]] == answer.paths


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("chain", [1, 2, 5])
async def test_the_nearest_nullable_ancestor_is_null(fault, chain):
    """A chain of non-null fields falls as a whole."""
    answer = await nested(fault, f"{{good may {'{must ' * chain}{{bad}}{'}' * chain}}}")

    assert {"word": "word", "nest": {"good": 1, "may": None}} == answer.data
    assert [["nest", "may", *["must"] * chain, "bad"]] == answer.paths


@pytest.mark.parametrize("fault", FAULTS)
async def test_without_a_nullable_ancestor_the_answer_is_null(fault):
    """`data` is null, and there."""
    answer = await nested(fault, "{good must {bad}}", root="must")

    assert answer.data is None
    assert [["must", "must", "bad"]] == answer.paths


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_nullable_item_is_null_alone(fault):
    """Each item has an error of its own."""
    answer = await nested(fault, "{mayEach {good bad}}")

    assert {"mayEach": [None, None]} == answer.data["nest"]
    assert [["nest", "mayEach", 0, "bad"], ["nest", "mayEach", 1, "bad"]] == answer.paths


@pytest.mark.parametrize("fault", ["null", "raise", "wrong"])
async def test_a_non_null_item_takes_its_list_along(fault):
    """A null in a non-null list item nulls the list, once: one error is told."""
    answer = await nested(fault, "{good mayAll {bad}}")

    assert {"good": 1, "mayAll": None} == answer.data["nest"]
    assert [["nest", "mayAll", 0, "bad"]] == answer.paths


@pytest.mark.parametrize("fault", ["null", "raise", "wrong"])
async def test_a_non_null_list_takes_its_parent_along(fault):
    """From the item through the list to the object that holds it."""
    answer = await nested(fault, "{may {mustEach {bad}}}")

    assert {"may": None} == answer.data["nest"]
    assert [["nest", "may", "mustEach", 0, "bad"]] == answer.paths


_LISTS = {
    "list[int | None] | None": list[int | None] | None,
    "list[int | None]": list[int | None],
    "list[int] | None": list[int] | None,
    "list[int]": list[int],
}


@pytest.mark.parametrize("make", [given, awaited])
@pytest.mark.parametrize(
    ("type_", "value", "expected", "paths"),
    [
        ("list[int | None] | None", [1, None, 2], [1, None, 2], []),
        ("list[int | None] | None", None, None, []),
        ("list[int | None] | None", [1, "x", 2], [1, None, 2], [["outer", "field", 1]]),
        ("list[int | None]", [1, None, 2], [1, None, 2], []),
        ("list[int | None]", None, "outer", [["outer", "field"]]),
        ("list[int] | None", [1, 2], [1, 2], []),
        ("list[int] | None", [1, None, 2], None, [["outer", "field", 1]]),
        ("list[int] | None", [1, "x", 2], None, [["outer", "field", 1]]),
        ("list[int] | None", None, None, []),
        ("list[int]", [1, 2], [1, 2], []),
        ("list[int]", [1, None, 2], "outer", [["outer", "field", 1]]),
        ("list[int]", [1, ValueError("x")], "outer", [["outer", "field", 1]]),
        ("list[int]", None, "outer", [["outer", "field"]]),
        ("list[int]", [], [], []),
    ],
)
async def test_lists_by_the_nullability_of_list_and_items(type_, value, expected, paths, make):
    """The four combinations of section 6.4.4, for values, nulls and errors, sync and async."""
    Outer = strawberry.type(  # noqa: N806 - a type
        type("Outer", (), {"__annotations__": {"field": _LISTS[type_]}, "__module__": __name__, "field": make(value)})
    )

    answer = await agree(graph_of(outer=(Outer | None, made_by(Outer))), "{outer {field}}")

    assert {"outer": None if expected == "outer" else {"field": expected}} == answer.data
    assert paths == answer.paths


async def test_errors_of_different_branches_are_all_told():
    """Each nulled position has its error; none hides that of another branch."""
    answer = await agree(
        _GRAPH,
        '{a: nest(fault: "raise") {maybe may {bad} x: maybe} b: nest(fault: "raise_later") {mayEach {bad} maybe}}',
    )

    assert {
        "a": {"maybe": None, "may": None, "x": None},
        "b": {"mayEach": [None, None], "maybe": None},
    } == answer.data
    assert [
        ["a", "maybe"],
        ["a", "may", "bad"],
        ["a", "x"],
        ["b", "mayEach", 0, "bad"],
        ["b", "mayEach", 1, "bad"],
        ["b", "maybe"],
    ] == answer.paths


async def test_an_error_above_a_nulled_position_is_one_error():
    """What was told below a position that is nulled later stays told, the position's own error beside it."""
    answer = await agree(_GRAPH, '{nest(fault: "raise") {maybe bad}}')

    assert {"nest": None} == answer.data
    assert [["nest", "maybe"], ["nest", "bad"]] == answer.paths


async def test_null_is_told_by_the_field_that_may_not_be():
    """The operator is told which field of which type it is; the client is not told more than that it failed."""
    answer = await nested("null", "{bad}")

    assert ["TypeError('Cannot return null for non-nullable field Nest.bad.')"] == answer.details
    assert ["Something went wrong on our side."] == answer.messages


async def test_a_rules_error_takes_along_what_any_error_does():
    """A refusal in a non-null field nulls its parent, with the text that the client may see."""

    @strawberry.type
    class Account:
        name: str = strawberry.field(resolver=lambda: "Ada")
        balance: int = given(RuleError("only on Sundays"))

    answer = await agree(graph_of(account=(Account | None, made_by(Account))), "{account {name balance}}")

    assert {"account": None} == answer.data
    assert (["only on Sundays"], ["FORBIDDEN"]) == (answer.messages, answer.codes)


@pytest.mark.parametrize(("failing", "shown"), [(2, 2), (3, 3), (4, 4), (7, 4)])
async def test_of_many_errors_the_rest_is_counted(failing, shown):
    """As many as the limit are told, and one more says how many there would have been."""
    numbers = graph_of(numbers=(list[int | None], given([1, *["x"] * failing])))
    settings = Settings(mode="development", limits=LimitSettings(max_errors=3))

    async with running(numbers, settings=settings) as ask:
        reply = await ask("{numbers}")

    assert [1, *[None] * failing] == reply.data["numbers"]
    assert [["numbers", 1 + index] for index in range(min(3, failing))] == [error["path"] for error in reply.errors[:3]]
    more = [f"expected at most 3 errors in an answer, got {failing}: the rest is left out"]
    assert (shown, more if failing > 3 else []) == (len(reply.errors), [error["message"] for error in reply.errors[3:]])


@strawberry.type
class Whole:
    text: str = "text"


@strawberry.type
class Nulled:
    wholes: list[Whole]

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]


@strawberry.type
class Failing:
    number: int

    @strawberry.field
    def failing(self) -> str | None:
        return raise_now() if self.number % 100 == 0 else "no"


@strawberry.type
class Nulling:
    @strawberry.mutation
    def first(self) -> Nulled | None:
        return Nulled(wholes=[Whole() for _ in range(3_000)])

    @strawberry.mutation
    async def second(self) -> list[Failing]:
        await asyncio.sleep(0)
        # What the first field nulled is let go before the objects of the second are made.
        gc.collect()
        return [Failing(number=number) for number in range(3_000)]


async def test_objects_that_a_mutation_has_nulled_say_nothing_of_later_ones():
    """Each root field's objects are looked at by themselves, also where others have stood in memory before."""
    nulling = build_graph(query=query_of(word=(str, given("word"))), mutation=Nulling)

    answer = await agree(nulling, "mutation {first {wholes {text} missing} second {failing}}")

    assert answer.data["first"] is None
    assert [None if number % 100 == 0 else "no" for number in range(3_000)] == [
        each["failing"] for each in answer.data["second"]
    ]
    assert 31 == len(answer.errors)
