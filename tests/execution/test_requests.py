"""Executing requests: which operation runs, and when nothing runs. GraphQL specification, section 6.1."""

import pytest
import strawberry

from gateway import ClientError, graph
from gateway.testing.run import running
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED, REFERENCE, agree, given, graph_of, resolved, through_seam

_RUN = []


def note() -> str:
    _RUN.append("note")
    return "noted"


@strawberry.type
class Mutation:
    note: str = strawberry.mutation(resolver=note)


_GRAPH = graph(query=query_of(note=(str, resolved(note)), word=(str, given("word"))), mutation=Mutation)


async def refusals(document, operation_name=None):
    """The code and text of the refusal, of each way."""
    seen = []
    for built, settings in ((_GRAPH, PLANNED), (through_seam(_GRAPH), PLANNED), (_GRAPH, REFERENCE)):
        async with running(built, settings=settings) as ask:
            with pytest.raises(ClientError) as refused:
                await ask(document, operation_name=operation_name)
        seen.append((refused.value.code, refused.value.client_message))
    return seen


async def test_the_only_operation_runs_without_a_name():
    """A document with one operation needs no operationName, whether the operation has a name or not."""
    unnamed = await agree(_GRAPH, "{word}")
    named = await agree(_GRAPH, "query Words {word}")

    assert {"word": "word"} == unnamed.data == named.data


async def test_the_named_operation_runs():
    """Of several operations the one that operationName names runs, and no other."""
    document = "query One {one: word} query Two {two: word}"

    assert {"one": "word"} == (await agree(_GRAPH, document, operation_name="One")).data
    assert {"two": "word"} == (await agree(_GRAPH, document, operation_name="Two")).data


@pytest.mark.parametrize("name", [None, "", "Three"])
async def test_a_name_that_chooses_none_is_refused(name):
    """Several operations without operationName, or with an unknown one, are the client's mistake; nothing runs."""
    _RUN.clear()

    seen = await refusals("query One {note} query Two {note}", name)

    assert 1 == len(set(seen))
    assert [] == _RUN


async def test_a_document_without_an_operation_is_refused():
    """A document of fragments alone holds nothing to run."""
    seen = await refusals("fragment Words on Query {word}")

    assert 1 == len(set(seen))


async def test_an_invalid_document_does_not_run():
    """A validation error leaves no `data` in the answer, and no resolver is called."""
    _RUN.clear()

    answer = await agree(_GRAPH, "{note nothing}")

    assert ("no data", ["GRAPHQL_VALIDATION_FAILED"]) == (answer.data, answer.codes)
    assert ["Cannot query field 'nothing' on type 'Query'."] == answer.messages
    assert [] == _RUN


async def test_a_syntax_error_does_not_run():
    """Text that is no document leaves no `data` in the answer."""
    answer = await agree(_GRAPH, "{note")

    assert ("no data", ["GRAPHQL_PARSE_FAILED"]) == (answer.data, answer.codes)


async def test_variables_that_do_not_fit_stop_the_request():
    """A request error of a variable leaves no `data`, and no resolver is called."""
    _RUN.clear()
    takes = graph_of(note=(str, resolved(note)), double=(int, resolved(double)))

    answer = await agree(takes, "query ($n: Int!) {note double(n: $n)}", {"n": "two"})

    assert ("no data", ["BAD_USER_INPUT"]) == (answer.data, answer.codes)
    assert [] == _RUN


def double(n: int) -> int:
    return 2 * n


async def test_operations_of_one_document_have_plans_of_their_own():
    """Names, variables and conditions of one operation do not reach another one of the same document."""
    document = """
        query One($yes: Boolean!) {word @include(if: $yes)}
        query Two($yes: Boolean = false) {word @skip(if: $yes) again: word @include(if: $yes)}
    """

    assert {} == (await agree(_GRAPH, document, {"yes": False}, operation_name="One")).data
    assert {"word": "word"} == (await agree(_GRAPH, document, operation_name="Two")).data
    assert {"again": "word"} == (await agree(_GRAPH, document, {"yes": True}, operation_name="Two")).data
