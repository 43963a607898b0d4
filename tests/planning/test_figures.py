"""The figures of a plan are those of a run in which nothing is null and no load has more keys than a call takes."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gateway.planning.explain import explain
from gateway.testing import FakeBackend, running
from tests.planning.theatre import graph, plan

HOUSE = {"name": "Old Vic"}
PLAYS = [{"id": f"p{number}", "title": "Play", "director_id": f"a{number}", "house": HOUSE} for number in range(4)]
# One more person for each way to one, so that none is in the request's memo already.
PEOPLE = [{"id": f"a{number}", "name": "Ada", "house": HOUSE} for number in range(7)]
HITS = [
    {"person_id": "p0", "kind": "play", "id": "p2"},
    {"person_id": "p0", "kind": "person", "id": "a5"},
    {"person_id": "a5", "kind": "play", "id": "p3"},
    {"person_id": "a5", "kind": "person", "id": "a6"},
]
QUERIES = {
    "one load": "{season {title}}",
    "two hops": "{season {title director {name}}}",
    "guard": "{season {pay {name}}}",
    "kinds": "{season {found {what {__typename ... on Play {director {name}}}}}}",
    "side by side": "{season {director {name} found {what {... on Person {found {what {__typename}}}}}}}",
    "one of two types": '{node(id: "%s") {id ... on Play {director {name}} ... on Person {found {__typename}}}}',
    "mutation": 'mutation {first(id: "%s") {director {name}} second(id: "%s") {title}}',
    "sync resolver": "{season {shout}}",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
async def test_figures_are_those_of_a_run(query: str) -> None:
    """As many calls and hops as the plan says, where nothing is missing and nothing was loaded before."""
    query = query.replace("%s", b64encode(b"Play:p0").decode())
    routes = {"GET /season": PLAYS[:1], "GET /plays": PLAYS, "GET /hits": lambda _request: HITS}

    async with running(graph, plays=FakeBackend(routes), people=FakeBackend({"GET /people": PEOPLE})) as ask:
        reply = await ask(query, identity="a4")

    totals = explain(plan(query)).totals
    assert [] == reply.errors
    assert totals.calls.value == len(reply.calls)
    assert totals.hops.value == max(call.hop for call in reply.calls)
