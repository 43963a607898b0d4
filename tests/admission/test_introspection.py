"""A schema that is not public: introspection refused, no name suggested, whatever the document."""

from __future__ import annotations

from enum import Enum

import pytest
import strawberry
from strawberry.extensions import DisableValidation

import gateway
from gateway.admission.documents import Documents
from gateway.application.engine import Engine
from gateway.declare.graph import Graph
from gateway.testing import running
from gateway.vocabulary.settings import LimitSettings, Settings


@strawberry.enum
class Colour(Enum):
    CRIMSON = "crimson"


@strawberry.input
class Wish:
    colour: Colour
    quantity: int = 1


@strawberry.type
class Thing:
    label: str


@strawberry.type
class Query:
    @strawberry.field
    def things(self, wish: Wish | None = None, colour: Colour | None = None) -> list[Thing]:
        return [Thing(label="x")]


class Lifecycle(strawberry.extensions.SchemaExtension):
    """Makes operations run through Strawberry's own lifecycle."""


GRAPH = gateway.graph(query=Query)
GRAPHS = {"direct": GRAPH, "lifecycle": gateway.graph(query=Query, extensions=[Lifecycle])}


def codes(text: str, graph: Graph = GRAPH, *, settings: Settings | None = None) -> list[str]:
    """The codes that a document is refused with."""
    engine = Engine(graph, settings or Settings())
    document = engine.documents.get(text)
    return [getattr(error.original_error, "code", error.message) for error in document.errors]


@pytest.mark.parametrize(
    "text",
    [
        "{__schema {types {name fields {name}}}}",
        '{__type(name: "Query") {name}}',
        "{harmless: __schema {queryType {name}}}",
        "query Q($no: Boolean = false) {__schema @include(if: $no) {queryType {name}}}",
        "{...F} fragment F on Query {__schema {queryType {name}}}",
        "{... on Query {... {__schema {queryType {name}}}}}",
        "fragment Unused on Query {__schema {queryType {name}}} {things {label} ...Unused}",
        "query A {things {label}} query B {__schema {queryType {name}}}",
        "mutation {__schema {queryType {name}}}",
    ],
)
def test_introspection_is_refused_wherever_it_stands(text: str) -> None:
    """Under an alias, in a fragment, under a condition, in another operation: one clear code."""
    assert "INTROSPECTION_DISABLED" in codes(text)


def test_typename_stays() -> None:
    """Clients need `__typename`, at every level."""
    assert [] == codes("{__typename things {__typename}}")


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        (Settings(), True),
        (Settings(introspection="on"), False),
        (Settings(introspection="off"), True),
        (Settings(mode="development"), False),
        (Settings(mode="development", introspection="off"), True),
    ],
)
def test_the_setting_and_the_mode_decide(settings: Settings, *, refused: bool) -> None:
    """`auto` is on in development alone; `on` and `off` hold in both modes."""
    found = codes("{__schema {queryType {name}}}", settings=settings)

    assert (["INTROSPECTION_DISABLED"] if refused else []) == found


def test_it_is_refused_where_validation_is_off() -> None:
    """An extension that switches validation off does not open the schema."""
    graph = gateway.graph(query=Query, extensions=[DisableValidation])

    assert ["INTROSPECTION_DISABLED"] == codes("{__schema {queryType {name}}}", graph)


MISTAKES: list[tuple[str, dict[str, object]]] = [
    ("{thing {label}}", {}),
    ("{things {labels}}", {}),
    ("{things(wih: null) {label}}", {}),
    ("{things(colour: CRIMSOM) {label}}", {}),
    ('{things(colour: "CRIMSON") {label}}', {}),
    ("{things(wish: {color: CRIMSON}) {label}}", {}),
    ("{things}", {}),
    ("{things {label @skp(if: true)}}", {}),
    ("{... on Thng {label}}", {}),
    ("query Q($w: Wsh) {things(wish: $w) {label}}", {}),
    ("{things(colour: 'CRIMSON') {label}}", {}),
    ("{things {label .. }}", {}),
    ("query Q($c: Colour!) {things(colour: $c) {label}}", {"c": "CRIMSOM"}),
    ("query Q($c: Colour!) {things(colour: $c) {label}}", {"c": 7}),
    ("query Q($w: Wish!) {things(wish: $w) {label}}", {"w": {"color": "CRIMSON"}}),
    ("query Q($w: Wish!) {things(wish: $w) {label}}", {"w": {"colour": "CRIMSON", "quantty": 1}}),
    ("query Q($w: [Wish!]!) {things {label}}", {"w": [{"colr": 1}]}),
]


@pytest.mark.parametrize("way", GRAPHS)
@pytest.mark.parametrize(("text", "variables"), MISTAKES)
async def test_no_error_suggests_a_name(text: str, variables: dict[str, object], way: str) -> None:
    """Of documents and of variables, whichever way the operation runs: the mistake is told, no name that would fit."""
    async with running(GRAPHS[way], settings=Settings()) as ask:
        reply = await ask(text, variables)

    assert reply.errors
    assert [] == [error for error in reply.errors if "did you mean" in error["message"].lower()]


@pytest.mark.parametrize("way", GRAPHS)
@pytest.mark.parametrize(
    ("text", "variables"),
    [MISTAKES[0], MISTAKES[2], MISTAKES[3], MISTAKES[12], MISTAKES[15]],
)
async def test_development_suggests_names(text: str, variables: dict[str, object], way: str) -> None:
    """A developer is helped."""
    async with running(GRAPHS[way]) as ask:
        reply = await ask(text, variables)

    assert "Did you mean" in reply.errors[0]["message"]


def test_documents_show_the_schema_unless_told_otherwise() -> None:
    """Tools that read documents, such as the plan's, work on the schema's own side."""
    assert () == Documents(GRAPH.schema, LimitSettings()).get("{__schema {queryType {name}}}").errors
