"""The enrolments function answers API Gateway events by its rules, tells people their own, and changes once."""

from __future__ import annotations

import json

import pytest

from services.catalogue.data import all_courses, all_lectures
from services.enrolments.app import handler
from services.enrolments.seed import USER_COUNT, lectures_of, seeded_enrolments, user_of_enrolment
from tests.services.asking import asker, digest_of, worker

PUBLISHED = {row["id"]: row["course_id"] for row in all_lectures() if row["published"]}
UNPUBLISHED = next(row["id"] for row in all_lectures() if not row["published"])
FIELDS = {
    "id",
    "user_id",
    "course_id",
    "enrolled_on",
    "completed_lectures",
    "lecture_count",
    "next_lecture_id",
    "completed_on",
}

ask = asker(handler)


@pytest.fixture(autouse=True)
def _own_database(monkeypatch, tmp_path):
    monkeypatch.setenv("ENROLMENTS_DATABASE", str(tmp_path / "enrolments.sqlite"))
    monkeypatch.delenv("CALL_LOG", raising=False)


def rows(query, subject, path="/enrolments"):
    status, found = ask("GET", path, query, **({"gateway_identity_sub": subject} if subject else {}))
    assert status == 200, found
    return found


def change(path, body, subject="u7", key=None):
    headers = {"gateway_identity_sub": subject} if subject else {}
    return ask("POST", path, body=body, **headers, **({"idempotency_key": key} if key else {}))


def free_course(subject="u7"):
    taken = {row["course_id"] for row in rows(f"user={subject}", subject)}
    return next(row["id"] for row in all_courses() if row["id"] not in taken and len(lectures_of(row["id"])) > 3)


def test_the_seed_is_100_000_enrolments_of_existing_people_and_courses():
    """Ids count up from person to person; nobody takes a course twice; completed are a course's first lectures."""
    courses = {row["id"] for row in all_courses()}
    people = [f"u{number}" for number in range(1, USER_COUNT + 1, 19)]

    for person in people:
        enrolments = seeded_enrolments(person)
        assert len({row.course_id for row in enrolments}) == len(enrolments)
        for row in enrolments:
            assert row.course_id in courses
            assert user_of_enrolment(int(row.id[1:])) == person
            assert tuple(row.completions) == lectures_of(row.course_id)[: len(row.completions)]
    assert ("e1", "e100000") == (seeded_enrolments("u1")[0].id, seeded_enrolments(f"u{USER_COUNT}")[-1].id)


def test_the_data_is_the_same_in_every_process():
    """The seed alone decides the data: hashing that differs between processes does not."""
    expression = (
        "[[row.id, row.course_id, row.completions] for n in range(1, 99) for row in seeded_enrolments(f'u{n}')]"
    )

    digests = {digest_of(expression, "services.enrolments.seed", seed) for seed in ("1", "2")}

    assert 1 == len(digests)


def test_progress_goes_from_nothing_to_all():
    """Some have not begun, some have finished, most are between; what is next is the first that is not completed."""
    found = [row for number in range(1, 200) for row in rows(f"user=u{number}", f"u{number}")]

    assert all(FIELDS == row.keys() for row in found)
    shares = [row["completed_lectures"] / row["lecture_count"] for row in found]
    assert (0.0, 1.0) == (min(shares), max(shares))
    for row in found:
        lectures = lectures_of(row["course_id"])
        finished = row["completed_lectures"] == row["lecture_count"]
        assert row["next_lecture_id"] == (None if finished else lectures[row["completed_lectures"]])
        assert finished == (row["completed_on"] is not None)


def test_everything_is_ones_own_only():
    """By person, by pair or by id: rows of others are left out, and all are for somebody unknown."""
    own = rows("user=u1", "u1")
    queries = ["user=u1&user=u2", f"id={own[0]['id']}&id=e6", f"pair={own[0]['course_id']}:u1&pair=c1:u2"]

    assert [own, own[:1], own[:1]] == [rows(query, "u1") for query in queries]
    assert [[], [], []] == [rows(query, None) for query in queries]
    assert own[0] not in [row for query in queries for row in rows(query, "u2")]


def test_completions_are_days_by_lecture():
    """Of the lectures asked those that are completed, with their day."""
    enrolment = next(row for row in seeded_enrolments("u1") if row.completions)
    lecture_id, day = next(iter(enrolment.completions.items()))
    query = f"pair={lecture_id}:u1&pair=l99999:u1&pair={lecture_id}:u2"

    expected = [{"lecture_id": lecture_id, "user_id": "u1", "completed_on": day}]
    assert expected == rows(query, "u1", "/completions")
    assert [] == rows(query, "u3", "/completions")


def test_who_enrols_begins_at_nothing_and_is_listed_first():
    """The new row is answered 201, and later reads have it."""
    course = free_course()

    status, row = change("/enrolments", {"course_id": course})

    assert (201, "e100001", 0, None) == (status, row["id"], row["completed_lectures"], row["completed_on"])
    assert row == rows("user=u7", "u7")[0]
    assert [row] == rows("id=e100001", "u7")
    assert [row] == rows(f"pair={course}:u7", "u7")


