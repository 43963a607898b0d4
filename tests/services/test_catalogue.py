"""The catalogue answers by its rules, and its process starts, serves and ends as it should."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from services.catalogue.app import app
from services.catalogue.data import all_courses, all_lectures

ROOT = Path(__file__).parents[2]
COURSES = {row["id"]: row for row in all_courses()}
LECTURES = {row["id"]: row for row in all_lectures()}
UNPUBLISHED = next(row for row in LECTURES.values() if not row["published"])

DIGEST = """
import hashlib, json
from services.catalogue.data import all_courses, all_lectures
print(hashlib.sha256(json.dumps([all_courses(), all_lectures()]).encode()).hexdigest())
"""


@pytest.fixture(autouse=True)
def _no_call_log(monkeypatch):
    monkeypatch.delenv("CALL_LOG", raising=False)


@pytest.fixture
async def client():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://catalogue") as opened:
        yield opened


async def rows(client, url, subject=None):
    response = await client.get(url, headers={"gateway-identity-sub": subject} if subject else {})
    assert response.status_code == 200, response.text
    return response.json()


def by_id(found):
    return sorted(found, key=lambda row: row["id"])


async def test_courses_by_id_are_those_found_each_once(client):
    """A list holds each course found once; unknown and repeated ids add nothing."""
    found = await rows(client, "/courses?id=c2&id=c1&id=c301&id=c2")

    assert [COURSES["c1"], COURSES["c2"]] == by_id(found)


@pytest.mark.parametrize(("path", "kind"), [("/courses", "c"), ("/lectures", "l")])
async def test_rows_are_not_in_the_order_asked(client, path, kind):
    """The order of rows is the service's own, so it is neither the one asked nor its reverse."""
    ids = [f"{kind}{number * 17}" for number in range(1, 16)]

    forward = [row["id"] for row in await rows(client, f"{path}?{'&'.join(f'id={key}' for key in ids)}")]
    backward = [row["id"] for row in await rows(client, f"{path}?{'&'.join(f'id={key}' for key in ids[::-1])}")]

    assert forward == backward
    assert forward not in (ids, ids[::-1])


async def test_courses_by_instructor_are_all_of_theirs(client):
    """All courses of the instructors asked are listed; a learner teaches none."""
    found = await rows(client, "/courses?instructor=u1&instructor=u2&instructor=u900")

    assert by_id(row for row in COURSES.values() if row["instructor_id"] in {"u1", "u2"}) == by_id(found)
    assert found


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("/courses", "expected exactly one of id and instructor, got neither"),
        ("/courses?id=", "expected exactly one of id and instructor, got neither"),
        ("/courses?id=c1&instructor=u1", "expected exactly one of id and instructor, got id and instructor"),
        ("/lectures", "expected exactly one of id and course, got neither"),
        ("/lectures?course=c1&published=yes", "published: expected one of true, false, got 'yes'"),
        ("/courses?" + "&".join(["id=c1"] * 101), "id: expected at most 100 values, got 101"),
        ("/courses/page?first=0", "first: expected a whole number from 1 to 100, got '0'"),
        ("/courses/page?first=101", "first: expected a whole number from 1 to 100, got '101'"),
        ("/courses/page?first=1_0", "first: expected a whole number from 1 to 100, got '1_0'"),
        (
            "/courses/page?category=COOKING",
            "category: expected one of CLOUD, DATA, SECURITY, WEB, MOBILE, got 'COOKING'",
        ),
        ("/courses/page?after=c5", "after: expected a cursor of an earlier page, got 'c5'"),
        ("/courses/page?after=Y291cnNlOjA", "after: expected a cursor of an earlier page, got 'Y291cnNlOjA'"),
        ("/courses/page?after=%C3%A9", "after: expected a cursor of an earlier page, got 'é'"),
    ],
)
async def test_a_bad_parameter_is_400_and_named(client, url, message):
    """What breaks a rule is answered with the parameter, what was expected and what came."""
    response = await client.get(url)

    assert (400, {"message": message}) == (response.status_code, response.json())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/courses/", 404), ("GET", "/courses/c1", 404), ("POST", "/courses", 405)],
)
async def test_every_other_request_is_refused(client, method, path, status):
    """An unknown path is 404, a known one with another method 405, each with a message."""
    response = await client.request(method, path)

    assert status == response.status_code
    assert response.json()["message"].endswith(f"{method} {path}")


async def test_pages_follow_each_other_to_the_end(client):
    """Pages joined by their cursors hold every course once, in the order of their numbers."""
    pages = []
    after = ""
    while not pages or pages[-1]["page_info"]["has_next_page"]:
        pages.append(await rows(client, f"/courses/page?first=100{after}"))
        after = f"&after={pages[-1]['page_info']['end_cursor']}"

    assert list(COURSES.values()) == [edge["node"] for page in pages for edge in page["edges"]]
    assert [False, True, True] == [page["page_info"]["has_previous_page"] for page in pages]
    assert all(page["edges"][0]["cursor"] == page["page_info"]["start_cursor"] for page in pages)


async def test_a_page_is_of_one_category_and_20_long_by_default(client):
    """The category filters before the page is cut."""
    page = await rows(client, "/courses/page?category=CLOUD")

    expected = [row for row in COURSES.values() if row["category"] == "CLOUD"][:20]
    assert expected == [edge["node"] for edge in page["edges"]]
    assert page["page_info"]["has_next_page"]


async def test_a_page_after_the_last_course_is_empty(client):
    """Behind the end there are no edges and no cursors, yet courses before."""
    last = (await rows(client, "/courses/page?first=100&after=Y291cnNlOjI1MA"))["page_info"]["end_cursor"]

    page = await rows(client, f"/courses/page?after={last}")

    info = {"has_next_page": False, "has_previous_page": True, "start_cursor": None, "end_cursor": None}
    assert {"edges": [], "page_info": info} == page


