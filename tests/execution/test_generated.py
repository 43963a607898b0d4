"""Generated code: it does what the interpreter would, for whole columns and without a call a value."""

import asyncio
import datetime as dt
import gc
import sys
from collections import Counter
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import NewType

import msgspec
import pytest
import strawberry
from graphql import Undefined
from strawberry import relay
from strawberry.relay import to_base64
from strawberry.schema.config import StrawberryConfig

import gateway.execution
from gateway import Info, graph, object_of
from gateway.testing import running
from gateway.vocabulary.settings import Settings
from tests.compiled import interpreted
from tests.declare.library import query_of
from tests.execution.agreeing import agree, given, graph_of
from tests.execution.counting import agree_counting

GENERATED = Settings(mode="development", execution="generated")
_FOLDER = str(Path(gateway.execution.__file__).parent)

Loose = NewType("Loose", object)
_CONFIG = StrawberryConfig(
    scalar_map={Loose: strawberry.scalar(name="Loose", serialize=lambda value: f"<{value}>", parse_value=str)}
)


@strawberry.enum
class Mood(Enum):
    GOOD = "g"
    BAD = "b"


class MakerRecord(msgspec.Struct, frozen=True):
    id: str
    name: str | None = None


class ThingRecord(msgspec.Struct, frozen=True):
    id: str
    text: str = "text"
    number: int = 1
    share: float = 0.5
    is_new: bool = True
    note: str | None = None
    size: int | None = 3
    mood: Mood = Mood.GOOD
    day: dt.date | None = dt.date(2024, 1, 3)
    maker: MakerRecord | None = None
    makers: list[MakerRecord] = []


@object_of(MakerRecord)
class Maker(relay.Node):
    id: relay.NodeID[str]
    name: str | None


@object_of(ThingRecord)
class Thing:
    id: strawberry.ID
    text: str
    number: int
    share: float
    is_new: bool
    note: str | None
    size: int | None
    mood: Mood
    day: dt.date | None
    maker: Maker | None
    makers: list[Maker]


@strawberry.type
class Plain:
    """A class of its own instances, recognised by what it is not: null, an error, or something to be awaited."""

    name: str
    size: int | None = None


def thing(number: int) -> ThingRecord:
    makers = [MakerRecord(f"m{number}"), MakerRecord("m", "Ada")]
    return ThingRecord(f"t{number}", maker=MakerRecord(f"o{number}", "Bob"), makers=makers)


async def calls_a_record(type_, make, selection) -> dict[str, float]:
    """The functions of gateway.execution that are called more often for more records: how often for each."""
    few, many = [await _calls(type_, [make(number) for number in range(count)], selection) for count in (10, 30)]
    return {name: (many[name] - few[name]) / 20 for name in many if many[name] > few[name]}


async def _calls(type_, records, selection) -> Counter[str]:
    calls: Counter[str] = Counter()

    def called(frame, event, _argument):
        code = frame.f_code
        if event == "call" and (code.co_filename.startswith(_FOLDER) or code.co_filename == "<projection>"):
            calls[f"{Path(code.co_filename).stem}.{code.co_name}"] += 1

    @strawberry.type
    class Holder:
        records: list[type_]

    async with running(graph_of(holder=(Holder, given(Holder(records=records)))), settings=GENERATED) as ask:
        # Not in between: what earlier graphs leave is none of this one's.
        gc.collect()
        sys.setprofile(called)
        try:
            await ask.data(f"{{holder {{records {{{selection}}}}}}}")
        finally:
            sys.setprofile(None)
    return calls


@interpreted
@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("id text number share isNew note size", {}),
        ("__typename a: text b: number", {}),
        ("mood", {"leaves.<lambda>": 1}),
        ("day", {"leaves.coerced": 1}),
        ("maker {name}", {"projections._value": 1}),
        ("maker {__typename id}", {"projections._value": 1, "leaves.encoded": 1}),
        ("makers {name id}", {"projections._value": 1, "leaves.encoded": 2}),
    ],
)
async def test_regular_records_cost_no_call_each(selection, expected):
    """One function reads the plain fields of all; others convert a value, or read the objects of the level below."""
    assert expected == await calls_a_record(Thing, thing, selection)


async def test_regular_objects_cost_no_call_each():
    """A class that has been let pass is known by the next object."""
    assert {} == await calls_a_record(Plain, lambda number: Plain(name=f"p{number}"), "__typename name size")


