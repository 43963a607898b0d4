"""What graphql-core runs, for a reason from a closed list, each time counted once."""

import pytest
from graphql import DirectiveLocation, GraphQLDirective, parse
from strawberry.extensions import SchemaExtension

from gateway import graph
from gateway.application.engine import Viewer
from gateway.http.request import GraphQLRequest
from gateway.planning.fallback import Fallback, fallback_of_document
from gateway.planning.store import MAX_VARIANTS
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED, REFERENCE, NoOp, given, through_seam

_VIEWER = Viewer("test", 5)


class Wrapping(SchemaExtension):
    """Wraps every field's resolver."""

    def resolve(self, next_, root, info, *args, **kwargs):
        value = next_(root, info, *args, **kwargs)
        return value * 2 if isinstance(value, int) else value


class Silent(SchemaExtension):
    """Has hooks, but none around fields."""

    def on_execute(self):
        yield

    def get_results(self):
        return {}


def numbers(*extensions):
    """A graph of two numbers."""
    return graph(query=query_of(one=(int, given(1)), two=(int, given(2))), extensions=extensions)


async def fallen_back(built, query, variables=None, settings=PLANNED, times=2):
    """The reasons counted, and the last answer."""
    async with running(built, settings=settings) as ask:
        for _ in range(times):
            answer = await ask.engine.execute(GraphQLRequest(query, None, variables or {}), _VIEWER)
        return dict(ask.engine.runner.fallbacks), answer


@pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])
async def test_what_is_planned_is_not_counted(way):
    """The answer has its plan, and no reason."""
    counted, answer = await fallen_back(way(numbers()), "{one}")

    assert ({}, None) == (counted, answer.fallback)
    assert ["one"] == [field.key for field in answer.plan.root.fields["Query"]]


@pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])
@pytest.mark.parametrize("query", ["{__schema {queryType {name}}}", '{one __type(name: "Query") {name}}'])
async def test_introspection(way, query):
    """It is answered whole by graphql-core; `__typename` alone is planned."""
    counted, answer = await fallen_back(way(numbers()), query)
    typename, _ = await fallen_back(way(numbers()), "{__typename}")

    assert ({Fallback.INTROSPECTION: 2}, Fallback.INTROSPECTION) == (counted, answer.fallback)
    assert (None, {}) == (answer.plan, typename)
    assert "errors" not in answer.result


@pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])
async def test_a_directive_that_nobody_plans(way):
    """Any directive but `@skip` and `@include` may change what fields give."""
    built = numbers()
    schema = built.schema._schema
    schema.directives = (*schema.directives, GraphQLDirective("trace", [DirectiveLocation.FIELD]))

    counted, answer = await fallen_back(way(built), "{one @trace}")

    assert ({Fallback.RUNTIME_DIRECTIVE: 2}, {"one": 1}) == (counted, answer.result["data"])


@pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])
async def test_a_condition_without_value(way):
    """Null where a condition needs a boolean: graphql-core tells the error; with a value the operation is planned."""
    query = "query ($yes: Boolean = true) {one @include(if: $yes)}"

    counted, answer = await fallen_back(way(numbers()), query, {"yes": None})
    planned, _ = await fallen_back(way(numbers()), query, {"yes": False})

    assert ({Fallback.CONDITION_WITHOUT_VALUE: 2}, {}) == (counted, planned)
    assert 1 == len(answer.result["errors"])


async def test_an_extension_that_wraps_resolvers():
    """Every operation of its graph is graphql-core's, so that no field goes past it."""
    counted, answer = await fallen_back(numbers(Wrapping, Silent), "{one two}")

    assert {Fallback.SCHEMA_EXTENSION: 2} == counted
    assert {"one": 2, "two": 4} == answer.result["data"]


@pytest.mark.parametrize("extension", [Silent, NoOp])
async def test_an_extension_that_wraps_no_resolver(extension):
    """Its operations are planned: hooks around the operation still run."""
    counted, answer = await fallen_back(numbers(extension), "{one}")

    assert ({}, None) == (counted, answer.fallback)


async def test_the_setting():
    """`execution = "reference"` plans nothing."""
    counted, answer = await fallen_back(numbers(), "{one}", settings=REFERENCE)

    assert ({Fallback.SETTING: 2}, None) == (counted, answer.plan)


@pytest.mark.parametrize("execution", ["planned", "interpreted", "generated"])
async def test_every_other_setting_plans(execution):
    """They differ in how a plan is run."""
    counted, answer = await fallen_back(
        numbers(), "{one}", settings=Settings(mode="development", execution=execution), times=3
    )

    assert ({}, {"one": 1}) == (counted, answer.result["data"])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{one ... @defer {two}}", Fallback.INCREMENTAL_DELIVERY),
        ("{list @stream(initialCount: 1)}", Fallback.INCREMENTAL_DELIVERY),
        ("{...F} fragment F($n: Int) on Query {one}", Fallback.FRAGMENT_VARIABLES),
        ("{...F} fragment F on Query {one @trace}", Fallback.RUNTIME_DIRECTIVE),
        ("query @trace {one}", Fallback.RUNTIME_DIRECTIVE),
        ("{... on Query @skip(if: true) {one @include(if: false)}}", None),
    ],
)
def test_what_a_document_is_left_to_graphql_core_for(document, reason):
    """A look at the whole document finds it, fragments included."""
    assert reason is fallback_of_document(parse(document, experimental_fragment_arguments=True))


def test_the_list_is_closed():
    """A reason more is a decision: the metric, the documentation and these tests name each."""
    assert {
        "SETTING",
        "INTROSPECTION",
        "INCREMENTAL_DELIVERY",
        "RUNTIME_DIRECTIVE",
        "FRAGMENT_VARIABLES",
        "SCHEMA_EXTENSION",
        "CONDITION_WITHOUT_VALUE",
    } == set(Fallback.__members__)


async def test_a_refused_document_is_no_fallback():
    """Neither are variables that do not fit: nothing ran."""
    invalid, answer = await fallen_back(numbers(), "{three}")
    misfit, other = await fallen_back(numbers(), "query ($yes: Boolean!) {one @skip(if: $yes)}", {"yes": 3})

    assert ({}, {}) == (invalid, misfit)
    assert (None, None, None, None) == (answer.plan, answer.fallback, other.plan, other.fallback)


async def test_variants_are_bounded():
    """However many combinations of conditions are asked for, an operation keeps the plans used last."""
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    query = f"query ({declared}) {{{' '.join(f'{name}: one @include(if: ${name})' for name in names)}}}"

    async with running(numbers()) as ask:
        for number in range(2**6):
            chosen = {name: bool(number >> bit & 1) for bit, name in enumerate(names)}
            assert {name: 1 for name in names if chosen[name]} == await ask.data(query, chosen)
        document = ask.engine.documents.get(query)
        counted = ask.engine.runner.fallbacks

    assert f"<PreparedOperation with {MAX_VARIANTS} plans>" == repr(document.plans[None])
    assert {} == counted
