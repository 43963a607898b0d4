"""The users function answers API Gateway events by its rules, and shares its writes where it is told to."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.users.app import handler
from services.users.data import all_users

ROOT = Path(__file__).parents[2]

# One instance of the function as another process: an event a line in, a response a line out.
WORKER = """
import json, sys
from services.users.app import handler
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)), flush=True)
"""
DIGEST = """
import hashlib, json
from services.users.data import all_users
print(hashlib.sha256(json.dumps(all_users()).encode()).hexdigest())
"""


@pytest.fixture(autouse=True)
def _own_database(monkeypatch, tmp_path):
    monkeypatch.setenv("USERS_DATABASE", str(tmp_path / "users.sqlite"))
    monkeypatch.delenv("CALL_LOG", raising=False)


def event(method, path, query="", body=None, *, encoded=False):
    """An event as API Gateway sends it to a `$default` route."""
    sent = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "accept": "application/json",
            "content-type": "application/json",
            "host": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "x-amzn-trace-id": "Root=1-65f1c0de-0a1b2c3d4e5f60718293a4b5",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8.5.0",
            },
            "requestId": "UoFa3hE5DoEEJ-w=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "13/Mar/2024:15:04:30 +0000",
            "timeEpoch": 1710342270123,
        },
        "isBase64Encoded": encoded,
    }
    return sent if body is None else sent | {"body": body}


def ask(method, path, query="", body=None, *, encoded=False):
    response = handler(event(method, path, query, body, encoded=encoded), None)
    assert response["headers"]["content-type"] == "application/json"
    return response["statusCode"], json.loads(response["body"])


def patch(user_id, **changes):
    return ask("PATCH", f"/users/{user_id}", body=json.dumps(changes))


def test_rows_are_those_found_each_once():
    """A list holds each user found once; unknown and repeated ids add nothing."""
    status, rows = ask("GET", "/users", "id=u1&id=u20001&id=u2&id=u1&id=x")

    assert status == 200
    assert sorted(["u1", "u2"]) == sorted(row["id"] for row in rows)
    assert all_users()[0] in rows


def test_rows_are_not_in_the_order_asked():
    """The order of rows is the service's own, so it is neither the one asked nor its reverse."""
    ids = [f"u{number}" for number in range(1, 21)]

    forward = [row["id"] for row in ask("GET", "/users", "&".join(f"id={key}" for key in ids))[1]]
    backward = [row["id"] for row in ask("GET", "/users", "&".join(f"id={key}" for key in reversed(ids)))[1]]

    assert forward == backward
    assert forward not in (ids, ids[::-1])


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (100, 200), (101, 400)])
def test_a_list_takes_1_to_100_ids(count, status):
    """No id, or more than 100, is the caller's mistake."""
    query = "&".join(f"id=u{number}" for number in range(1, count + 1))

    got, body = ask("GET", "/users", query)

    assert status == got
    assert (f"id: expected 1 to 100 of them, got {count}" == body.get("message")) if status == 400 else len(body)


def test_a_changed_row_is_answered_and_stays():
    """A change is answered with the whole row, and later reads show it."""
    before = all_users()[499]

    status, row = patch("u500", name="Nia Adebayo", headline=None)

    assert status == 200
    assert before | {"name": "Nia Adebayo", "headline": None} == row
    assert [row] == ask("GET", "/users", "id=u500")[1]


def test_changes_of_a_row_add_up(monkeypatch):
    """A second change keeps the fields of the first, also without a database."""
    monkeypatch.delenv("USERS_DATABASE")
    patch("u501", name="Nia Adebayo")

    row = patch("u501", email="nia@example.org")[1]

    assert ("Nia Adebayo", "nia@example.org") == (row["name"], row["email"])
    assert [row] == ask("GET", "/users", "id=u501")[1]


def test_a_body_may_be_base64():
    """API Gateway encodes bodies it takes for binary; they mean the same."""
    body = base64.b64encode(b'{"name": "Nia"}').decode()

    status, row = ask("PATCH", "/users/u502", body=body, encoded=True)

    assert (200, "Nia") == (status, row["name"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "x" * 81),
        ("name", None),
        ("name", 7),
        ("email", "nobody"),
        ("email", "@example.org"),
        ("email", "a@b@example.org"),
        ("email", "a@localhost"),
        ("email", "a@example."),
        ("email", "a b@example.org"),
        ("email", "a@" + "x" * 250 + ".org"),
        ("email", None),
        ("headline", "x" * 141),
        ("headline", []),
        ("role", "INSTRUCTOR"),
        ("id", "u1"),
    ],
)
def test_a_broken_rule_changes_nothing(field, value):
    """A value that breaks a rule is answered 422 with its field, and nothing of the change is kept."""
    status, body = patch("u503", **{"name": "Kept Out", field: value})

    assert (422, [field]) == (status, [problem["field"] for problem in body["problems"]])
    assert [all_users()[502]] == ask("GET", "/users", "id=u503")[1]


