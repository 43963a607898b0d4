"""Where a plan and graphql-core differ, and both are right: each test is a row of `docs/differences.md`."""

import asyncio
import re
from pathlib import Path
from typing import NewType

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway import Info, graph
from gateway.testing.run import running
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED, REFERENCE, graph_of, made_by, resolved
from tests.execution.differing import TIME_S, Log, both, told

Anything = NewType("Anything", object)


def note(info: Info, what: str) -> None:
    info.context.app.append(what)


@strawberry.type
class Part:
    """An object whose fields fail, wait and tell that they ran."""

    @strawberry.field
    def bad(self) -> int:
        raise ValueError("bad")

    @strawberry.field
    def may(self) -> int | None:
        raise ValueError("may")

    @strawberry.field
    async def bad_later(self) -> int:
        await asyncio.sleep(0)
        raise ValueError("later")

    @strawberry.field
    async def bad_soon(self) -> int:
        raise ValueError("soon")

    @strawberry.field
    def noted(self, info: Info) -> int:
        note(info, "noted")
        return 1

    @strawberry.field
    async def hangs(self, info: Info) -> int | None:
        note(info, "hangs")
        await asyncio.Event().wait()

    @strawberry.field
    def part(self) -> "Part | None":
        return self


_PARTS = graph(query=query_of(part=(Part | None, made_by(Part))), app=Log)


async def test_what_stands_behind_a_failed_field():
    """A plan runs every field of an object; graphql-core stops at the first that fails without waiting."""
    (data, _, ran), (_, _, ran_by_reference) = await both(_PARTS, "{part {bad noted}}")

    assert {"part": None} == data
    assert (["noted"], []) == (ran, ran_by_reference)


async def test_which_of_several_errors_is_told():
    """Below one nulled position a plan tells the first error in the answer's order, graphql-core the first in time."""
    (data, paths, _), (_, paths_by_reference, _) = await both(_PARTS, "{part {badLater badSoon}}")

    assert {"part": None} == data
    assert ([["part", "badLater"]], [["part", "badSoon"]]) == (paths, paths_by_reference)


async def test_errors_behind_the_one_that_nulls():
    """A plan tells nothing that stands behind what nulled its parent, graphql-core what was found earlier."""
    (_, paths, _), (_, paths_by_reference, _) = await both(_PARTS, "{part {badLater may}}")

    assert [["part", "badLater"]] == paths
    assert [["part", "may"], ["part", "badLater"]] == paths_by_reference


async def test_the_order_of_errors():
    """A plan's errors are in the answer's order, graphql-core's in the order of their happening."""
    query = "{a: part {badLater} b: part {bad}}"

    (_, paths, _), (_, paths_by_reference, _) = await both(_PARTS, query)

    assert [["a", "badLater"], ["b", "bad"]] == paths
    assert [["b", "bad"], ["a", "badLater"]] == paths_by_reference


async def test_waiting_below_a_nulled_position():
    """A plan waits for what is under way below a position that is null already, graphql-core gives it up."""
    (data, paths, ran), (_, paths_by_reference, _) = await both(_PARTS, "{part {bad part {hangs}}}")
    (_, late_paths, _), (_, late_paths_by_reference, _) = await both(_PARTS, "{part {hangs badSoon}}")

    assert ({"part": None}, ["hangs"]) == (data, ran)
    assert [["part", "bad"]] == paths == paths_by_reference
    assert [["part", "hangs"], ["part", "badSoon"]] == late_paths
    assert [["part", "badSoon"]] == late_paths_by_reference


async def test_the_level_below_begins_together():
    """Below a list a plan begins when all of its awaitables have come, graphql-core with each item by itself."""
    gate = asyncio.Event()

    @strawberry.type
    class Item:
        number: strawberry.Private[int]

        @strawberry.field
        def opens(self) -> int:
            gate.set()
            return self.number

    async def waits():
        await gate.wait()
        return Item(number=2)

    async def comes():
        return Item(number=1)

    built = graph_of(items=(list[Item | None], resolved(lambda: [comes(), waits()])))

    async with running(built, settings=PLANNED) as ask:
        planned = await ask("{items {opens}}", time_s=TIME_S)
    gate.clear()
    async with running(built, settings=REFERENCE) as ask:
        reference = await ask("{items {opens}}", time_s=TIME_S)

    assert ([None, None], ["DEADLINE_EXCEEDED"] * 2) == (planned.data["items"], planned.codes)
    assert ([{"opens": 1}, {"opens": 2}], []) == (reference.data["items"], reference.codes)


async def test_an_async_iterable_is_read_first():
    """A plan completes items when all have come; graphql-core each as it comes, and stops reading at a null error."""
    read = []

    async def numbers():
        for number in (1, None, 3):
            read.append(number)
            yield number

    built = graph_of(numbers=(list[int] | None, made_by(numbers)))

    planned = await told(built, "{numbers}", PLANNED)
    read_by_plan = list(read)
    read.clear()
    reference = await told(built, "{numbers}", REFERENCE)

    assert planned[:2] == reference[:2] == ({"numbers": None}, [["numbers", 1]])
    assert ([1, None, 3], [1, None]) == (read_by_plan, read)


def items():
    yield "x"
    raise ValueError("broken")


async def items_later():
    yield "x"
    raise ValueError("broken")


