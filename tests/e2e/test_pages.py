"""The page operations over all six services: each is the join of their data, at no more than its price."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import Any

import pytest

from tests.e2e import join, join_pages
from tests.e2e.reference import OPERATIONS, Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIEWER = "u1"
COURSE = join.enrolments_of(VIEWER)[0]["course_id"]
DISCUSSION = 3
TEXT = "graphql teams"
PAGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "course_page": ({"id": join.global_id("Course", COURSE)}, join_pages.course_page(VIEWER, COURSE)),
    "profile": ({}, join_pages.profile(VIEWER)),
    "discussion": (
        {"id": join.global_id("Discussion", f"d{DISCUSSION}")},
        join_pages.discussion(VIEWER, DISCUSSION),
    ),
    "search": ({"text": TEXT}, join_pages.search_page(TEXT, 20)),
    "home": ({"text": TEXT}, join.home(VIEWER, TEXT)),
}
#: Who answers each page.
SERVICES = {
    "course_page": {"catalogue", "users", "enrolments", "discussions"},
    "profile": {"users", "catalogue", "enrolments", "billing"},
    "discussion": {"discussions", "users", "catalogue", "enrolments"},
    "search": {"search", "catalogue", "discussions", "users"},
    "home": {"users", "catalogue", "enrolments", "billing", "search", "discussions"},
}
BUDGETS = tomllib.loads((OPERATIONS / "hops.toml").read_text())["operations"]
FUNCTIONS = ("users", "enrolments", "discussions")


def operation(name: str) -> str:
    return (OPERATIONS / f"{name}.graphql").read_text()


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_the_join_of_the_services_data(learning: Platform, name: str) -> None:
    """Each page's operation answers what a join of the raw data gives."""
    variables, expected = PAGES[name]

    data = await learning.data(operation(name), subject=VIEWER, **variables)

    assert join.unordered(expected) == join.unordered(join_pages.without_cursors(data))


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_stays_within_its_budget(learning: Platform, name: str) -> None:
    """What the services see is no more than `hops.toml` allows: that is not only the plan's word."""
    variables, _ = PAGES[name]
    query = operation(name)
    budget = BUDGETS[re.search(r"^query (\w+)", query, re.MULTILINE)[1]]  # type: ignore[index]

    answer = await learning.ask(query, subject=VIEWER, **variables)

    calls = Counter(call["service"] for call in learning.calls())
    assert SERVICES[name] == calls.keys()
    assert answer.receipt.hops <= budget["max_hops"]
    assert len(answer.calls) == calls.total() <= budget["max_calls"]
    assert sum(calls[function] for function in FUNCTIONS) <= budget["max_invokes"]


async def test_a_page_asks_no_key_twice_of_one_loader_at_one_position(learning: Platform) -> None:
    """Forty ticks of a course are one call with each lecture once."""
    variables, _ = PAGES["course_page"]

    await learning.data(operation("course_page"), subject=VIEWER, **variables)

    (completions,) = [call for call in learning.calls() if call["path"] == "/completions"]
    expected = [f"{lecture['id']}:{VIEWER}" for lecture in join.lectures_of(COURSE)]
    assert sorted(expected) == sorted(completions["keys"])


async def test_a_visitor_gets_a_course_page_without_what_is_theirs(learning: Platform) -> None:
    """Nobody is asked for the enrolment and the ticks of nobody."""
    variables, expected = PAGES["course_page"]

    data = await learning.data(operation("course_page"), **variables)

    course = data["course"]
    assert course["viewerEnrolment"] is None
    assert {None} == {lecture["viewerCompletion"] for lecture in course["lectures"]}
    assert expected["course"]["discussions"]["edges"] == course["discussions"]["edges"]
    assert "enrolments" not in {call["service"] for call in learning.calls()}


async def test_comments_of_a_discussion_come_in_pages(learning: Platform) -> None:
    """The discussions service pages: pages joined by their cursors hold every comment once, in order."""
    query = operation("discussion")
    variables: dict[str, Any] = {"id": PAGES["discussion"][0]["id"], "first": 5}
    nodes: list[Any] = []
    sizes = []
    while not sizes or page["pageInfo"]["hasNextPage"]:  # noqa: F821 - set by the round before
        page = (await learning.data(query, **variables))["discussion"]["comments"]
        nodes += [edge["node"] for edge in page["edges"]]
        sizes.append(len(page["edges"]))
        variables["after"] = page["pageInfo"]["endCursor"]

    assert [5, 5, 4] == sizes
    assert [edge["node"] for edge in PAGES["discussion"][1]["discussion"]["comments"]["edges"]] == nodes


async def test_a_cursor_that_is_refused_costs_the_comments_alone(learning: Platform) -> None:
    """The discussion itself is answered, its comments are null with an error at their place."""
    discussion = PAGES["discussion"]

    answer = await learning.ask(
        'query D($id: ID!) {discussion(id: $id) {title comments(after: "x") {edges {cursor}}}}', **discussion[0]
    )

    assert {"title": discussion[1]["discussion"]["title"], "comments": None} == answer.result["data"]["discussion"]
    (error,) = answer.result["errors"]
    assert ["discussion", "comments"] == error["path"]
    # Only the service can tell, and it tells the client.
    assert "after: expected a cursor of an earlier page, got 'x'" == error["message"]
    assert "BAD_USER_INPUT" == error["extensions"]["code"]


async def test_discussions_of_several_courses_are_one_call(learning: Platform) -> None:
    """A page for each of twelve courses is one call with twelve keys."""
    query = "{courses(first: 12) {edges {node {discussions(first: 2) {edges {node {title}}}}}}}"

    data = await learning.data(query)

    pages = [edge["node"]["discussions"]["edges"] for edge in data["courses"]["edges"]]
    assert [2] * 12 == list(map(len, pages))
    (call,) = [call for call in learning.calls() if call["service"] == "discussions"]
    assert [f"c{number}" for number in range(1, 13)] == sorted(call["keys"], key=lambda key: int(key[1:]))


async def test_node_answers_for_the_new_types(learning: Platform) -> None:
    """What has a global id can be asked for by it; an enrolment by its owner alone."""
    query = "query N($id: ID!) {node(id: $id) {id __typename}}"
    enrolment = join.enrolments_of(VIEWER)[0]["id"]
    ids = [join.global_id(*pair) for pair in (("Discussion", "d9"), ("Comment", "m77"), ("Enrolment", enrolment))]

    own = [(await learning.data(query, subject=VIEWER, id=id_))["node"] for id_ in ids]
    anothers = (await learning.data(query, subject="u2", id=ids[-1]))["node"]

    assert [("Discussion", ids[0]), ("Comment", ids[1]), ("Enrolment", ids[2])] == [
        (node["__typename"], node["id"]) for node in own
    ]
    assert anothers is None
