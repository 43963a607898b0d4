"""Resolving abstract types: which object type a value of an interface or a union is. GraphQL specification, 6.4.3."""

import asyncio
import json
from types import SimpleNamespace
from typing import Annotated

import pytest
import strawberry
from graphql import GraphQLError

from gateway import Info, graph
from tests.declare.library import query_of
from tests.execution.agreeing import agree, awaited, given, made_by


@strawberry.interface
class Animal:
    name: str


@strawberry.interface
class Pet(Animal):
    owner: str | None = None


@strawberry.type
class Dog(Pet):
    barks: bool = True


@strawberry.type
class Cat(Pet):
    meows: bool = True


@strawberry.type
class Fish(Animal):
    scales: int = 9


@strawberry.type
class Stone:
    weight: int = 1


Thing = Annotated[Dog | Cat | Stone, strawberry.union("Thing")]

_ZOO = [Dog(name="Rex"), Cat(name="Tom", owner="Ada"), Fish(name="Wanda")]


async def zoo(type_, value, query, make=given, types=(Dog, Cat, Fish)):
    """The answer of a graph whose field `it` has that type and value."""
    return await agree(graph(query=query_of(it=(type_, make(value))), types=list(types)), query)


@pytest.mark.parametrize("make", [given, awaited])
async def test_an_interfaces_object_is_of_its_own_type(make):
    """A Strawberry object is recognised by its class; fields of the interface need no fragment."""
    answer = await zoo(
        list[Animal], _ZOO, "{it {__typename name ... on Dog {barks} ... on Pet {owner} ... on Fish {scales}}}", make
    )

    assert [
        {"__typename": "Dog", "name": "Rex", "barks": True, "owner": None},
        {"__typename": "Cat", "name": "Tom", "owner": "Ada"},
        {"__typename": "Fish", "name": "Wanda", "scales": 9},
    ] == answer.data["it"]


async def test_a_unions_object_is_of_its_own_type():
    """Only fragments select from a union, `__typename` apart."""
    answer = await zoo(list[Thing], [Stone(), _ZOO[0]], "{it {__typename ... on Stone {weight} ... on Animal {name}}}")

    assert [{"__typename": "Stone", "weight": 1}, {"__typename": "Dog", "name": "Rex"}] == answer.data["it"]


async def test_an_interface_may_implement_another():
    """A value is completed as its object type, whichever of its interfaces the field has."""
    answer = await zoo(list[Pet], _ZOO[:2], "{it {... on Animal {name ... on Cat {meows}} ... on Dog {owner}}}")

    assert [{"name": "Rex", "owner": None}, {"name": "Tom", "meows": True}] == answer.data["it"]


async def test_a_value_of_no_possible_type_fails_its_position():
    """The other items of the list are there; what the value was is not shown to clients."""
    answer = await zoo(list[Pet | None], [_ZOO[0], Stone(), "text", None], "{it {name}}")

    assert [{"name": "Rex"}, None, None, None] == answer.data["it"]
    assert [["it", 1], ["it", 2]] == answer.paths
    assert {"INTERNAL_SERVER_ERROR"} == set(answer.codes)


async def test_nulls_and_errors_have_no_type():
    """Neither is asked for a type."""
    answer = await zoo(list[Animal | None], [None, ValueError("x"), _ZOO[0]], "{it {name}}")

    assert [None, None, {"name": "Rex"}] == answer.data["it"]
    assert ["ValueError('x')"] == answer.details


async def test_an_interface_may_say_the_type():
    """`resolve_type` gives the name of the object type; the value may be anything."""

    @strawberry.interface
    class Shape:
        area: int

        @classmethod
        def resolve_type(cls, value, info, union):
            return value.kind

    @strawberry.type
    class Square(Shape):
        @classmethod
        def is_type_of(cls, value, info):
            return True

    @strawberry.type
    class Circle(Shape):
        @classmethod
        def is_type_of(cls, value, info):
            return True

    values = [SimpleNamespace(kind=kind, area=area) for area, kind in enumerate(("Square", "Circle"))]

    answer = await zoo(list[Shape], values, "{it {__typename area}}", types=(Square, Circle))

    assert [{"__typename": "Square", "area": 0}, {"__typename": "Circle", "area": 1}] == answer.data["it"]