@pytest.mark.parametrize("changes", [{}, {"name": "x" * 80}, {"email": "a@b.c"}, {"headline": "x" * 140}])
def test_a_value_at_the_limit_is_allowed(changes):
    """The longest allowed values pass, and an empty change is a change of nothing."""
    status, row = patch("u504", **changes)

    assert (200, changes) == (status, {field: row[field] for field in changes})


def test_all_problems_are_listed_at_once():
    """Every broken rule of a change is in one answer, in the order of the fields."""
    status, body = patch("u505", email="nobody", age=7, name=" ", headline="x" * 141)

    assert status == 422
    assert [
        {"field": "email", "message": "expected one @ with a name before it"},
        {"field": "age", "message": "unknown field; expected one of name, email, headline"},
        {"field": "name", "message": "must not be blank"},
        {"field": "headline", "message": "expected at most 140 characters, got 141"},
    ] == body["problems"]


@pytest.mark.parametrize("body", [None, "", "{", "[]", "null", '{"name": "\\ud800"}', "[" * 100_000])
def test_a_body_that_is_no_json_object_is_400(body):
    """What is no JSON object, or could not be sent back as UTF-8, is refused before anything else."""
    status, answer = ask("PATCH", "/users/u506", body=body)

    assert status == 400
    assert answer["message"].startswith("body: expected a JSON object")


def test_bad_base64_is_400():
    """A body that claims to be base64 and is not is the caller's mistake."""
    assert ask("PATCH", "/users/u506", body="e30=*", encoded=True)[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("POST", "/health", 405),
        ("POST", "/users", 405),
        ("GET", "/users/u1", 405),
        ("PATCH", "/users/u20001", 404),
        ("GET", "/", 404),
        ("GET", "/users/", 404),
        ("GET", "/users/u1/courses", 404),
    ],
)
def test_every_other_request_is_refused_by_name(method, path, status):
    """An unknown path is 404, a known one with another method 405, each with a message."""
    got, body = ask(method, path, body="{}")

    assert status == got
    assert ({"status": "ok"} == body) if status == 200 else body["message"]


def test_the_call_log_has_one_line_a_request(monkeypatch, tmp_path):
    """CALL_LOG gets a line for each request, answered or refused, with the ids in it."""
    log = tmp_path / "calls.jsonl"
    monkeypatch.setenv("CALL_LOG", str(log))

    ask("GET", "/users", "id=u2&id=u1")
    ask("PATCH", "/users/u9", body="{")
    ask("GET", "/nowhere")

    calls = [json.loads(line) for line in log.read_text().splitlines()]
    assert all(isinstance(call.pop("at"), float) for call in calls)
    common = {"service": "users", "query": {}}
    assert [
        common | {"method": "GET", "path": "/users", "query": {"id": ["u2", "u1"]}, "keys": ["u2", "u1"]},
        common | {"method": "PATCH", "path": "/users/u9", "keys": ["u9"]},
        common | {"method": "GET", "path": "/nowhere", "keys": []},
    ] == calls


def test_the_seed_is_20_000_users_of_which_60_teach():
    """Ids count up, the first 60 are instructors, and some users have no headline."""
    users = all_users()

    assert [f"u{number}" for number in range(1, 20_001)] == [user["id"] for user in users]
    assert ["INSTRUCTOR"] * 60 + ["LEARNER"] * 19_940 == [user["role"] for user in users]
    assert len({user["email"] for user in users}) == 20_000
    assert {str, type(None)} == {type(user["headline"]) for user in users}


def test_the_data_is_the_same_in_every_process():
    """The seed alone decides the data: hashing that differs between processes does not."""

    def digest(hash_seed):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", DIGEST]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest("1") == digest("2")


class Worker:
    """A second instance of the function."""

    def __init__(self, database):
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=ROOT,
            env=os.environ | {"USERS_DATABASE": str(database)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, *events):
        for sent in events:
            self.process.stdin.write(json.dumps(sent) + "\n")
        self.process.stdin.flush()

    def rows(self, count):
        return [json.loads(json.loads(self.process.stdout.readline())["body"]) for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.process.communicate(timeout=10)


def test_two_processes_see_each_others_writes(tmp_path):
    """Workers that share USERS_DATABASE show each other's changes, and concurrent ones of two fields both stay."""
    rounds = 50
    with Worker(tmp_path / "shared.sqlite") as one, Worker(tmp_path / "shared.sqlite") as two:
        one.send(*(event("PATCH", "/users/u7", body=json.dumps({"name": f"Name {n}"})) for n in range(rounds)))
        two.send(*(event("PATCH", "/users/u7", body=json.dumps({"headline": f"Line {n}"})) for n in range(rounds)))
        answers = [one.rows(rounds), two.rows(rounds)]
        for worker in (one, two):
            worker.send(event("GET", "/users", "id=u7"))
        seen = [*one.rows(1), *two.rows(1)]

    expected = all_users()[6] | {"name": "Name 49", "headline": "Line 49"}
    assert [[expected], [expected]] == seen
    assert [f"Name {n}" for n in range(rounds)] == [row["name"] for row in answers[0]]
    assert [f"Line {n}" for n in range(rounds)] == [row["headline"] for row in answers[1]]
