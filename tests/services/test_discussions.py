"""The discussions function answers API Gateway events by its rules, pages what is long, and posts once."""

from __future__ import annotations

import pytest

from services.catalogue.data import all_courses
from services.discussions.app import handler
from services.discussions.seed import (
    COMMENT_COUNT,
    DISCUSSION_COUNT,
    comment_numbers,
    discussion_of_comment,
    numbers_of_course,
    seeded_comment,
    seeded_discussion,
)
from tests.services.asking import asker, digest_of, worker

COURSES = {row["id"]: row for row in all_courses()}

ask = asker(handler)


@pytest.fixture(autouse=True)
def _own_database(monkeypatch, tmp_path):
    monkeypatch.setenv("DISCUSSIONS_DATABASE", str(tmp_path / "discussions.sqlite"))
    monkeypatch.delenv("CALL_LOG", raising=False)


def rows(path, query):
    status, found = ask("GET", path, query)
    assert status == 200, found
    return found


def post(discussion="d1", text="Hello", author="u5", key=None):
    body = {"discussion_id": discussion, "author_id": author, "text": text}
    return ask("POST", "/comments", body=body, **({"idempotency_key": key} if key else {}))


def nodes(page):
    return [edge["node"] for edge in page["edges"]]


def test_the_seed_is_5_000_discussions_and_40_000_comments():
    """Every course has some; comments are numbered through, and each belongs to the discussion whose it is."""
    discussions = [number for course in COURSES for number in numbers_of_course(course)]

    assert list(range(1, DISCUSSION_COUNT + 1)) == sorted(discussions)
    assert {16, 17} == {len(numbers_of_course(course)) for course in COURSES}
    comments = [number for discussion in range(1, DISCUSSION_COUNT + 1) for number in comment_numbers(discussion)]
    assert list(range(1, COMMENT_COUNT + 1)) == comments
    assert len({len(comment_numbers(number)) for number in numbers_of_course("c1")}) > 3
    for number in (1, 2, 777, COMMENT_COUNT):
        assert number in comment_numbers(discussion_of_comment(number))


def test_people_and_times_fit_together():
    """Authors are people of the platform, teachers answer too, and time goes on within a discussion."""
    teachers = 0
    for number in range(1, DISCUSSION_COUNT, 97):
        discussion = seeded_discussion(number)
        times = [discussion["posted_at"], *(seeded_comment(each)["posted_at"] for each in comment_numbers(number))]
        authors = {seeded_comment(each)["author_id"] for each in comment_numbers(number)}
        assert sorted(times) == times
        assert all(1 <= int(author[1:]) <= 20_000 for author in authors)
        teachers += COURSES[discussion["course_id"]]["instructor_id"] in authors

    assert teachers > 10


def test_the_data_is_the_same_in_every_process():
    """The seed alone decides the data: hashing that differs between processes does not."""
    expression = "[[seeded_discussion(n), seeded_comment(n)] for n in range(1, 99)]"

    digests = {digest_of(expression, "services.discussions.seed", seed) for seed in ("1", "2")}

    assert 1 == len(digests)


def test_rows_are_those_found_each_once():
    """Discussions and comments by id; unknown and repeated ids add nothing."""
    found = rows("/discussions", "id=d2&id=d2&id=d5001&id=d0&id=x&id=d02")
    totals = {"comment_count": len(comment_numbers(2)), "last_comment_id": f"m{comment_numbers(2)[-1]}"}

    assert [seeded_discussion(2) | totals] == found
    assert [seeded_comment(7)] == rows("/comments", "id=m7&id=m40001&id=m7")


def test_pages_of_a_course_follow_each_other_latest_first():
    """Pages joined by their cursors hold every discussion of the course once."""
    pages, after = [], ""
    while not pages or pages[-1]["page_info"]["has_next_page"]:
        pages.append(rows("/discussions/page", f"course=c3&first=7{after}")["c3"])
        after = f"&after={pages[-1]['page_info']['end_cursor']}"

    expected = [f"d{number}" for number in reversed(numbers_of_course("c3"))]
    assert expected == [row["id"] for page in pages for row in nodes(page)]
    assert [False, True, True] == [page["page_info"]["has_previous_page"] for page in pages]


def test_pages_of_comments_go_on_with_what_was_posted():
    """Seeded and new comments are one list, earliest first; a page behind the end is empty."""
    posted = [post(text=text)[1] for text in ("One.", "Two.")]
    seeded = [seeded_comment(number) for number in comment_numbers(1)]

    page = rows("/comments/page", "discussion=d1&first=9")["d1"]
    rest = rows("/comments/page", f"discussion=d1&after={page['page_info']['end_cursor']}")["d1"]

    assert [*seeded, *posted] == [*nodes(page), *nodes(rest)]
    assert (True, False, True) == (
        page["page_info"]["has_next_page"],
        rest["page_info"]["has_next_page"],
        rest["page_info"]["has_previous_page"],
    )
    behind = rows("/comments/page", f"discussion=d1&after={rest['page_info']['end_cursor']}")["d1"]
    assert ([], False) == (behind["edges"], behind["page_info"]["has_next_page"])


