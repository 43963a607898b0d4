"""The reference graph over its real services. Every test runs three times: only the addresses differ."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.e2e import join
from tests.e2e.reference import OPERATIONS, Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_course_catalogue_is_the_join_of_the_services_data(learning: Platform) -> None:
    """The catalogue page's operation answers what a join of the raw data gives."""
    query = (OPERATIONS / "course_catalogue.graphql").read_text()

    data = await learning.data(query)

    assert join.unordered(join.course_catalogue(12)) == join.unordered(data)


async def test_course_catalogue_takes_four_calls(learning: Platform) -> None:
    """Twelve courses, their teachers, lectures and other courses take one call each, every key once."""
    courses = [f"c{number}" for number in range(1, 13)]
    teachers = {join.COURSES[course]["instructor_id"] for course in courses}

    await learning.data((OPERATIONS / "course_catalogue.graphql").read_text())

    calls = {(call["path"], tuple(sorted(call["query"]))): Counter(call["keys"]) for call in learning.calls()}
    assert {
        ("/courses/page", ("first",)): Counter(),
        ("/users", ("id",)): Counter(teachers),
        ("/lectures", ("course", "published")): Counter(courses),
        ("/courses", ("instructor",)): Counter(teachers),
    } == calls


async def test_home_is_the_join_of_the_services_data(learning: Platform) -> None:
    """The home page's operation, three unrelated branches and a union, answers what a join of the raw data gives."""
    query = (OPERATIONS / "home.graphql").read_text()

    data = await learning.data(query, subject="u1", text="linux")

    assert join.unordered(join.home("u1", "linux")) == join.unordered(data)


async def test_home_asks_no_key_twice(learning: Platform) -> None:
    """What several branches need is asked once: each service sees exactly the keys that the answer is made of."""
    expected = join.home("u1", "linux")
    hits = join.search(["linux"], 10)
    hit_courses = {hit["id"] for hit in hits if hit["kind"] == "course"}
    hit_lectures = {hit["id"] for hit in hits if hit["kind"] == "lecture"}
    lecture_courses = {join.LECTURES[lecture]["course_id"] for lecture in hit_lectures}
    newest = {f"c{number}" for number in range(1, 9)}
    taken = join.enrolments_of("u1")
    teachers = {join.COURSES[course]["instructor_id"] for course in newest | hit_courses | lecture_courses}

    await learning.data((OPERATIONS / "home.graphql").read_text(), subject="u1", text="linux")

    asked: dict[tuple[str, str], Counter[str]] = {}
    for call in learning.calls():
        for name in ("id", "instructor", "course"):
            if name in call["query"]:
                asked.setdefault((call["path"], name), Counter()).update(call["query"][name])
    assert len(expected["search"]) == 10
    assert {
        ("/users", "id"): Counter(teachers | {"u1"}),
        ("/courses", "instructor"): Counter(["u1"]),
        ("/courses", "id"): Counter(hit_courses | lecture_courses | {row["course_id"] for row in taken}),
        ("/lectures", "id"): Counter(hit_lectures | {row["next_lecture_id"] for row in taken}),
        ("/lectures", "course"): Counter(course["id"] for course in join.taught_by("u1")),
    } == asked


async def test_more_keys_than_max_batch_travel_in_pieces(learning: Platform) -> None:
    """Two pages of a hundred courses are two hundred keys: two calls a loader, each as large as the service takes."""
    first = await learning.data("{courses(first: 100) {pageInfo {endCursor}}}")
    query = """
        query Both($after: String) {
          one: courses(first: 100) { edges { node { lectures { id } } } }
          two: courses(first: 100, after: $after) { edges { node { lectures { id } } } }
        }
    """
    learning.calls()

    await learning.data(query, after=first["courses"]["pageInfo"]["endCursor"])

    sizes = [len(call["keys"]) for call in learning.calls() if call["path"] == "/lectures"]
    assert [100, 100] == sizes


async def test_node_answers_for_each_type(learning: Platform) -> None:
    """`node(id:)` finds the service by the type inside the global id."""
    query = "query N($id: ID!) {node(id: $id) {__typename id ... on User {name} ... on Course {title}}}"
    user, course, lecture = (join.global_id(*pair) for pair in (("User", "u7"), ("Course", "c7"), ("Lecture", "l1")))

    answers = [(await learning.data(query, id=id_))["node"] for id_ in (user, course, lecture)]

    assert [
        {"__typename": "User", "id": user, "name": join.USERS["u7"]["name"]},
        {"__typename": "Course", "id": course, "title": join.COURSES["c7"]["title"]},
        {"__typename": "Lecture", "id": lecture},
    ] == answers