@pytest.mark.parametrize("make", [items, items_later])
async def test_an_iterable_that_breaks_off(make):
    """A plan tells the iterable's error alone, graphql-core also those of the items before it."""
    built = graph_of(numbers=(list[int | None] | None, made_by(make)))

    (data, paths, _), (_, paths_by_reference, _) = await both(built, "{numbers}")

    assert {"numbers": None} == data
    assert ([["numbers"]], [["numbers", 0], ["numbers"]]) == (paths, paths_by_reference)


async def test_types_that_ask_for_the_place():
    """Where no resolver takes an info, a type's functions get one for all parents, with the field's own key as path."""
    seen = []

    @strawberry.type
    class Asked:
        name: str

        @classmethod
        def is_type_of(cls, value, info):
            seen.append(info.path.as_list())
            return True

    @strawberry.type
    class Outer:
        asked: Asked

    built = graph_of(outers=(list[Outer], resolved(lambda: [Outer(asked=Asked(name=name)) for name in "ab"])))

    await told(built, "{outers {asked {name}}}", PLANNED)
    planned = list(seen)
    seen.clear()
    await told(built, "{outers {asked {name}}}", REFERENCE)

    assert [["asked"], ["asked"]] == planned
    assert [["outers", 0, "asked"], ["outers", 1, "asked"]] == seen


@pytest.mark.parametrize(("settings", "is_once"), [(PLANNED, False), (REFERENCE, True)], ids=["planned", "reference"])
async def test_attributes_are_read_again(settings, is_once):
    """A plan that meets a value that is unusual reads the object's attributes again; graphql-core reads once."""
    reads = []

    class Computed:
        number = "3"

        @property
        def name(self):
            reads.append("name")
            return "Ada"

    @strawberry.type
    class Read:
        name: str
        number: int

    @strawberry.type
    class Outer:
        read: Read

    built = graph_of(outer=(Outer, made_by(lambda: Outer(read=Computed()))))

    async with running(built, settings=settings) as ask:
        await ask.data("{outer {read {name number}}}")
        reads.clear()
        data = await ask.data("{outer {read {name number}}}")

    assert {"read": {"name": "Ada", "number": 3}} == data["outer"]
    assert is_once == (len(reads) == 1)


async def test_a_resolver_that_cancels_itself():
    """A plan answers with the field's error; for graphql-core the whole request is cancelled."""

    async def cancels() -> int | None:
        raise asyncio.CancelledError

    built = graph_of(cancels=(int | None, resolved(cancels)), one=(int, made_by(lambda: 1)))

    data, paths, _ = await told(built, "{cancels one}", PLANNED)
    with pytest.raises(asyncio.CancelledError):
        await told(built, "{cancels one}", REFERENCE)

    assert ({"cancels": None, "one": 1}, [["cancels"]]) == (data, paths)


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_resolver_that_raises_no_exception(is_async):
    """A plan answers with the field's error; with graphql-core the whole request fails."""

    class Stop(BaseException):
        pass

    async def stops_later() -> int | None:
        await asyncio.sleep(0)
        raise Stop

    def stops() -> int | None:
        raise Stop

    odd = resolved(stops_later if is_async else stops)
    built = graph_of(stops=(int | None, odd), one=(int, made_by(lambda: 1)))

    data, paths, _ = await told(built, "{stops one}", PLANNED)
    with pytest.raises(Stop):
        await told(built, "{stops one}", REFERENCE)

    assert ({"stops": None, "one": 1}, [["stops"]]) == (data, paths)


async def test_an_item_that_cannot_be_looked_at_fails_alone():
    """A plan answers with the other items; graphql-core with no list."""

    class Unbound:
        def __getattr__(self, name):
            raise RuntimeError(f"working outside of context: {name}")

    built = graph_of(odd=(list[int | None] | None, made_by(lambda: [1, Unbound(), 3])))

    assert ({"odd": [1, None, 3]}, [["odd", 1]]) == (await told(built, "{odd}", PLANNED))[:2]
    assert ({"odd": None}, [["odd"]]) == (await told(built, "{odd}", REFERENCE))[:2]


async def test_an_exception_in_an_awaitable_that_a_scalar_lets_pass():
    """A plan answers with the field's error; graphql-core shows the exception itself, which JSON cannot say."""
    passes = strawberry.scalar(name="Anything", serialize=lambda value: value, parse_value=lambda value: value)

    async def inner() -> object:
        await asyncio.sleep(0)
        return ValueError("inside")

    async def outer() -> object:
        return inner()

    built = graph(
        query=query_of(outer=(Anything | None, resolved(outer))),
        app=Log,
        config=StrawberryConfig(scalar_map={Anything: passes}),
    )

    data, paths, _ = await told(built, "{outer}", PLANNED)
    (reference, *_) = await told(built, "{outer}", REFERENCE)

    assert ({"outer": None}, [["outer"]]) == (data, paths)
    assert isinstance(reference["outer"], ValueError)


def test_every_difference_is_told():
    """The document names each test of such a difference, and no other."""
    root = Path(__file__).parents[2]
    text = (root / "docs" / "differences.md").read_text()
    modules = (Path(__file__), Path(__file__).with_name("test_differences_of_loads.py"))

    shown = {
        name for module in modules for name in re.findall(r"^async def (test_\w+)", module.read_text(), re.MULTILINE)
    }

    assert shown == set(re.findall(r"`(test_\w+)`", text))