@pytest.mark.parametrize("kind", [None, 5, [], "Nothing", "Query", "Shape2", "String"])
async def test_a_type_that_is_not_possible_fails_the_field(kind):
    """No name, no text, an unknown type, one that does not implement the interface, no object type."""

    @strawberry.interface
    class Shape2:
        area: int

        @classmethod
        def resolve_type(cls, value, info, union):
            return value.kind

    @strawberry.type
    class Square2(Shape2):
        pass

    answer = await zoo(Shape2 | None, SimpleNamespace(kind=kind, area=1), "{it {area}}", types=(Square2,))

    assert ({"it": None}, ["INTERNAL_SERVER_ERROR"]) == (answer.data, answer.codes)


async def test_resolve_type_may_raise():
    """Its exception is the field's error, masked like a resolver's; a GraphQLError is for the client."""

    @strawberry.interface
    class Broken:
        area: int

        @classmethod
        def resolve_type(cls, value, info, union):
            raise GraphQLError("told") if value.area else ValueError("hidden")

    @strawberry.type
    class Known(Broken):
        pass

    answer = await zoo(list[Broken | None], [Known(area=0), Known(area=1)], "{it {area}}", types=(Known,))

    assert {"it": [None, None]} == answer.data
    assert ["ValueError('hidden')", "told"] == [answer.details[0], answer.messages[1]]


async def test_types_may_be_told_asynchronously():
    """`is_type_of` may await; objects of one list may be told in any order and stand where they stood."""
    gate = asyncio.Event()

    @strawberry.interface
    class Slow:
        name: str

    @strawberry.type
    class First(Slow):
        @classmethod
        async def is_type_of(cls, value, info):
            if value.name == "late":
                await gate.wait()
            else:
                gate.set()
            return isinstance(value, First)

    @strawberry.type
    class Second(Slow):
        @classmethod
        async def is_type_of(cls, value, info):
            return isinstance(value, Second)

    answer = await zoo(
        list[Slow],
        [First(name="late"), First(name="a"), Second(name="b")],
        "{it {__typename name}}",
        types=(First, Second),
    )

    assert ["First", "First", "Second"] == [item["__typename"] for item in answer.data["it"]]


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("as_interface", [False, True])
async def test_an_awaited_value_is_told_as_soon_as_it_is_there(as_list, as_interface):
    """A predicate does not wait for values that are still to come: these may wait for it."""
    gate = asyncio.Event()

    @strawberry.interface
    class Gated:
        name: str

    @strawberry.type
    class Opener(Gated):
        @classmethod
        def is_type_of(cls, value, info):
            gate.set()
            return True

    type_ = Gated if as_interface else Opener

    @strawberry.type
    class Door:
        number: int

        @strawberry.field
        async def it(self) -> list[type_] if as_list else type_:
            if self.number:
                await asyncio.wait_for(gate.wait(), 2)
            return [Opener(name="a")] if as_list else Opener(name="a")

    def doors():
        gate.clear()
        return [Door(number=0), Door(number=1)]

    built = graph(query=query_of(doors=(list[Door], made_by(doors))), types=[Opener])

    answer = await agree(built, "{doors {it {name}}}")

    assert [{"it": [{"name": "a"}] if as_list else {"name": "a"}}] * 2 == answer.data["doors"]


async def test_a_predicate_sees_the_fields_info():
    """The path of an `is_type_of` is the field's, also for an item of a list."""
    seen = []

    @strawberry.interface
    class Seen:
        name: str

    @strawberry.type
    class Watched(Seen):
        @strawberry.field
        def shout(self, info: Info) -> str:
            return self.name.upper()

        @classmethod
        def is_type_of(cls, value, info):
            seen.append((info.field_name, info.path.as_list(), str(info.parent_type), str(info.return_type)))
            return True

    answer = await zoo(
        list[Seen], [Watched(name="a"), Watched(name="b")], "{it {name ... on Watched {shout}}}", types=(Watched,)
    )

    assert [{"name": "a", "shout": "A"}, {"name": "b", "shout": "B"}] == answer.data["it"]
    assert {("it", "Query", "[Seen!]!")} == {(name, parent, type_) for name, _, parent, type_ in seen}
    assert [["it"]] * len(seen) == [path for _, path, _, _ in seen]


@strawberry.interface
class Link:
    depth: int

    @strawberry.field
    def next(self) -> "Link":
        return LINKS[self.depth % len(LINKS)](depth=self.depth + 1)


LINKS = [strawberry.type(type(f"Link{number}", (Link,), {"__module__": __name__})) for number in range(6)]


async def test_a_deep_selection_of_an_interface_costs_no_more_than_it_is_long():
    """What possible types share is planned, and made into code, once for all of them: not for each at every level."""
    answer = await zoo(Link, LINKS[0](depth=0), f"{{it {'{next ' * 17}{{depth}}{'}' * 18}", types=LINKS)

    assert '{"depth": 17}' in json.dumps(answer.data)
