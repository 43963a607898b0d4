"""The search provider finds by its rules and answers on its terms: a key, a rate, a delay."""

from __future__ import annotations

import time

import httpx
import pytest

from services.catalogue.data import all_courses, all_lectures
from services.chassis.third_party import Rate, Terms, on_terms
from services.discussions.seed import seeded_discussion
from services.search.app import handler
from tests.services.asking import asker, served

COURSES = {row["id"]: row for row in all_courses()}
LECTURES = {row["id"]: row for row in all_lectures()}
UNPUBLISHED = next(row for row in LECTURES.values() if not row["published"])
KEY = {"x-api-key": "k"}

ask = asker(handler)


@pytest.fixture(autouse=True)
def _no_call_log(monkeypatch):
    monkeypatch.delenv("CALL_LOG", raising=False)


def hits(query):
    status, found = ask("GET", "/search", query)
    assert status == 200, found
    return found


def text_of(hit):
    if hit["kind"] == "course":
        return f"{COURSES[hit['id']]['title']} {COURSES[hit['id']]['summary']}"
    return (LECTURES[hit["id"]] if hit["kind"] == "lecture" else seeded_discussion(int(hit["id"][1:])))["title"]


def test_titles_rank_before_summaries():
    """Every hit holds the word; scores fall; a title counts more than a summary."""
    found = hits("text=DOCKER&limit=50")

    assert all("docker" in text_of(hit).lower() for hit in found)
    assert sorted((hit["score"] for hit in found), reverse=True) == [hit["score"] for hit in found]
    assert found[0]["kind"] == "course"
    assert "Docker" in COURSES[found[0]["id"]]["title"]
    by_summary = [hit for hit in found if hit["kind"] == "course" and "Docker" not in COURSES[hit["id"]]["title"]]
    assert all(hit["score"] < 0.5 for hit in by_summary)


def test_hits_are_of_three_kinds():
    """Courses, lectures and discussions are found by one text."""
    assert {"course", "lecture", "discussion"} == {hit["kind"] for hit in hits("text=graphql+teams")}


def test_whole_words_match_and_each_counts():
    """Part of a word finds nothing; a hit for both words is above a hit for one; the limit is 20 by default."""
    assert [] == hits("text=dock")

    found = hits("text=graphql+scale")

    assert len(found) == 20
    assert {"graphql", "scale"} <= set(COURSES[found[0]["id"]]["title"].lower().split())


def test_unpublished_lectures_are_hidden():
    """The words of an unpublished lecture do not find it."""
    found = hits(f"limit=50&text={UNPUBLISHED['title'].replace(' ', '+')}")

    assert found
    assert UNPUBLISHED["id"] not in {hit["id"] for hit in found}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "text: expected a word to search for, got ''"),
        ("text=%20-%20", "text: expected a word to search for, got ' - '"),
        ("text=" + "x" * 201, "text: expected at most 200 characters, got 201"),
        ("text=docker&limit=51", "limit: expected a whole number from 1 to 50, got '51'"),
    ],
)
def test_a_bad_parameter_is_400_and_named(query, message):
    """What breaks a rule is answered with the parameter, what was expected and what came."""
    assert (400, {"message": message}) == ask("GET", "/search", query)


def test_a_bucket_holds_a_second_and_refills():
    """A second's worth may come at once; then each waits for its place."""
    now_s = [0.0]
    rate = Rate(4, now_s=lambda: now_s[0])

    assert [0, 0, 0, 0, 0.25] == [rate.wait_s() for _ in range(5)]
    now_s[0] = 0.5
    assert [0, 0, 0.25] == [rate.wait_s() for _ in range(3)]


def test_a_rate_of_0_is_no_limit():
    """Tests and measurements ask as often as they like."""
    assert {0.0} == {Rate(0).wait_s() for _ in range(1_000)}


def test_the_delay_is_for_who_gets_an_answer():
    """Refusals are quick; health needs no key and takes no time."""
    slept = []
    asked = asker(on_terms(handler, Terms("k", per_s=0.05, delay_s=0.15), sleep=slept.append))
    statuses = [
        asked("GET", "/search", "text=docker")[0],
        asked("GET", "/search", "text=docker", x_api_key="another")[0],
        asked("GET", "/search", "text=docker", x_api_key="k")[0],
        asked("GET", "/search", "text=docker", x_api_key="k")[0],
        asked("GET", "/health")[0],
    ]

    assert [401, 401, 200, 429, 200] == statuses
    assert [0.15] == slept


def test_the_process_keeps_its_terms():
    """Over HTTP: 401 without the key, 429 with Retry-After past the rate, and the delay in between."""
    terms = {"SEARCH_API_KEY": "k", "SEARCH_RATE_PER_S": "0.05", "SEARCH_DELAY_MS": "50"}
    with served("search", terms) as address, httpx.Client(base_url=address) as client:
        refused = client.get("/search?text=docker")
        asked_s = time.monotonic()
        answered = client.get("/search?text=docker", headers=KEY)
        took_s = time.monotonic() - asked_s
        limited = client.get("/search?text=docker", headers=KEY)
        health = client.get("/health")

    assert [401, 200, 429, 200] == [response.status_code for response in (refused, answered, limited, health)]
    assert 15 <= int(limited.headers["retry-after"]) <= 20
    assert took_s >= 0.05
    assert answered.json()


def test_terms_have_defaults(monkeypatch):
    """Without settings: a demo key, 50 a second, 150 ms away."""
    for term in ("API_KEY", "RATE_PER_S", "DELAY_MS"):
        monkeypatch.delenv(f"SEARCH_{term}", raising=False)

    assert Terms("demo-search-key", 50.0, 0.150) == Terms.of("search")