@pytest.mark.parametrize("value", [Plain(name="p"), MakerRecord("m"), [Plain(name="p")] * 2, [MakerRecord("m")] * 2])
async def test_what_is_awaited_is_placed_together(value):
    """As regular records are that were there at once: by generated code, when the last of them has come."""
    kind = value[0] if isinstance(value, list) else value
    type_ = Plain if isinstance(kind, Plain) else Maker

    @strawberry.type
    class Slow:
        number: int

        @strawberry.field
        async def it(self) -> list[type_] if isinstance(value, list) else type_:
            return value

    found = await calls_a_record(Slow, lambda number: Slow(number=number), "it {name}")

    assert set() == found.keys() & {"shapes.place", "columns.place_object", "columns.place_awaited"}


async def test_an_irregular_record_costs_the_others_one_call_each():
    """They are read by generated code one by one, and only it by the interpreter."""
    found = await calls_a_record(Plain, lambda number: Plain(name="p" if number else 7), "__typename name size")

    assert {"<projection>.project": 1} == found


@pytest.mark.parametrize(("count", "turns"), [(4_000, 1), (4_001, 2), (9_000, 3)])
async def test_a_long_list_is_read_in_parts(count, turns):
    """Each part by one call: what comes in several turns of the event loop is as regular as the rest."""
    calls = await _calls(Plain, [Plain(name="p")] * count, "name")

    assert turns == calls["<projection>.project"]
    assert max(calls.values()) < 100


@interpreted
async def test_an_object_of_many_parents_is_read_once():
    """They share it in the answer, unless something below can tell them from each other."""
    maker = MakerRecord("m")

    found = await calls_a_record(Thing, lambda number: ThingRecord(f"t{number}", maker=maker), "maker {id}")

    assert {"projections._value": 1} == found


async def test_a_record_of_another_class_is_no_object_of_the_type():
    """It is an error at its place, however many are of the right one."""

    @strawberry.type
    class Holder:
        makers: list[Maker | None]
        maker: Maker | None

    holder = Holder(makers=[MakerRecord("m1"), ThingRecord("t1"), None], maker=ThingRecord("t2"))

    answer = await agree(graph_of(holder=(Holder, given(holder))), "{holder {makers {id} maker {__typename}}}")

    assert {"makers": [{"id": to_base64("Maker", "m1")}, None, None], "maker": None} == answer.data["holder"]
    assert [["holder", "makers", 1], ["holder", "maker"]] == sorted(answer.paths, key=len, reverse=True)


@pytest.mark.parametrize("key", [None, 7, ""])
async def test_a_global_id_is_made_of_what_the_record_has(key):
    """Whatever it is, null apart: then there is no id, which is an error."""

    @strawberry.type
    class Holder:
        makers: list[Maker | None]

    holder = Holder(makers=[MakerRecord("m1"), MakerRecord(key)])

    answer = await agree(graph_of(holder=(Holder, given(holder))), "{holder {makers {id}}}")

    expected = None if key is None else {"id": to_base64("Maker", key)}
    assert [{"id": to_base64("Maker", "m1")}, expected] == answer.data["holder"]["makers"]
    assert ([["holder", "makers", 1, "id"]] if key is None else []) == answer.paths


async def test_a_global_id_of_what_is_no_record():
    """A type may take other objects for its own; Relay says what their ids are, and what is wrong without one."""

    @object_of(MakerRecord, name="LooseMaker")
    class LooseMaker(relay.Node):
        id: relay.NodeID[str]

        @classmethod
        def is_type_of(cls, value, info):
            return True

    @strawberry.type
    class Holder:
        makers: list[LooseMaker | None]

    holder = Holder(makers=[MakerRecord("m1"), SimpleNamespace(id="m2"), SimpleNamespace(), {"id": "m3"}])

    answer = await agree(graph_of(holder=(Holder, given(holder))), "{holder {makers {id}}}")

    assert [{"id": to_base64("LooseMaker", key)} for key in ("m1", "m2")] == answer.data["holder"]["makers"][:2]
    assert [None, None] == answer.data["holder"]["makers"][2:]