async def test_an_id_of_another_type_is_refused(learning: Platform) -> None:
    """The wrong type in a global id is the client's error, it names both types, and no service is asked."""
    wrong = join.global_id("User", "u1")

    answer = await learning.ask("query C($id: ID!) {course(id: $id) {title}}", id=wrong)

    assert {"course": None} == answer.result["data"]
    (error,) = answer.result["errors"]
    assert ("argument id: expected an id of Course, got an id of User", ["course"], "BAD_USER_INPUT") == (
        error["message"],
        error["path"],
        error["extensions"]["code"],
    )
    assert [] == learning.calls()


async def test_what_does_not_exist_is_null(learning: Platform) -> None:
    """A client that asks for an id without a row gets null and no error."""
    query = "query C($course: ID!, $user: ID!) {course(id: $course) {title} user(id: $user) {name}}"

    data = await learning.data(query, course=join.global_id("Course", "c9999"), user=join.global_id("User", "nobody"))

    assert {"course": None, "user": None} == data


async def test_me_is_null_for_a_visitor(learning: Platform) -> None:
    """Without an identity there is nobody to load, and no call."""
    data = await learning.data("{me {name}}")

    assert {"me": None} == data
    assert [] == learning.calls()


async def test_only_the_instructor_sees_unpublished_lectures(learning: Platform) -> None:
    """The catalogue is told who asks, since its backend declares `identity=("sub",)`."""
    course = join.LECTURES["l7"]["course_id"]
    query = "query L($id: ID!) {course(id: $id) {lectures(published: false) {published}}}"
    id_ = join.global_id("Course", course)

    seen_by_teacher = await learning.data(query, subject=join.COURSES[course]["instructor_id"], id=id_)
    seen_by_another = await learning.data(query, subject="u19999", id=id_)

    assert {"published": False} in seen_by_teacher["course"]["lectures"]
    assert {"published": False} not in seen_by_another["course"]["lectures"]


async def test_a_profile_change_is_seen_afterwards(learning: Platform) -> None:
    """A write reaches the service, and what is read after it in the same request is new."""
    change = """
        mutation Change($input: UpdateProfileInput!) {
          updateProfile(input: $input) { user { name headline } errors { field } }
        }
    """

    changed = await learning.data(change, subject="u20", input={"headline": "Teaches Linux"})
    seen = await learning.data("{me {headline name}}", subject="u20")

    name = join.USERS["u20"]["name"]
    assert {"user": {"name": name, "headline": "Teaches Linux"}, "errors": []} == changed["updateProfile"]
    assert {"me": {"headline": "Teaches Linux", "name": name}} == seen


async def test_a_broken_rule_is_a_typed_error_of_the_payload(learning: Platform) -> None:
    """What the person typed wrong comes back as data; nothing is changed."""
    change = "mutation C($input: UpdateProfileInput!) {updateProfile(input: $input) {user {id} errors {field message}}}"

    data = await learning.data(change, subject="u21", input={"email": "nowhere", "name": " "})

    assert data["updateProfile"]["user"] is None
    assert {"name", "email"} == {problem["field"] for problem in data["updateProfile"]["errors"]}
    assert all(problem["message"] for problem in data["updateProfile"]["errors"])


async def test_a_change_needs_an_identity(learning: Platform) -> None:
    """Nobody changes a profile without signing in."""
    answer = await learning.ask('mutation {updateProfile(input: {name: "X"}) {user {id}}}')

    assert ["UNAUTHENTICATED"] == [error["extensions"]["code"] for error in answer.result["errors"]]
    assert [] == learning.calls()


async def test_pages_follow_each_other(learning: Platform) -> None:
    """The end cursor of a page leads to the next one, within the category asked for."""
    query = """
        query Page($after: String) {
          courses(first: 2, after: $after, category: DATA) {
            pageInfo { hasNextPage endCursor }
            edges { node { id category } }
          }
        }
    """
    of_category = [row for row in sorted(join.COURSES.values(), key=join.by_number) if row["category"] == "DATA"]

    first = (await learning.data(query))["courses"]
    second = (await learning.data(query, after=first["pageInfo"]["endCursor"]))["courses"]

    ids = [edge["node"]["id"] for page in (first, second) for edge in page["edges"]]
    assert [join.global_id("Course", row["id"]) for row in of_category[:4]] == ids
