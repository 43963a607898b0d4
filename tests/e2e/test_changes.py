"""Changes over the real services: sent to their owners once, refused in words, and nobody's but the viewer's."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import pytest

from gateway.application.engine import Answer
from gateway.http.request import GraphQLRequest
from tests.e2e import join
from tests.e2e.reference import Platform, viewer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENROL = """
    mutation E($input: EnrolInput!) {
      enrol(input: $input) { enrolment { id progress course { title } } errors { field message } }
    }
"""
COMPLETE = """
    mutation C($input: CompleteLectureInput!) {
      completeLecture(input: $input) {
        enrolment { completedLectures nextLecture { id } course { viewerEnrolment { completedLectures } } }
        errors { field message }
      }
    }
"""
POST = """
    mutation P($input: PostCommentInput!) {
      postComment(input: $input) {
        comment { id text author { name } discussion { commentCount } }
        errors { field message }
      }
    }
"""
LISTEN = """
    subscription L($id: ID!, $after: ID) {
      commentPosted(discussionId: $id, after: $after) { id text author { name } }
    }
"""


def free_course(subject: str) -> str:
    """A course with several lectures that somebody does not take."""
    taken = {row["course_id"] for row in join.enrolments_of(subject)}
    return next(id_ for id_ in join.COURSES if id_ not in taken and len(join.lectures_of(id_)) > 3)


async def enrol(learning: Platform, subject: str, course_id: str, key: str | None = None) -> Any:
    given = {"courseId": join.global_id("Course", course_id), "idempotencyKey": key}
    return (await learning.data(ENROL, subject=subject, input=given))["enrol"]


async def complete(learning: Platform, subject: str, lecture_id: str, key: str | None = None) -> Any:
    given = {"lectureId": join.global_id("Lecture", lecture_id), "idempotencyKey": key}
    return (await learning.data(COMPLETE, subject=subject, input=given))["completeLecture"]


async def post(learning: Platform, subject: str, discussion: str, text: str, key: str | None = None) -> Any:
    given = {"discussionId": join.global_id("Discussion", discussion), "text": text, "idempotencyKey": key}
    return (await learning.data(POST, subject=subject, input=given))["postComment"]


def listen(learning: Platform, discussion: str, *, lifetime_s: float = 60.0, after: str | None = None) -> Any:
    """The answers to a subscription, to be closed."""
    variables = {"id": join.global_id("Discussion", discussion), "after": after}
    request = GraphQLRequest(query=LISTEN, variables=variables)
    return aclosing(learning.engine.subscribe(request, viewer("u1"), lifetime_s=lifetime_s))  # type: ignore[type-var]  # a generator


async def test_somebody_enrols_and_gets_on(learning: Platform) -> None:
    """An enrolment begins at nothing; a completed lecture is seen at once, wherever progress is shown."""
    subject = "u101"
    course = free_course(subject)
    lectures = [row["id"] for row in join.lectures_of(course)]

    enrolled = await enrol(learning, subject, course)
    completed = await complete(learning, subject, lectures[0])

    assert (0, join.COURSES[course]["title"]) == (
        enrolled["enrolment"]["progress"],
        enrolled["enrolment"]["course"]["title"],
    )
    assert {
        "enrolment": {
            "completedLectures": 1,
            "nextLecture": {"id": join.global_id("Lecture", lectures[1])},
            "course": {"viewerEnrolment": {"completedLectures": 1}},
        },
        "errors": [],
    } == completed


async def test_enrolling_twice_is_a_typed_error(learning: Platform) -> None:
    """Who is enrolled already, or asks for a course that is none, reads so by the input field."""
    taken = join.enrolments_of("u102")[0]["course_id"]

    again = await enrol(learning, "u102", taken)
    nowhere = await enrol(learning, "u102", "c9999")

    assert {"enrolment": None, "errors": [{"field": "courseId", "message": "you are enrolled already"}]} == again
    assert [{"field": "courseId", "message": "there is no such course"}] == nowhere["errors"]


async def test_a_lecture_of_another_course_cannot_be_completed(learning: Platform) -> None:
    """Only lectures of a course that one takes can be completed."""
    lecture = join.lectures_of(free_course("u103"))[0]["id"]

    refused = await complete(learning, "u103", lecture)

    assert {
        "enrolment": None,
        "errors": [{"field": "lectureId", "message": "you are not enrolled on its course"}],
    } == refused


async def test_a_comment_is_posted_and_counted(learning: Platform) -> None:
    """The comment is the viewer's, and the discussion read after it in the same request has one more."""
    query = "query D($id: ID!) {discussion(id: $id) {commentCount}}"
    before = await learning.data(query, id=join.global_id("Discussion", "d50"))

    posted = await post(learning, "u104", "d50", "What about Windows?")

    comment = posted["comment"]
    assert ("What about Windows?", join.USERS["u104"]["name"]) == (comment["text"], comment["author"]["name"])
    assert before["discussion"]["commentCount"] + 1 == comment["discussion"]["commentCount"]