async def test_a_scalar_of_ones_own_for_global_ids():
    """It says what the id looks like."""

    @strawberry.type
    class Holder:
        makers: list[Maker]

    loud = strawberry.scalar(name="Loud", serialize=lambda value: str(value).upper(), parse_value=str)
    built = graph(
        query=query_of(holder=(Holder, given(Holder(makers=[MakerRecord("m1")])))),
        config=StrawberryConfig(scalar_map={relay.GlobalID: loud}, relay_use_legacy_global_id=True),
    )

    answer = await agree(built, "{holder {makers {id}}}")

    assert [{"id": to_base64("Maker", "m1").upper()}] == answer.data["holder"]["makers"]


async def test_a_default_resolver_of_ones_own_reads_the_fields_of_every_level():
    """It is asked for what an attribute would give otherwise."""

    def read(source, name):
        value = getattr(source, name)
        return value.upper() if isinstance(value, str) else value

    @strawberry.type
    class Holder:
        plains: list[Plain]

    built = graph(
        query=query_of(holder=(Holder, given(Holder(plains=[Plain(name="a"), Plain(name="b")])))),
        config=StrawberryConfig(default_resolver=read),
    )

    assert [{"name": "A"}, {"name": "B"}] == (await agree(built, "{holder {plains {name}}}")).data["holder"]["plains"]


class Later:
    """Something to be awaited, as often as one likes, and for nothing."""

    def __await__(self):
        yield from asyncio.sleep(0).__await__()


async def test_what_is_no_object_has_no_type():
    """Nulls and errors stand among the objects, and what is awaited is not known yet, even if nothing of it is read."""

    @strawberry.type
    class Holder:
        plains: list[Plain | None]

    holder = Holder(plains=[Plain(name="a"), None, Undefined, ValueError("x"), Later(), Plain(name="b")])

    answer = await agree(graph_of(holder=(Holder, given(holder))), "{holder {plains {__typename}}}")

    plain = {"__typename": "Plain"}
    assert [plain, None, None, None, None, plain] == answer.data["holder"]["plains"]
    assert [["holder", "plains", 3]] == answer.paths


@strawberry.type
class Strict:
    """Fields that are never null, by their declaration."""

    id: strawberry.ID = strawberry.ID("i")
    text: str = "text"
    number: int = 1
    share: float = 0.5
    is_new: bool = True
    mood: Mood = Mood.GOOD
    day: dt.date = dt.date(2024, 1, 3)


@pytest.mark.parametrize("field", ["id", "text", "number", "share", "is_new", "mood", "day"])
@pytest.mark.parametrize("value", [None, Undefined, ValueError("x"), object()])
async def test_what_a_non_null_field_does_not_take_nulls_its_object_alone(field, value):
    """The others of the list are there, and the error has the field's path."""
    name = {"is_new": "isNew"}.get(field, field)

    @strawberry.type
    class Holder:
        items: list[Strict | None]

    holder = Holder(items=[Strict(), Strict(**{field: value}), Strict()])

    answer = await agree(graph_of(holder=(Holder, given(holder))), f"{{holder {{items {{{name}}}}}}}")

    first, wrong, last = answer.data["holder"]["items"]
    assert (first, None) == (last, wrong)
    assert [["holder", "items", 1, name]] == answer.paths


@pytest.mark.parametrize("value", [None, Undefined, ValueError("x")])
async def test_no_scalar_is_asked_for_what_is_no_value(value):
    """However willing it is to make text of anything: where null is not allowed there is an error."""

    @strawberry.type
    class Held:
        must: Loose
        may: Loose | None

    @strawberry.type
    class Holder:
        helds: list[Held | None]

    holder = Holder(helds=[Held(must=1, may=2), Held(must=3, may=value), Held(must=value, may=4)])
    built = graph(query=query_of(holder=(Holder, given(holder))), config=_CONFIG)

    answer = await agree(built, "{holder {helds {must may}}}")

    assert [{"must": "<1>", "may": "<2>"}, {"must": "<3>", "may": None}, None] == answer.data["holder"]["helds"]
    assert ["holder", "helds", 2, "must"] in answer.paths


@strawberry.type
class Child:
    """A number for an id is irregular, and right."""

    id: strawberry.ID

    @strawberry.field
    def shout(self) -> str:
        return f"{self.id}!"

    @strawberry.field
    def where(self, info: Info) -> str:
        return ".".join(map(str, info.path.as_list()))


