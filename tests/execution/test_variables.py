"""Coercing variable values. GraphQL specification, section 6.1.2."""

import datetime as dt
from enum import Enum
from typing import NewType

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway import graph
from tests.declare.library import query_of
from tests.execution.agreeing import agree, graph_of, resolved


@strawberry.enum
class Level(Enum):
    LOW = "l"
    HIGH = "h"


@strawberry.input
class Point:
    x: int
    y: int = 7
    label: str | None = strawberry.UNSET


@strawberry.input
class Line:
    points: list[Point]
    name: str | None = None


Even = NewType("Even", int)


def parse_even(value):
    if value % 2:
        raise ValueError(f"{value} is odd")
    return value


_CONFIG = StrawberryConfig(scalar_map={Even: strawberry.scalar(name="Even", serialize=int, parse_value=parse_even)})


def show_int(n: int | None = strawberry.UNSET) -> str:
    return repr(n)


def show_text(t: str = "default") -> str:
    return repr(t)


def show_list(l: list[int | None] | None = None) -> str:  # noqa: E741 - as the argument is called
    return repr(l)


def show_strict(l: list[int]) -> str:  # noqa: E741
    return repr(l)


def show_level(level: Level) -> str:
    return repr(level)


def show_point(p: Point) -> str:
    return repr((p.x, p.y, p.label))


def show_line(line: Line | None = None) -> str:
    return repr(line and [(p.x, p.y) for p in line.points])


def show_even(even: Even) -> str:
    return repr(even)


def show_day(day: dt.date) -> str:
    return repr(day)


def show_float(f: float) -> str:
    return repr(f)


def show_id(i: strawberry.ID) -> str:
    return repr(i)


_SHOWN = {
    "int": show_int,
    "text": show_text,
    "list": show_list,
    "strict": show_strict,
    "level": show_level,
    "point": show_point,
    "line": show_line,
    "even": show_even,
    "day": show_day,
    "float": show_float,
    "id": show_id,
}
_GRAPH = graph(query=query_of(**{name: (str, resolved(show)) for name, show in _SHOWN.items()}), config=_CONFIG)


async def shown(query, variables=None):
    """What the one field of *query* was given."""
    (value,) = (await agree(_GRAPH, query, variables)).data.values()
    return value


async def refused(query, variables=None):
    """The only error of an operation that did not run."""
    answer = await agree(_GRAPH, query, variables)
    assert ("no data", ["BAD_USER_INPUT"]) == (answer.data, answer.codes)
    return answer.messages[0]


async def test_a_provided_value_is_the_variables():
    """The value given is coerced to the variable's type and handed on."""
    assert "3" == await shown("query ($n: Int) {int(n: $n)}", {"n": 3})


async def test_a_variable_left_out_has_its_default():
    """An absent value takes the default of the variable's definition."""
    assert "5" == await shown("query ($n: Int = 5) {int(n: $n)}")


async def test_an_explicit_null_is_no_absence():
    """Null given for a nullable variable is null, also where there is a default."""
    assert "None" == await shown("query ($n: Int = 5) {int(n: $n)}", {"n": None})


async def test_a_variable_left_out_without_default_is_absent():
    """Then the argument is as if it were not written: its own default holds, or the resolver's parameter does."""
    assert "UNSET" == await shown("query ($n: Int) {int(n: $n)}")
    assert "'default'" == await shown('query ($t: String! = "default") {text(t: $t)}')


async def test_a_non_null_variable_must_be_given():
    """Its absence is a request error that names variable and type."""
    assert "Variable '$l' has invalid value: Expected a value of non-null type '[Int!]!' to be provided." == (
        await refused("query ($l: [Int!]!) {strict(l: $l)}")
    )


async def test_a_non_null_variable_may_not_be_null():
    """An explicit null is refused with the type."""
    message = await refused("query ($l: [Int!]!) {strict(l: $l)}", {"l": None})

    assert "Variable '$l' has invalid value: Expected value of non-null type '[Int!]!' not to be None." == message


async def test_a_single_value_is_a_list_of_one():
    """List coercion wraps what is no list, as specified in section 3.11."""
    assert "[4]" == await shown("query ($l: [Int]) {list(l: $l)}", {"l": 4})


@pytest.mark.parametrize(("value", "text"), [(None, "None"), ([], "[]"), ([1, None], "[1, None]")])
async def test_lists_and_their_items_may_be_null_where_the_type_says_so(value, text):
    """Null is coerced at each level on its own."""
    assert text == await shown("query ($l: [Int]) {list(l: $l)}", {"l": value})