@pytest.mark.parametrize(
    ("discussion", "text", "problem"),
    [
        ("d51", " ", {"field": "text", "message": "must not be blank"}),
        ("d51", "x" * 2_001, {"field": "text", "message": "expected at most 2000 characters, got 2001"}),
        ("d5001", "Hello", {"field": "discussionId", "message": "there is no such discussion"}),
    ],
)
async def test_a_bad_comment_is_a_typed_error(
    learning: Platform, discussion: str, text: str, problem: dict[str, str]
) -> None:
    """What is wrong with a comment comes back as data, by the input field."""
    refused = await post(learning, "u104", discussion, text)

    assert {"comment": None, "errors": [problem]} == refused


async def test_the_same_key_changes_once_and_answers_the_same(learning: Platform) -> None:
    """A change sent again with its key is not made again; with another key, or none, it is another change."""
    key = str(uuid4())

    first = await post(learning, "u105", "d52", "Me too.", key)
    again = await post(learning, "u105", "d52", "Me too.", key)
    other = await post(learning, "u105", "d52", "Me too.", str(uuid4()))
    unmarked = await post(learning, "u105", "d52", "Me too.")

    assert first["comment"]["id"] == again["comment"]["id"]
    assert 3 == len({answer["comment"]["id"] for answer in (first, again, other, unmarked)})


async def test_a_key_is_good_for_one_change_of_one_person(learning: Platform) -> None:
    """A key sent again with another change is refused; another person's same key is another key."""
    key = "a-key"

    await post(learning, "u106", "d53", "One.", key)
    refused = await post(learning, "u106", "d53", "Two.", key)
    anothers = await post(learning, "u107", "d53", "Two.", key)

    assert [{"field": "idempotencyKey", "message": "was sent before, with something else"}] == refused["errors"]
    assert anothers["comment"]["id"]


async def test_enrolling_again_with_the_key_is_no_error(learning: Platform) -> None:
    """Who does not know whether the first try arrived sends it again, and gets the first answer."""
    course, key = free_course("u108"), str(uuid4())

    answers = [await enrol(learning, "u108", course, key) for _ in range(2)]

    assert answers[0] == answers[1]
    assert [] == answers[1]["errors"]


async def test_retries_at_the_same_time_change_once(learning: Platform) -> None:
    """Of five tries at one moment one is carried out, and all have its answer."""
    key = str(uuid4())

    answers = await asyncio.gather(*(post(learning, "u109", "d54", "At once.", key) for _ in range(5)))

    assert 1 == len({answer["comment"]["id"] for answer in answers})


@pytest.mark.parametrize("key", ["", "x" * 65, "with space", "line\nbreak", "é"])
async def test_a_key_that_cannot_travel_is_refused(learning: Platform, key: str) -> None:
    """A key is a header: what is none is the client's mistake, and no service is asked."""
    given = {"discussionId": join.global_id("Discussion", "d55"), "text": "Hi", "idempotencyKey": key}

    answer = await learning.ask(POST, subject="u110", input=given)

    assert ["BAD_USER_INPUT"] == codes(answer)
    assert [] == learning.calls()


async def test_changes_need_an_identity_and_ids_of_their_type(learning: Platform) -> None:
    """Nobody changes anything without signing in, or by the id of something else."""
    course = join.global_id("Course", "c1")

    anonymous = await learning.ask(ENROL, input={"courseId": course})
    wrong = await learning.ask(POST, subject="u110", input={"discussionId": course, "text": "Hi"})

    assert [["UNAUTHENTICATED"], ["BAD_USER_INPUT"]] == [codes(anonymous), codes(wrong)]
    assert [] == learning.calls()


