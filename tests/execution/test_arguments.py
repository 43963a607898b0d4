"""Coercing a field's arguments. GraphQL specification, section 6.4.1."""

from enum import Enum
from typing import Annotated, NewType

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway import graph
from tests.declare.library import query_of
from tests.execution.agreeing import agree, given, resolved


@strawberry.enum
class Unit(Enum):
    METRE = 1
    MILE = 1609


@strawberry.input
class Span:
    low: int = 0
    high: int | None = None
    unit: Unit = Unit.METRE
    tags: list[str] = strawberry.field(default_factory=list)


@strawberry.input(one_of=True)
class By:
    id: strawberry.Maybe[strawberry.ID]
    name: strawberry.Maybe[str]


@strawberry.input
class Tree:
    leaf: int | None = None
    left: "Tree | None" = None


Json = NewType("Json", object)
_CONFIG = StrawberryConfig(
    scalar_map={Json: strawberry.scalar(name="Json", serialize=lambda value: value, parse_value=lambda value: value)}
)

_CALLS = []


def show(value):
    _CALLS.append(value)
    return repr(value)


def show_span(span: Span) -> str:
    return show((span.low, span.high, span.unit, span.tags))


def show_spans(spans: list[Span]) -> str:
    return show([span.low for span in spans])


def show_by(by: By) -> str:
    return show((by.id and by.id.value, by.name and by.name.value))


def show_numbers(numbers: list[list[int]] | None = None) -> str:
    return show(numbers)


def show_many(a: int = 1, b: str | None = None, c: bool = False) -> str:
    return show((a, b, c))


def show_optional(a: int | None = strawberry.UNSET) -> str:
    return show(a)


def show_json(value: Json) -> str:
    return show(value)


def show_renamed(first_name: Annotated[str, strawberry.argument(name="given")]) -> str:
    return show(first_name)


def show_tree(tree: Tree) -> str:
    return show((tree.leaf, tree.left and tree.left.leaf))


def change(numbers: list[int]) -> str:
    """A resolver that changes what it was given."""
    numbers.append(9)
    return repr(numbers)


@strawberry.type
class Item:
    changed: str = strawberry.field(resolver=change)

    @strawberry.field
    def times(self, n: int) -> int:
        return n


_SHOWN = {
    "span": show_span,
    "spans": show_spans,
    "by": show_by,
    "numbers": show_numbers,
    "many": show_many,
    "optional": show_optional,
    "json": show_json,
    "renamed": show_renamed,
    "tree": show_tree,
}
_GRAPH = graph(
    query=query_of(
        **{name: (str | None, resolved(show)) for name, show in _SHOWN.items()},
        items=(list[Item], given([Item(), Item()])),
    ),
    config=_CONFIG,
)


async def shown(query, variables=None):
    """What the one field of *query* was given."""
    (value,) = (await agree(_GRAPH, query, variables)).data.values()
    return value


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("", "(1, None, False)"),
        ("(a: 2)", "(2, None, False)"),
        ('(c: true, b: "x", a: 3)', "(3, 'x', True)"),
        ("(b: null)", "(1, None, False)"),
    ],
)
async def test_literals_and_defaults(arguments, text):
    """An argument has the value written, or its default; the order in which they are written means nothing."""
    assert text == await shown(f"{{many{arguments}}}")


@pytest.mark.parametrize(
    ("variables", "text"),
    [({}, "(1, None, False)"), ({"a": 5}, "(5, None, False)"), ({"a": 5, "c": True}, "(5, None, True)")],
)
async def test_a_variable_without_value_leaves_the_argument_out(variables, text):
    """The argument's own default holds then."""
    assert text == await shown(
        "query ($a: Int! = 1, $b: String, $c: Boolean! = false) {many(a: $a, b: $b, c: $c)}", variables
    )


async def test_an_argument_may_be_absent():
    """Neither written nor defaulted, it is not handed to the resolver at all; null written is null."""
    assert ["UNSET", "None", "UNSET", "None"] == [
        await shown("{optional}"),
        await shown("{optional(a: null)}"),
        await shown("query ($a: Int) {optional(a: $a)}"),
        await shown("query ($a: Int) {optional(a: $a)}", {"a": None}),
    ]


