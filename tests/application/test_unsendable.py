"""Values that JSON cannot say: each costs its own field, whichever way the answer is made."""

from __future__ import annotations

import json
from typing import Any

import pytest
import strawberry
from msgspec.structs import replace
from strawberry.scalars import JSON

from gateway import graph
from gateway.application.engine import Engine
from gateway.testing import in_process
from gateway.vocabulary.settings import LimitSettings, Settings

_MASKED = {"message": "Something went wrong on our side.", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
_DEEP: Any = {}
for _ in range(300):
    _DEEP = {"a": _DEEP}
_ENDLESS: Any = {}
_ENDLESS |= {"left": _ENDLESS, "right": _ENDLESS}
_VALUES: dict[str, Any] = {
    "set": {1},
    "within": {"a": [object(), b""]},
    "key": {1: 2},
    "half": "a\ud800",
    "deep": _DEEP,
    "endless": _ENDLESS,
    "good": {"big": 2**70},
}


@strawberry.interface
class Thing:
    name: str


@strawberry.type
class Box(Thing):
    @strawberry.field
    def value(self) -> JSON | None:
        return _VALUES[self.name]

    @strawberry.field
    def sure(self) -> JSON:
        return _VALUES[self.name]

    @strawberry.field
    def lists(self) -> list[list[JSON] | None]:
        return [[_VALUES[self.name], "x"], ["y"]]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def box(self, name: str) -> Thing | None:
        return Box(name=name)

    @strawberry.field
    def boxes(self) -> list[Box | None]:
        return [Box(name="good"), Box(name="set"), Box(name="half")]

    @strawberry.field
    def sets(self, count: int) -> list[JSON | None]:
        return [{1}] * count

    @strawberry.field
    def must(self) -> Box:
        return Box(name="set")


GRAPH = graph(query=Query, types=[Box])


@pytest.fixture(params=["planned", "reference"])
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(execution=request.param, limits=LimitSettings(max_errors=3))


async def asked(settings: Settings, query: str) -> dict[str, Any]:
    body = json.dumps({"query": query}).encode()
    async with in_process(Engine(GRAPH, settings, app=None)) as door:
        received = await door.send("POST", "/graphql", {"content-type": "application/json"}, body)
    answer: dict[str, Any] = json.loads(received.body)
    return answer


def masked(*path: str | int, column: int) -> dict[str, Any]:
    return {**_MASKED, "path": list(path), "locations": [{"line": 1, "column": column}]}


@pytest.mark.parametrize("name", ["set", "within", "key", "half", "deep", "endless"])
async def test_a_value_costs_its_field(settings: Settings, name: str) -> None:
    """One error, however much of the value is at fault; what stands beside it is answered."""
    query = f'{{hello box(name: "{name}") {{name: __typename ...on Box {{it: value}}}}}}'

    answer = await asked(settings, query)

    assert {"hello": "world", "box": {"name": "Box", "it": None}} == answer["data"]
    assert [masked("box", "it", column=query.index("it:") + 1)] == answer["errors"]


async def test_a_field_that_may_not_be_null_nulls_its_parent(settings: Settings) -> None:
    """In lists, too, each at its place, and once."""
    answer = await asked(settings, "{hello boxes {...F ... {lists}}} fragment F on Box {sure}")

    assert {
        "hello": "world",
        "boxes": [{"sure": {"big": 2**70}, "lists": [[{"big": 2**70}, "x"], ["y"]]}, None, None],
    } == (answer["data"])
    assert [masked("boxes", index, "sure", column=53) for index in (1, 2)] == answer["errors"]


async def test_a_list_that_may_be_null_takes_the_null(settings: Settings) -> None:
    """The nearest that allows it."""
    answer = await asked(settings, '{box(name: "set") {... on Box {lists}}}')

    assert {"box": {"lists": [None, ["y"]]}} == answer["data"]
    assert [masked("box", "lists", 0, 0, column=32)] == answer["errors"]


async def test_where_nothing_may_be_null_there_is_no_data(settings: Settings) -> None:
    """The null reaches the top."""
    answer = await asked(settings, "{hello must {sure}}")

    assert (None, [masked("must", "sure", column=14)]) == (answer["data"], answer["errors"])


async def test_of_many_the_rest_is_counted(settings: Settings) -> None:
    """As of any errors."""
    aliases = " ".join(f"a{number}: value" for number in range(5))

    answer = await asked(settings, f'{{box(name: "set") {{... on Box {{{aliases}}}}}}}')

    assert {"box": dict.fromkeys(("a0", "a1", "a2", "a3", "a4"))} == answer["data"]
    assert ["a0", "a1", "a2"] == [error["path"][-1] for error in answer["errors"][:3]]
    assert "got 5: the rest is left out" in answer["errors"][3]["message"]


async def test_what_is_hidden_is_logged(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it stands and what it is."""
    await asked(settings, '{box(name: "set") {... on Box {value}}}')

    assert "data.box.value: expected a value that JSON can say, got set" in "".join(capsys.readouterr())


async def test_more_than_anybody_looks_at_costs_the_answer(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which is logged, too."""
    settings = replace(settings, limits=LimitSettings())
    few, many = await asked(settings, "{sets(count: 2000)}"), await asked(settings, "{sets(count: 2001)}")

    assert ([None] * 2000, 101) == (few["data"]["sets"], len(few["errors"]))
    assert {"errors": [_MASKED]} == many
    assert "EngineError: INTERNAL_SERVER_ERROR: data.sets.2000: expected" in "".join(capsys.readouterr())