async def test_enrolments_are_their_owners_alone(learning: Platform) -> None:
    """Of another person's enrolments one sees nothing, whoever is asked for."""
    query = "query U($id: ID!) {user(id: $id) {name enrolments {id}}}"
    owner = join.global_id("User", "u111")

    own = await learning.data(query, subject="u111", id=owner)
    anothers = await learning.data(query, subject="u112", id=owner)
    nobodys = await learning.data(query, id=owner)

    expected = [{"id": join.global_id("Enrolment", row["id"])} for row in join.enrolments_of("u111")]
    assert expected == own["user"]["enrolments"]
    assert [[], []] == [anothers["user"]["enrolments"], nobodys["user"]["enrolments"]]


async def test_what_one_pays_is_ones_own_affair(learning: Platform) -> None:
    """Another person's membership is refused before the provider is asked; the rest of the answer stands."""
    query = "query U($id: ID!) {user(id: $id) {name membership {status plan {name}}}}"
    owner = join.global_id("User", "u1")

    own = await learning.data(query, subject="u1", id=owner)
    learning.calls()
    for other in ("u2", None):
        answer = await learning.ask(query, subject=other, id=owner)
        assert ["FORBIDDEN"] == codes(answer)
        assert {"name": join.USERS["u1"]["name"], "membership": None} == answer.result["data"]["user"]

    assert join.membership_of("u1") == own["user"]["membership"]
    assert own["user"]["membership"]
    assert {"users"} == {call["service"] for call in learning.calls()}


async def test_viewers_at_the_same_time_see_their_own(learning: Platform) -> None:
    """Requests of several people at one moment share nothing that is one's own."""
    subjects = [f"u{number}" for number in range(120, 140)]
    query = "{me {id membership {status plan {name}} enrolments {id}}}"

    answers = await asyncio.gather(*(learning.data(query, subject=subject) for subject in subjects))

    for subject, answer in zip(subjects, answers, strict=True):
        enrolments = [{"id": join.global_id("Enrolment", row["id"])} for row in join.enrolments_of(subject)]
        me = {"id": join.global_id("User", subject), "membership": join.membership_of(subject)}
        assert me | {"enrolments": enrolments} == answer["me"]


async def test_a_comment_reaches_who_listens(learning: Platform) -> None:
    """A listener gets each comment once, with what is loaded for it, soon after it was posted."""
    async with listen(learning, "d60") as events:
        waiting = asyncio.ensure_future(anext(events))
        # The first look at the service is over: what follows is new.
        async with asyncio.timeout(5):
            while "/comments" not in {call["path"] for call in learning.calls()}:
                await asyncio.sleep(0.01)
        posted = (await post(learning, "u113", "d60", "Is anybody there?"))["comment"]
        event = await waiting

    expected = {name: posted[name] for name in ("id", "text", "author")}
    assert {"commentPosted": expected} == event.result["data"]


async def test_who_stops_listening_is_forgotten(learning: Platform) -> None:
    """A listener that is cancelled while nothing is posted ends at once, and nothing goes on for it."""
    async with listen(learning, "d63") as events:
        waiting = asyncio.ensure_future(anext(events))
        async with asyncio.timeout(5):
            while "/comments" not in {call["path"] for call in learning.calls()}:
                await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(waiting, 0.5)

        assert [] == [event async for event in events]


async def test_who_listens_again_misses_nothing(learning: Platform) -> None:
    """After a comment that one knows come those posted since, in order."""
    ids = [(await post(learning, "u114", "d61", text))["comment"]["id"] for text in ("One.", "Two.", "Three.")]

    async with listen(learning, "d61", after=ids[0]) as events:
        answers = [await anext(events), await anext(events)]

    assert ids[1:] == [answer.result["data"]["commentPosted"]["id"] for answer in answers]


async def test_a_stream_ends_with_its_time(learning: Platform) -> None:
    """A listener is told nothing more, rather than an error, when the time of the subscription is over."""
    async with listen(learning, "d62", lifetime_s=1.5) as events:
        assert [] == [event async for event in events]


async def test_nobody_listens_to_what_does_not_exist(learning: Platform) -> None:
    """A discussion without a row, or an id of another type, is the client's mistake."""
    async with listen(learning, "d5001") as events:
        (answer,) = [event async for event in events]

    assert ["BAD_USER_INPUT"] == codes(answer)


def codes(answer: Answer) -> list[str]:
    return [error["extensions"]["code"] for error in answer.result["errors"]]