def test_all_lectures_completed_complete_the_course():
    """Each completion counts once; after the last one the course has its day and nothing is next."""
    course = free_course()
    change("/enrolments", {"course_id": course})
    lectures = lectures_of(course)

    answers = [change("/completions", {"lecture_id": lecture})[1] for lecture in (*lectures[:2], *lectures)]

    assert [1, 2, 2, 2, 3] == [row["completed_lectures"] for row in answers[:5]]
    assert answers[-1]["completed_lectures"] == len(lectures)
    assert answers[-1]["completed_on"] is not None
    assert answers[-1]["next_lecture_id"] is None


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/enrolments", {"course_id": "c301"}, ("course_id", "there is no such course")),
        ("/enrolments", {"course_id": seeded_enrolments("u7")[0].course_id}, ("course_id", "you are enrolled already")),
        ("/completions", {"lecture_id": "l0"}, ("lecture_id", "there is no such lecture")),
        ("/completions", {"lecture_id": UNPUBLISHED}, ("lecture_id", "there is no such lecture")),
    ],
)
def test_a_broken_rule_changes_nothing(path, body, problem):
    """What is not allowed is answered 422 with the field and the reason."""
    before = rows("user=u7", "u7")

    status, answer = change(path, body)

    assert (422, [dict(zip(("field", "message"), problem, strict=True))]) == (status, answer["problems"])
    assert before == rows("user=u7", "u7")


def test_a_lecture_is_completed_on_a_course_that_one_takes():
    """Who is not enrolled on the lecture's course cannot complete it."""
    lecture = lectures_of(free_course())[0]

    status, answer = change("/completions", {"lecture_id": lecture})

    assert (422, "you are not enrolled on its course") == (status, answer["problems"][0]["message"])


def test_the_same_key_enrols_once():
    """Sent again with its key an enrolment has its first answer; with something else the key is refused."""
    course = free_course()
    first = change("/enrolments", {"course_id": course}, key="k")

    again = change("/enrolments", {"course_id": course}, key="k")
    status, other = change("/enrolments", {"course_id": "c301"}, key="k")
    anothers, _ = change("/enrolments", {"course_id": "c301"}, subject="u8", key="k")

    assert first == again
    assert 201 == again[0]
    assert (422, "idempotency_key") == (status, other["problems"][0]["field"])
    assert 422 == anothers


def test_a_refusal_is_kept_as_well():
    """The same key gives the same answer, also where that was a refusal."""
    course = free_course()
    lecture = lectures_of(course)[0]
    first = change("/completions", {"lecture_id": lecture}, key="k")
    change("/enrolments", {"course_id": course})

    assert first == change("/completions", {"lecture_id": lecture}, key="k")
    assert 200 == change("/completions", {"lecture_id": lecture}, key="l")[0]


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status"),
    [
        ("GET", "/health", "", None, 200),
        ("GET", "/enrolments", "", None, 400),
        ("GET", "/enrolments", "user=u1&id=e1", None, 400),
        ("GET", "/enrolments", "pair=c1", None, 400),
        ("GET", "/enrolments", "pair=c1:", None, 400),
        ("GET", "/completions", "&".join(["pair=l1:u1"] * 101), None, 400),
        ("POST", "/enrolments", "", "[]", 400),
        ("POST", "/enrolments", "", "[" * 100_000, 400),
        ("POST", "/enrolments", "", {"course_id": 7}, 400),
        ("DELETE", "/enrolments", "", None, 405),
        ("GET", "/nowhere", "", None, 404),
    ],
)
def test_every_other_request_is_refused_by_name(method, path, query, body, status):
    """What cannot be read is 400, an unknown path 404, a known one with another method 405, each with a message."""
    got, answer = ask(method, path, query, body, gateway_identity_sub="u1")

    assert status == got
    assert ({"status": "ok"} == answer) if status == 200 else answer["message"]


def test_a_change_needs_somebody_and_a_key_that_fits():
    """A change of nobody's is 401, a key of more than 64 characters 400."""
    assert 401 == change("/enrolments", {"course_id": "c1"}, subject=None)[0]
    assert 400 == change("/enrolments", {"course_id": "c1"}, key="x" * 65)[0]


def test_changes_live_in_memory_without_a_database(monkeypatch):
    """Without a file they last as long as the process."""
    monkeypatch.delenv("ENROLMENTS_DATABASE")
    course = free_course("u9")

    _, row = change("/enrolments", {"course_id": course}, subject="u9")

    assert row == rows("user=u9", "u9")[0]


def test_two_processes_see_each_others_changes(tmp_path):
    """Workers that share ENROLMENTS_DATABASE know each other's enrolments and keys."""
    environment = {"ENROLMENTS_DATABASE": str(tmp_path / "shared.sqlite")}
    course = free_course()
    sent = {"body": {"course_id": course}, "gateway_identity_sub": "u7", "idempotency_key": "k"}
    module = "services.enrolments.app"

    with worker(module, environment) as one, worker(module, environment) as two:
        first, again = one("POST", "/enrolments", **sent), two("POST", "/enrolments", **sent)
        _, seen = two("GET", "/enrolments", "user=u7", gateway_identity_sub="u7")

    assert first == again
    assert first[1] == seen[0]


def test_the_call_log_has_one_line_a_request(monkeypatch, tmp_path):
    """CALL_LOG gets a line for each request, answered or refused, with the ids in it."""
    log = tmp_path / "calls.jsonl"
    monkeypatch.setenv("CALL_LOG", str(log))

    ask("GET", "/enrolments", "pair=c1:u1&pair=c2:u1")
    ask("POST", "/enrolments")

    calls = [json.loads(line) for line in log.read_text().splitlines()]
    assert [("GET", ["c1:u1", "c2:u1"]), ("POST", [])] == [(call["method"], call["keys"]) for call in calls]
    assert {"enrolments"} == {call["service"] for call in calls}
