"""Plans are bounded: a short document may mean a plan of any size, since interfaces within interfaces multiply it."""

import gc
import tracemalloc
from itertools import compress, product
from typing import Any

import pytest
import strawberry

from gateway import graph
from gateway.admission.documents import Documents
from gateway.planning.store import PreparedOperation
from gateway.testing.run import running
from gateway.vocabulary.errors import RuleError
from gateway.vocabulary.settings import LimitSettings, Settings
from tests.execution.agreeing import PLANNED, through_seam

_FACES = 3


@strawberry.interface
class Node:
    """What all are; each runtime type below is of some of the faces."""

    next: "Node | None" = None
    id: int = 1


FACES = [strawberry.interface(type(f"Face{number}", (Node,), {})) for number in range(_FACES)]
TYPES = [
    strawberry.type(type(f"Type{''.join(map(str, chosen))}", tuple(compress(FACES, chosen)), {}))
    for chosen in product((0, 1), repeat=_FACES)
    if any(chosen)
]


@strawberry.type
class Query:
    """Its nodes are of any of the types."""

    @strawberry.field
    def first(self) -> Node | None:
        return TYPES[0](next=TYPES[1](id=2))


_GRAPH = graph(query=Query, types=TYPES)


def deep(levels: int, operation: str = "{first {...F0}}") -> str:
    """A document whose every level asks each face for the next one: `levels` of them."""

    def level(number: int) -> str:
        below = "id" if number == levels - 1 else f"...F{number + 1}"
        return "".join(f"... on Face{face} {{next {{{below}}}}}" for face in range(_FACES))

    return operation + "".join(f" fragment F{number} on Node {{{level(number)}}}" for number in range(levels))


async def refusal(ask: Any, *asked: Any) -> tuple[str, str]:
    """Code and message of what is refused, before it runs or, in Strawberry's lifecycle, as its only error."""
    try:
        (error,) = (await ask(*asked)).errors
    except RuleError as refused:
        return refused.code, refused.client_message
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("built", [_GRAPH, through_seam(_GRAPH)])
async def test_a_plan_without_end_is_refused(built):
    """Each time it is asked; the same engine answers all else, the document's smaller variants too."""
    gated = deep(5, "query ($all: Boolean!) {first {id ...F0 @include(if: $all)}}")
    async with running(built, settings=PLANNED) as ask:
        refused = [await refusal(ask, deep(5)), await refusal(ask, deep(5)), await refusal(ask, gated, {"all": True})]
        answered = [await ask.data(deep(2)), await ask.data(gated, {"all": False})]

    message = "operation: expected at most 10,000 fields to plan, those of each runtime type counted, got more"
    assert [("LIMIT_EXCEEDED", f"{message} (max_planned_fields)")] * 3 == refused
    assert [{"first": {"next": {"next": None}}}, {"first": {"id": 1}}] == answered


async def test_the_limit_is_a_setting():
    """It counts field nodes, those of each runtime type, and one for each type."""
    limits = LimitSettings(max_planned_fields=2 + 7 * 2)
    async with running(_GRAPH, settings=Settings(limits=limits)) as ask:
        assert {"first": {"id": 1}} == await ask.data("{first {id}}")
        code, _ = await refusal(ask, "{first {id __typename}}")

    assert "LIMIT_EXCEEDED" == code


@pytest.mark.parametrize("text", [deep(2), deep(3), "{first {id next {id next {id}}}}"])
def test_what_a_plan_takes_is_estimated(text):
    """The estimate, which is charged to the document's memory, is not below what is taken, nor far above."""
    document = Documents(_GRAPH.schema, LimitSettings()).get(text)
    gc.collect()
    tracemalloc.start()
    try:
        prepared = PreparedOperation(_GRAPH, document.ast, document.operation(None), document.fragments)
        prepared.plan_for({})
        prepared.plan_for({})
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 0.3 * prepared.plans_bytes < taken < 1.5 * prepared.plans_bytes