def test_each_key_has_a_page():
    """Several courses or discussions are answered at once; an unknown one has an empty page."""
    assert {"c1": 2, "c2": 2, "c999": 0} == {
        key: len(page["edges"])
        for key, page in rows("/discussions/page", "course=c1&course=c2&course=c999&first=2").items()
    }
    assert {"d1", "d9999"} == rows("/comments/page", "discussion=d1&discussion=d9999").keys()


def test_what_was_posted_after_a_comment_is_listed():
    """From the last comment that one knows, only newer ones come."""
    last = rows("/discussions", "id=d4")[0]["last_comment_id"]
    assert [] == rows("/comments", f"discussion=d4&after_id={last}")

    posted = [post("d4", text)[1] for text in ("One.", "Two.")]

    assert posted == rows("/comments", f"discussion=d4&after_id={last}")
    assert posted[1:] == rows("/comments", f"discussion=d4&after_id={posted[0]['id']}")
    assert [] == rows("/comments", f"discussion=d5&after_id={posted[0]['id']}")


def test_a_comment_is_counted_and_is_the_last():
    """The new row is answered 201 with the next id; the discussion knows of it."""
    before = rows("/discussions", "id=d6")[0]

    status, row = post("d6", "Hello")

    assert (201, "m40001", "u5", "d6") == (status, row["id"], row["author_id"], row["discussion_id"])
    assert [row] == rows("/comments", "id=m40001")
    after = rows("/discussions", "id=d6")[0]
    assert (before["comment_count"] + 1, "m40001") == (after["comment_count"], after["last_comment_id"])


@pytest.mark.parametrize(
    ("discussion", "text", "field"),
    [("d5001", "Hello", "discussion_id"), ("d1", " \n", "text"), ("d1", "x" * 2_001, "text")],
)
def test_a_broken_rule_posts_nothing(discussion, text, field):
    """What is not allowed is answered 422 with its field."""
    status, answer = post(discussion, text)

    assert (422, [field]) == (status, [problem["field"] for problem in answer["problems"]])
    assert 201 == post("d1", "x" * 2_000)[0]
    assert [] == rows("/comments", "id=m40002")


def test_the_same_key_posts_once():
    """Sent again with its key a comment has its first answer; with another text the key is refused."""
    first = post("d7", "Hello", key="k")

    assert first == post("d7", "Hello", key="k")
    assert "idempotency_key" == post("d7", "Bye", key="k")[1]["problems"][0]["field"]
    assert 201 == post("d7", "Bye", author="u6", key="k")[0]


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status"),
    [
        ("GET", "/health", "", None, 200),
        ("GET", "/discussions", "", None, 400),
        ("GET", "/discussions/page", "course=c1&first=0", None, 400),
        ("GET", "/discussions/page", "course=c1&first=1_0", None, 400),
        ("GET", "/discussions/page", "course=c1&after=c5", None, 400),
        ("GET", "/discussions/page", "course=c1&after=Y29tbWVudDo3", None, 400),
        ("GET", "/comments/page", "discussion=d1&after=%C3%A9", None, 400),
        ("GET", "/comments", "discussion=d1", None, 400),
        ("GET", "/comments", "discussion=d1&discussion=d2&after_id=m1", None, 400),
        ("POST", "/comments", "", {"discussion_id": "d1", "text": "Hello"}, 400),
        ("POST", "/comments", "", '{"text": "\\ud800"}', 400),
        ("PUT", "/comments", "", None, 405),
        ("GET", "/comments/m1", "", None, 404),
    ],
)
def test_every_other_request_is_refused_by_name(method, path, query, body, status):
    """What cannot be read is 400, an unknown path 404, a known one with another method 405, each with a message."""
    got, answer = ask(method, path, query, body)

    assert status == got
    assert ({"status": "ok"} == answer) if status == 200 else answer["message"]


def test_two_processes_post_to_one_list(tmp_path):
    """Workers that share DISCUSSIONS_DATABASE number comments through and see each other's."""
    environment = {"DISCUSSIONS_DATABASE": str(tmp_path / "shared.sqlite")}
    body = {"discussion_id": "d8", "author_id": "u5", "text": "Hello"}
    module = "services.discussions.app"

    with worker(module, environment) as one, worker(module, environment) as two:
        posted = [instance("POST", "/comments", body=body)[1]["id"] for instance in (one, two, one)]
        _, seen = two("GET", "/comments", "discussion=d8&after_id=m40000")

    assert ["m40001", "m40002", "m40003"] == posted == [row["id"] for row in seen]
