"""A call is a value: what changes it gives another."""

import msgspec

from gateway import Call, ClientError, delete, get, patch, post, put


class Problem(msgspec.Struct):
    message: str


def test_each_method_has_its_function():
    """Parameters, body and answer type go where they belong."""
    calls = [
        get("/a", into=str, q=1),
        post("/a", into=str, json={"x": 1}),
        put("/a/{id}", into=str, id="1", json=[]),
        patch("/a/{id}", into=str, id="1", json=None),
        delete("/a/{id}", into=str, id="1"),
    ]

    assert ["GET", "POST", "PUT", "PATCH", "DELETE"] == [call.method for call in calls]
    assert [{"q": 1}, {}, {"id": "1"}, {"id": "1"}, {"id": "1"}] == [call.parameters for call in calls]
    assert [None, {"x": 1}, [], None, None] == [call.json for call in calls]


def test_then_gives_another_call_and_adds_up():
    """Transforms run in the order they were added; the first call is unchanged."""
    first = get("/a", into=int)

    both = first.then(lambda number: number + 1).then(str)

    assert first.transform is None
    assert "3" == both.transform(2)


def test_statuses_and_headers_add_up():
    """Each gives another call that keeps what was there."""
    call = get("/a", into=int).on_status(404, into=Problem).on_status(409, into=str)
    call = call.with_headers({"a": "1"}).with_headers({"b": "2", "a": "3"})

    assert {404: (Problem, None), 409: (str, None)} == call.also
    assert {"a": "3", "b": "2"} == call.headers


def test_a_status_has_one_meaning():
    """What is said last of a status counts, whether it is an answer or an error."""
    error = ClientError("no")
    call = get("/a", into=int).on_status(404, into=Problem)

    as_error = call.on_status(404, into=str, raises=lambda _: error)
    as_answer = as_error.on_status(404, into=Problem)

    assert ({}, [404]) == (as_error.also, [*as_error.errors])
    assert ({404: (Problem, None)}, {}) == (as_answer.also, as_answer.errors)


def test_placeholders_are_those_of_the_path():
    """They stand in the order of the path."""
    assert ("b", "a") == Call("GET", "/x/{b}/y/{a}", str).placeholders