async def test_lectures_of_courses_come_by_position_and_mixed(client):
    """The published lectures of the courses asked, each course by position, courses between each other."""
    found = await rows(client, "/lectures?course=c1&course=c2&course=c999")

    for course_id in ("c1", "c2"):
        expected = [row for row in LECTURES.values() if row["course_id"] == course_id and row["published"]]
        assert expected == [row for row in found if row["course_id"] == course_id]
    turns = [row["course_id"] for row in found]
    assert turns not in (sorted(turns), sorted(turns, reverse=True))


@pytest.mark.parametrize("flag", ["", "&published=true", "&published=false"])
@pytest.mark.parametrize("subject", [None, "u20000", "instructor"])
async def test_unpublished_lectures_are_for_their_instructor_who_asks(client, flag, subject):
    """Of a course, unpublished lectures are listed only where asked for, and only to its instructor."""
    course = COURSES[UNPUBLISHED["course_id"]]
    instructor = course["instructor_id"]

    found = await rows(
        client, f"/lectures?course={course['id']}{flag}", instructor if subject == "instructor" else subject
    )

    shown = subject == "instructor" and flag == "&published=false"
    assert shown == (UNPUBLISHED in found)
    assert found


async def test_an_instructor_sees_unpublished_lectures_of_the_own_courses_only(client):
    """Where courses of two instructors are asked together, only one's unpublished lectures are listed."""
    other = next(
        row
        for row in LECTURES.values()
        if not row["published"]
        and COURSES[row["course_id"]]["instructor_id"] != COURSES[UNPUBLISHED["course_id"]]["instructor_id"]
    )
    subject = COURSES[UNPUBLISHED["course_id"]]["instructor_id"]

    found = await rows(
        client, f"/lectures?course={UNPUBLISHED['course_id']}&course={other['course_id']}&published=false", subject
    )

    assert (True, False) == (UNPUBLISHED in found, other in found)


async def test_an_unpublished_lecture_by_id_is_for_its_instructor(client):
    """Its id alone does not open an unpublished lecture."""
    url = f"/lectures?id={UNPUBLISHED['id']}"

    assert [] == await rows(client, url)
    assert [UNPUBLISHED] == await rows(client, url, COURSES[UNPUBLISHED["course_id"]]["instructor_id"])


async def test_the_call_log_has_one_line_a_request(client, monkeypatch, tmp_path):
    """CALL_LOG gets a line for each request, answered or refused, with the keys in it."""
    log = tmp_path / "calls.jsonl"
    monkeypatch.setenv("CALL_LOG", str(log))

    for url in ("/courses?id=c2&id=c1", "/lectures?course=c1&published=true", "/nowhere"):
        await client.get(url)

    calls = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(isinstance(call.pop("at"), float) for call in calls)
    common = {"service": "catalogue", "method": "GET"}
    assert [
        common | {"path": "/courses", "query": {"id": ["c2", "c1"]}, "keys": ["c2", "c1"]},
        common | {"path": "/lectures", "query": {"course": ["c1"], "published": ["true"]}, "keys": ["c1"]},
        common | {"path": "/nowhere", "query": {}, "keys": []},
    ] == calls


def test_the_seed_is_300_courses_of_6_000_lectures():
    """Ids count up, titles differ, and a course has 5 to 40 lectures numbered from 1."""
    lengths = Counter(row["course_id"] for row in LECTURES.values())

    assert [f"c{number}" for number in range(1, 301)] == list(COURSES)
    assert [f"l{number}" for number in range(1, 6_001)] == list(LECTURES)
    assert (5, 40) == (min(lengths.values()), max(lengths.values()))
    assert len({row["title"] for row in COURSES.values()}) == 300
    assert len({(row["course_id"], row["title"]) for row in LECTURES.values()}) == 6_000
    expected = {(course_id, position) for course_id, length in lengths.items() for position in range(1, length + 1)}
    assert expected == {(row["course_id"], row["position"]) for row in LECTURES.values()}
    assert {f"u{number}" for number in range(1, 61)} >= {row["instructor_id"] for row in COURSES.values()}
    assert 0.94 < sum(row["published"] for row in LECTURES.values()) / 6_000 < 0.96
    assert min(row["price_cents"] for row in COURSES.values()) == 0


def test_the_data_is_the_same_in_every_process():
    """The seed alone decides the data: hashing that differs between processes does not."""

    def digest(hash_seed):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", DIGEST]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest("1") == digest("2")


@contextmanager
def started(port=0):
    command = [sys.executable, "-m", "services.catalogue", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def greeted_port(process):
    greeting = process.stdout.readline().strip()
    assert greeting.startswith("catalogue listening on http://127.0.0.1:"), greeting
    return int(greeting.rpartition(":")[2])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_until_it_is_told_to_end(number):
    """A signal ends the process at once and without a word, open connections or not; its port is free again."""
    with started() as process, httpx.Client() as client:
        port = greeted_port(process)
        assert [COURSES["c1"]] == client.get(f"http://127.0.0.1:{port}/courses?id=c1").json()

        process.send_signal(number)

        assert process.wait(timeout=5) == 0
        assert ("", "") == (process.stdout.read(), process.stderr.read())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
    with started(port) as process:
        assert greeted_port(process) == port


def test_a_used_port_is_one_line_and_code_2():
    """A port that another process serves is told in one sentence."""
    with started() as first:
        port = greeted_port(first)
        with started(port) as second:
            output, errors = second.communicate(timeout=10)

    assert (2, "") == (second.returncode, output)
    assert f"catalogue: cannot listen on 127.0.0.1:{port}: Address already in use\n" == errors