@strawberry.type
class Parent:
    child: Child | None
    children: list[Child | None] | None


def parent(ids):
    """A parent of one child of the first id, and of several of all; None is no child, and no list of them."""
    if ids is None:
        return Parent(child=None, children=None)
    children = [None if each is None else Child(id=each) for each in ids]
    return Parent(child=children[0], children=tuple(children) if isinstance(ids, tuple) else children)


@pytest.mark.parametrize("field", ["child", "children"])
@pytest.mark.parametrize("selection", ["id", "id shout", "id where", "where"])
@pytest.mark.parametrize(
    "ids",
    [
        ["ab", "cd"],
        ["ab", [1, "c", 2], "d"],
        [[1, 2], [3]],
        [["a", None, "b"], [None, 1]],
        [[1, "a"], None, ("b", 2), ["c"]],
        [["a"], None, ("b",)],
    ],
)
async def test_regular_and_irregular_objects_stand_side_by_side(ids, selection, field):
    """Each is at its place and has its path, and a resolver below is called once for each."""

    @strawberry.type
    class Holder:
        parents: list[Parent]

    built = graph_of(holder=(Holder, given(Holder(parents=list(map(parent, ids))))))

    answer, resolvers = await agree_counting(built, f"{{holder {{parents {{{field} {{{selection}}}}}}}}}")

    objects = [
        each
        for one in answer.data["holder"]["parents"]
        for each in ((one[field] or []) if field == "children" else [one[field]])
        if each is not None
    ]
    called = [times for name, times in resolvers.items() if name.startswith("Child.")]
    assert [len(objects)] * (selection != "id") == called


async def test_what_was_awaited_is_not_awaited_again():
    """It is the object, then, and has none of its attributes."""

    @strawberry.type
    class Slow:
        @strawberry.field
        async def it(self) -> Plain | None:
            return Later()

    @strawberry.type
    class Holder:
        slows: list[Slow]

    built = graph_of(holder=(Holder, given(Holder(slows=[Slow(), Slow()]))))

    answer = await agree(built, "{holder {slows {it {name}}}}")

    assert [{"it": None}, {"it": None}] == answer.data["holder"]["slows"]
    assert [["holder", "slows", index, "it", "name"] for index in range(2)] == answer.paths


@pytest.mark.parametrize("ids", [["a", "b"], ["a", 1], [1, 2], [None, "a"]])
async def test_what_is_awaited_has_its_path(ids):
    """Each object's own, though all are placed together, and irregular ones by themselves."""

    @strawberry.type
    class Slow:
        number: int

        @strawberry.field
        async def child(self) -> Child | None:
            return None if ids[self.number] is None else Child(id=ids[self.number])

        @strawberry.field
        async def children(self) -> list[Child | None]:
            return [None if each is None else Child(id=each) for each in ids[: self.number + 1]]

    @strawberry.type
    class Holder:
        slows: list[Slow]

    built = graph_of(holder=(Holder, given(Holder(slows=[Slow(number=0), Slow(number=1)]))))

    answer = await agree(built, "{holder {slows {child {id where} children {id where}}}}")

    last = answer.data["holder"]["slows"][1]
    assert ("holder.slows.1.child.where", "holder.slows.1.children.1.where") == (
        last["child"]["where"],
        last["children"][1]["where"],
    )


class Coming:
    """A child to be awaited, as often as one likes."""

    def __init__(self, child):
        self._child = child

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self._child


@pytest.mark.parametrize("first", ["a", 1])
@pytest.mark.parametrize("selection", ["id shout", "id where", "shout where"])
async def test_what_was_there_and_what_was_awaited_go_on_together(first, selection):
    """A resolver below is called for all of them, once for each."""

    @strawberry.type
    class Holder:
        parents: list[Parent]

    children = [Child(id=first), Coming(Child(id="b")), Child(id="c"), Coming(Child(id=2)), Coming(None)]
    holder = Holder(parents=[Parent(child=child, children=None) for child in children])

    answer, resolvers = await agree_counting(
        graph_of(holder=(Holder, given(holder))), f"{{holder {{parents {{child {{{selection}}}}}}}}}"
    )

    assert [False, False, False, False, True] == [one["child"] is None for one in answer.data["holder"]["parents"]]
    assert {4} == {times for name, times in resolvers.items() if name.startswith("Child.")}