async def test_an_input_object_is_built_from_literals_and_variables():
    """Variables stand anywhere inside of a literal; fields left out, or whose variable has no value, take defaults."""
    query = 'query ($l: Int! = 4, $h: Int, $t: String!) {span(span: {low: $l, high: $h, unit: MILE, tags: [$t, "b"]})}'

    assert "(4, None, <Unit.MILE: 1609>, ['a', 'b'])" == await shown(query, {"t": "a"})
    assert "(0, 3, <Unit.MILE: 1609>, ['a', 'b'])" == await shown(query, {"l": 0, "h": 3, "t": "a"})
    assert "(0, None, <Unit.METRE: 1>, [])" == await shown("{span(span: {})}")


async def test_one_value_is_a_list_of_one():
    """Literals are wrapped to the depth of the list type."""
    assert "[0]" == await shown("{spans(spans: {})}")
    assert "[[1]]" == await shown("{numbers(numbers: 1)}")
    assert "[[1], [2]]" == await shown("query ($n: Int!) {numbers(numbers: [[1], [$n]])}", {"n": 2})


async def test_nested_input_objects():
    """An input type may hold itself."""
    assert "(1, 2)" == await shown("query ($n: Int) {tree(tree: {leaf: 1, left: {leaf: $n}})}", {"n": 2})


async def test_a_null_variable_inside_of_a_literal():
    """A nullable variable that is null gives null; one that has no value leaves the field out."""
    query = "query ($n: Int) {tree(tree: {leaf: $n})}"

    assert ["(None, None)", "(None, None)", "(0, None)"] == [
        await shown(query),
        await shown(query, {"n": None}),
        await shown(query, {"n": 0}),
    ]


async def test_a_name_of_its_own():
    """The argument's GraphQL name is mapped to the resolver's parameter."""
    assert "'Ada'" == await shown('{renamed(given: "Ada")}')


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('{a: [1, "x", {b: null}], c: true}', "{'a': [1, 'x', {'b': None}], 'c': True}"),
        ("{a: $v}", "{'a': {'k': 1}}"),
        ("$v", "{'k': 1}"),
    ],
)
async def test_a_custom_scalar_reads_literals_and_variables(literal, text):
    """Literals become Python values, with variables inside of them in place."""
    declared = "($v: Json!)" if "$" in literal else ""

    assert text == await shown(f"query {declared} {{json(value: {literal})}}", {"v": {"k": 1}})


async def test_exactly_one_field_of_a_oneof():
    """A oneOf input has one key, whose value is not null."""
    assert ["('i', None)", "(None, 'n')", "('i', None)"] == [
        await shown('{by(by: {id: "i"})}'),
        await shown("query ($n: String!) {by(by: {name: $n})}", {"n": "n"}),
        await shown("query ($by: By!) {by(by: $by)}", {"by": {"id": "i"}}),
    ]


@pytest.mark.parametrize("value", [{}, {"id": None}, {"id": "i", "name": "n"}, {"id": "i", "name": None}, {"ib": "i"}])
async def test_a_oneof_variable_that_does_not_fit(value):
    """None, several, null, or unknown: a request error, nothing runs."""
    _CALLS.clear()

    answer = await agree(_GRAPH, "query ($by: By!) {by(by: $by)}", {"by": value})

    assert ("no data", {"BAD_USER_INPUT"}) == (answer.data, set(answer.codes))
    assert [] == _CALLS


@pytest.mark.parametrize("literal", ["{}", "{id: null}", '{id: "i", name: "n"}'])
async def test_a_oneof_literal_that_does_not_fit(literal):
    """It is refused when the document is validated."""
    answer = await agree(_GRAPH, f"{{by(by: {literal})}}")

    assert ("no data", {"GRAPHQL_VALIDATION_FAILED"}) == (answer.data, set(answer.codes))


async def test_each_call_has_values_of_its_own():
    """What a resolver changes of its arguments no other call sees, whether they are constant or a variable's."""
    constant = await agree(_GRAPH, "{items {changed(numbers: [1])}}")
    variable = await agree(_GRAPH, "query ($n: [Int!]!) {items {changed(numbers: $n)}}", {"n": [2]})
    inside = await agree(_GRAPH, "query ($n: Int!) {items {changed(numbers: [$n])}}", {"n": 3})

    assert [{"changed": "[1, 9]"}] * 2 == constant.data["items"]
    assert [{"changed": "[2, 9]"}] * 2 == variable.data["items"]
    assert [{"changed": "[3, 9]"}] * 2 == inside.data["items"]


async def test_the_same_field_with_other_arguments_is_another_field():
    """Aliases keep them apart."""
    answer = await agree(_GRAPH, "query ($n: Int!) {items {one: times(n: 1) two: times(n: $n)}}", {"n": 2})

    assert [{"one": 1, "two": 2}] * 2 == answer.data["items"]