async def test_an_item_that_may_not_be_null_is_named_by_its_index():
    """The error says where in the value it is."""
    message = await refused("query ($l: [Int!]!) {strict(l: $l)}", {"l": [1, None]})

    assert "Variable '$l' has invalid value at [1]: Expected value of non-null type 'Int!' not to be None." == message


@pytest.mark.parametrize("value", ["3", 3.5, True, 2**31, [3]])
async def test_an_int_takes_whole_numbers_of_32_bits_only(value):
    """No text, fraction, boolean or larger number is coerced for a variable of type Int."""
    assert "Variable '$n' has invalid value" in await refused("query ($n: Int) {int(n: $n)}", {"n": value})


async def test_a_float_takes_whole_numbers_too():
    """An Int is a fine input for Float, as specified in section 3.5.2."""
    assert "3.0" == await shown("query ($f: Float!) {float(f: $f)}", {"f": 3})


async def test_an_id_takes_numbers_and_text():
    """Both are handed on as text, as specified in section 3.5.5."""
    assert ["'4'", "'four'"] == [
        await shown("query ($i: ID!) {id(i: $i)}", {"i": 4}),
        await shown("query ($i: ID!) {id(i: $i)}", {"i": "four"}),
    ]


async def test_an_enum_takes_the_names_of_its_values():
    """The resolver sees the member; any other text is refused with what was meant."""
    assert "<Level.HIGH: 'h'>" == await shown("query ($v: Level!) {level(level: $v)}", {"v": "HIGH"})
    assert "Value 'HIHG' does not exist in 'Level' enum." in await refused(
        "query ($v: Level!) {level(level: $v)}", {"v": "HIHG"}
    )


async def test_an_input_object_has_its_fields_defaults():
    """Fields left out take their defaults; optional ones without stay absent."""
    assert "(1, 7, UNSET)" == await shown("query ($p: Point!) {point(p: $p)}", {"p": {"x": 1}})
    assert "(1, 2, None)" == await shown("query ($p: Point!) {point(p: $p)}", {"p": {"x": 1, "y": 2, "label": None}})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "x"),
        ({"x": None}, "x"),
        ({"x": 1, "z": 2}, "z"),
        ({"x": "1"}, "x"),
        ("text", "Point"),
        (["x"], "Point"),
    ],
)
async def test_an_input_object_that_does_not_fit_is_refused(value, text):
    """A missing or null required field, an unknown field, a wrong type: each is told by name."""
    assert text in await refused("query ($p: Point!) {point(p: $p)}", {"p": value})


async def test_every_fault_of_a_variable_is_told():
    """One error each, with all of them in one answer, and the place of each inside the value."""
    answer = await agree(
        _GRAPH, "query ($l: Line) {line(line: $l)}", {"l": {"points": [{"x": 1}, {"y": 2}, {"x": "3"}], "nme": "n"}}
    )

    assert ["BAD_USER_INPUT"] * 3 == answer.codes
    assert "no data" == answer.data


async def test_a_default_of_an_input_object_type_is_coerced():
    """A literal default goes through the same rules as a value, defaults of fields included."""
    assert "[(1, 7)]" == await shown("query ($l: Line = {points: {x: 1}}) {line(line: $l)}")


async def test_a_custom_scalar_may_refuse():
    """What its parser raises is the variable's error."""
    assert "4" == await shown("query ($e: Even!) {even(even: $e)}", {"e": 4})
    assert "3 is odd" in await refused("query ($e: Even!) {even(even: $e)}", {"e": 3})


async def test_a_date_is_read():
    """Strawberry's own scalars hand on Python's values."""
    assert "datetime.date(2024, 2, 29)" == await shown("query ($d: Date!) {day(day: $d)}", {"d": "2024-02-29"})
    assert "Variable '$d' has invalid value" in await refused("query ($d: Date!) {day(day: $d)}", {"d": "2023-02-29"})


async def test_variables_that_are_not_declared_are_ignored():
    """Values for names that the operation does not define change nothing."""
    assert "1" == await shown("query ($n: Int) {int(n: $n)}", {"n": 1, "other": {"of": "any kind"}})


async def test_at_most_fifty_errors_are_collected():
    """After as many, one more says that it is enough."""
    graph_ = graph_of(strict=(str, resolved(show_strict)))

    answer = await agree(graph_, "query ($l: [Int!]!) {strict(l: $l)}", {"l": ["x"] * 80})

    assert 51 == len(answer.errors)
    assert "Too many errors processing variables, error limit reached. Execution aborted." == answer.messages[-1]
