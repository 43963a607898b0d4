"""Value completion: lists of anything, and the objects in them. GraphQL specification, section 6.4.3."""

import asyncio
from collections import deque

import pytest
import strawberry
from graphql import GraphQLError

from tests.execution.agreeing import agree, awaited, given, graph_of, made_by, resolved
from tests.execution.counting import agree_counting


class Countdown:
    """An iterable that is no collection."""

    def __iter__(self):
        yield from (2, 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: [2, 1],
        lambda: (2, 1),
        lambda: deque([2, 1]),
        lambda: dict.fromkeys([2, 1]).keys(),
        lambda: iter([2, 1]),
        lambda: (number for number in (2, 1)),
        lambda: map(int, "21"),
        Countdown,
    ],
)
async def test_any_iterable_is_a_list(make):
    """Collections, views, iterators and generators are read in their order, awaited ones too."""

    async def later():
        return make()

    built = graph_of(numbers=(list[int], resolved(make)), later=(list[int], resolved(later)))

    assert {"numbers": [2, 1], "later": [2, 1]} == (await agree(built, "{numbers later}")).data


@pytest.mark.parametrize("gives", [given, awaited])
@pytest.mark.parametrize("value", ["text", b"bytes", {"a": 1}, 5, object])
async def test_what_is_no_list_fails_the_field(value, gives):
    """Text, mappings and single values are not wrapped on their way out."""
    answer = await agree(graph_of(field=(list[str | None] | None, gives(value))), "{field}")

    text = "Expected Iterable, but did not find one for field 'Query.field'."
    assert ({"field": None}, [repr(GraphQLError(text))]) == (answer.data, answer.details)


async def numbers_slowly():
    for number in (1, None, 3):
        await asyncio.sleep(0)
        yield number


class Ticks:
    """An async iterable that is no generator."""

    def __aiter__(self):
        return numbers_slowly()


@pytest.mark.parametrize("make", [numbers_slowly, Ticks])
async def test_an_async_iterable_is_read_to_its_end(make):
    """Its items become the list, in order."""
    built = graph_of(numbers=(list[int | None], made_by(make)))

    assert {"numbers": [1, None, 3]} == (await agree(built, "{numbers}")).data


async def test_items_may_be_awaitable():
    """They are awaited at the same time and stand where they stood."""
    gate = asyncio.Event()

    async def waits(value):
        await gate.wait()
        return value

    async def opens(value):
        gate.set()
        return value

    built = graph_of(numbers=(list[int], resolved(lambda: [waits(1), 2, opens(3), waits(4)])))

    assert {"numbers": [1, 2, 3, 4]} == (await agree(built, "{numbers}")).data


async def test_an_item_that_fails_is_null_alone():
    """Where items may be null, each failure is told with its index."""

    async def broken():
        raise ValueError("async")

    built = graph_of(numbers=(list[int | None], resolved(lambda: [1, ValueError("sync"), broken(), "x", None, 2])))

    answer = await agree(built, "{numbers}")

    assert {"numbers": [1, None, None, None, None, 2]} == answer.data
    assert [["numbers", 1], ["numbers", 2], ["numbers", 3]] == answer.paths


async def test_lists_of_lists():
    """Each level is completed by its own rules."""
    built = graph_of(
        matrix=(list[list[int | None] | None], resolved(lambda: [[1, None], None, [], iter([2, 3]), "text"]))
    )

    answer = await agree(built, "{matrix}")

    assert [[1, None], None, [], [2, 3], None] == answer.data["matrix"]
    assert [["matrix", 4]] == answer.paths


async def test_a_list_of_objects_keeps_its_places():
    """Nulls and failures stand among the objects."""

    @strawberry.type
    class Number:
        value: int

    built = graph_of(
        numbers=(list[Number | None], resolved(lambda: [Number(value=1), None, ValueError("x"), Number(value=2)]))
    )

    answer = await agree(built, "{numbers {value}}")

    assert [{"value": 1}, None, None, {"value": 2}] == answer.data["numbers"]
    assert [["numbers", 2]] == answer.paths


async def test_a_generator_that_raises_fails_the_list():
    """Sync or async, what it gave before does not count."""

    def sync():
        yield 1
        raise ValueError("sync")

    async def slow():
        yield 1
        raise ValueError("async")

    built = graph_of(
        sync=(list[int | None] | None, resolved(sync)),
        slow=(list[int | None] | None, made_by(slow)),
    )

    answer = await agree(built, "{sync slow}")

    assert {"sync": None, "slow": None} == answer.data
    assert [["sync"], ["slow"]] == answer.paths


async def test_an_object_of_another_class_fails_the_field():
    """A Strawberry type with an `is_type_of` takes its own objects only."""

    @strawberry.type
    class Number:
        value: int

        @classmethod
        def is_type_of(cls, value, info):
            return isinstance(value, cls)

    built = graph_of(number=(Number | None, given("text")), other=(Number | None, awaited(Number(value=1))))

    answer = await agree(built, "{number {value} other {value}}")

    assert {"number": None, "other": {"value": 1}} == answer.data
    assert ["INTERNAL_SERVER_ERROR"] == answer.codes


async def test_is_type_of_may_await_and_fail():
    """Its answer is awaited; what it raises is the field's error, item by item."""

    @strawberry.type
    class Number:
        value: int

        @classmethod
        async def is_type_of(cls, value, info):
            await asyncio.sleep(0)
            if value.value == 2:
                raise ValueError("two")
            return value.value != 3

    built = graph_of(numbers=(list[Number | None], given([Number(value=n) for n in (1, 2, 3, 4)])))

    answer = await agree(built, "{numbers {value}}")

    assert [{"value": 1}, None, None, {"value": 4}] == answer.data["numbers"]
    assert [["numbers", 1], ["numbers", 2]] == answer.paths


async def test_the_same_object_at_several_places():
    """Each place has its own answer, whichever fields it selects."""

    @strawberry.type
    class Number:
        value: int

    one = Number(value=1)
    built = graph_of(numbers=(list[Number], given([one, one])), first=(Number, given(one)))

    answer = await agree(built, "{numbers {value} first {v: value} again: first {__typename}}")

    assert {"numbers": [{"value": 1}] * 2, "first": {"v": 1}, "again": {"__typename": "Number"}} == answer.data


async def test_the_level_below_begins_once():
    """A resolver is called once for each object, whether it was there at once, came later or was told later."""

    @strawberry.type
    class Known:
        number: int

        @strawberry.field
        def twice(self) -> int:
            return 2 * self.number

        @classmethod
        async def is_type_of(cls, value, info):
            await asyncio.sleep(0)
            return True

    @strawberry.type
    class Plain:
        number: int

        @strawberry.field
        def twice(self) -> int:
            return 2 * self.number

    async def later(made, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return made

    def mixed(type_):
        return lambda: [type_(number=1), later(type_(number=2), 1), later(type_(number=3), 5), type_(number=4)]

    built = graph_of(plains=(list[Plain], resolved(mixed(Plain))), knowns=(list[Known], resolved(mixed(Known))))

    answer, resolvers = await agree_counting(built, "{plains {twice} knowns {twice}}")

    assert [{"twice": 2 * number} for number in (1, 2, 3, 4)] == answer.data["plains"] == answer.data["knowns"]
    assert {"Query.plains": 1, "Query.knowns": 1, "Plain.twice": 4, "Known.twice": 4} == resolvers
