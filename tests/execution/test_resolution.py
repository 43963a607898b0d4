"""Value resolution: where a field's raw value comes from. GraphQL specification, section 6.4.2."""

import asyncio
import collections
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway import graph
from tests.declare.library import query_of
from tests.execution.agreeing import agree, awaited, given, graph_of, resolved


@strawberry.type
class Person:
    first_name: str
    age: int | None = None

    @strawberry.field
    def initial(self) -> str:
        return self.first_name[0]

    @strawberry.field
    async def greeting(self, word: str = "Hello") -> str:
        await asyncio.sleep(0)
        return f"{word} {self.first_name}"

    @strawberry.field
    def with_parent(parent: strawberry.Parent["Person"]) -> str:  # noqa: N805 - as Strawberry has it
        return parent.first_name

    @strawberry.field
    def with_root(root) -> str:  # noqa: N805 - as Strawberry has it
        return root.first_name


async def test_a_plain_field_is_the_attribute_of_its_name():
    """Names are camel case in GraphQL; the attribute keeps Python's."""
    answer = await agree(graph_of(person=(Person, given(Person(first_name="Ada")))), "{person {firstName age}}")

    assert {"person": {"firstName": "Ada", "age": None}} == answer.data


@pytest.mark.parametrize("field", ["initial", "withParent", "withRoot"])
async def test_a_method_sees_its_parent(field):
    """As `self`, as `root`, or by a parameter annotated `Parent`."""
    built = graph_of(people=(list[Person], given([Person(first_name="Ada"), Person(first_name="Bell")])))

    answer = await agree(built, f"{{people {{value: {field}}}}}")

    assert ["A", "B"] == [person["value"][0] for person in answer.data["people"]]


async def test_an_async_resolver_is_awaited():
    """Its value is treated like any other, and its siblings do not wait for it."""
    built = graph_of(person=(Person, awaited(Person(first_name="Ada"))))

    answer = await agree(built, '{person {greeting firstName bye: greeting(word: "Bye")}}')

    assert {"person": {"greeting": "Hello Ada", "firstName": "Ada", "bye": "Bye Ada"}} == answer.data


@pytest.mark.parametrize("make", [lambda: asyncio.ensure_future(later(3)), lambda: Awaitable(3), lambda: later(3)])
async def test_any_awaitable_is_awaited(make):
    """A sync resolver may give a future, a coroutine, or an object with `__await__`."""
    assert {"number": 3} == (await agree(graph_of(number=(int, resolved(make))), "{number}")).data


async def later(value):
    await asyncio.sleep(0)
    return value


class Awaitable:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        yield from later(self.value).__await__()
        return self.value


@dataclass
class Plain:
    first_name: str
    age: int = 3


@pytest.mark.parametrize("parent", [Plain("Ada"), SimpleNamespace(first_name="Ada", age=3)])
async def test_a_parent_may_be_any_object(parent):
    """The default resolver reads attributes of whatever the field above gave, if its type lets that in."""

    @strawberry.type
    class Loose:
        first_name: str
        age: int

        @classmethod
        def is_type_of(cls, value, info):
            return True

    answer = await agree(graph_of(person=(Loose, given(parent))), "{person {firstName age}}")

    assert {"person": {"firstName": "Ada", "age": 3}} == answer.data


async def test_an_attribute_that_is_missing_fails_its_field():
    """The error is the field's; the object's other fields are there."""

    @strawberry.type
    class Loose:
        first_name: str
        age: int | None

        @classmethod
        def is_type_of(cls, value, info):
            return True

    answer = await agree(graph_of(person=(Loose, given(SimpleNamespace(first_name="A")))), "{person {age firstName}}")

    assert {"person": {"age": None, "firstName": "A"}} == answer.data
    assert [["person", "age"]] == answer.paths


async def test_a_property_may_compute_and_fail():
    """An attribute is read like Python reads it; what it raises is the field's error."""

    class Computed:
        @property
        def first_name(self):
            return "Ada"

        @property
        def age(self):
            raise ValueError("unknown")

    @strawberry.type
    class Loose:
        first_name: str
        age: int | None

        @classmethod
        def is_type_of(cls, value, info):
            return True

    answer = await agree(graph_of(person=(Loose, given(Computed()))), "{person {firstName age}}")

    assert {"person": {"firstName": "Ada", "age": None}} == answer.data
    assert ["ValueError('unknown')"] == answer.details


async def test_another_default_resolver():
    """The configured one reads mappings, say; plain fields of every type go through it."""

    def read(source, name):
        return source.get(name) if isinstance(source, collections.abc.Mapping) else getattr(source, name)

    @strawberry.type
    class Row:
        first_name: str
        age: int | None

        @classmethod
        def is_type_of(cls, value, info):
            return True

    config = StrawberryConfig(default_resolver=read)
    built = graph(
        query=query_of(rows=(list[Row], given([{"first_name": "Ada"}, SimpleNamespace(first_name="B", age=2)]))),
        config=config,
    )

    answer = await agree(built, "{rows {firstName age}}")

    assert [{"firstName": "Ada", "age": None}, {"firstName": "B", "age": 2}] == answer.data["rows"]


async def test_a_field_class_of_its_own_has_the_last_word():
    """A field whose class overrides `get_result` gives what that gives, although it has no resolver."""

    class Shouted(strawberry.types.field.StrawberryField):
        def get_result(self, source, info, args, kwargs):
            return getattr(source, self.python_name).upper()

    @strawberry.type
    class Loud:
        word: str = Shouted(python_name="word", type_annotation=strawberry.annotation.StrawberryAnnotation(str))

        @classmethod
        def is_type_of(cls, value, info):
            return True

    answer = await agree(graph_of(loud=(Loud, given(SimpleNamespace(word="hey")))), "{loud {word}}")

    assert {"loud": {"word": "HEY"}} == answer.data
