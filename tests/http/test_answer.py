"""Turning results and errors into whole HTTP answers."""

from __future__ import annotations

import orjson
import pytest

from gateway.http.answer import HttpAnswer, answer, failure
from gateway.http.negotiation import MediaType
from gateway.vocabulary.errors import BackendTimeout, ClientError, EngineError, GatewayError, RuleError

NEW = MediaType.GRAPHQL_RESPONSE
OLD = MediaType.JSON


def errors_of(*codes: str | None) -> list[dict[str, object]]:
    return [{"message": "m", "extensions": {"code": code}} if code else {"message": "m"} for code in codes]


def test_an_answer_is_the_result_as_given():
    """The body is the result in compact JSON, keys in their order, under the negotiated type."""
    result = {"errors": [{"message": "é"}], "data": {"b": 1, "a": None}, "extensions": {"hops": 1}}

    given = answer(result, OLD)

    expected = HttpAnswer(
        status=200,
        headers=(("content-type", "application/json; charset=utf-8"), ("vary", "accept")),
        body='{"errors":[{"message":"é"}],"data":{"b":1,"a":null},"extensions":{"hops":1}}'.encode(),
    )
    assert expected == given


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"data": {"a": 1}}, 200),
        ({"data": {"a": 1}, "errors": []}, 200),
        ({"data": {"a": None}, "errors": errors_of("BACKEND_TIMEOUT")}, 294),
        ({"data": None, "errors": errors_of("INTERNAL_SERVER_ERROR")}, 294),
        ({"errors": errors_of("GRAPHQL_PARSE_FAILED")}, 400),
        ({"errors": errors_of("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VALIDATION_FAILED")}, 400),
        ({"errors": errors_of("BAD_USER_INPUT")}, 400),
        ({"errors": errors_of(None)}, 400),
        ({"errors": errors_of("NOT_IN_THE_TABLE")}, 400),
        ({"errors": [{"message": "m", "extensions": {"code": ["a", "list"]}}, "no object"]}, 400),
        ({"errors": []}, 400),
        ({}, 400),
        ({"errors": errors_of("UNAUTHENTICATED")}, 401),
        ({"errors": errors_of("BAD_USER_INPUT", "FORBIDDEN")}, 403),
        ({"errors": errors_of("GRAPHQL_VALIDATION_FAILED", "INTERNAL_SERVER_ERROR")}, 500),
        ({"errors": errors_of("DEADLINE_EXCEEDED")}, 504),
    ],
)
def test_the_status_follows_the_result(result: dict[str, object], expected: int):
    """For graphql-response+json the status says what happened; for application/json it is 200 whatever happened."""
    new = answer(result, NEW)
    old = answer(result, OLD)

    assert (expected, "application/graphql-response+json; charset=utf-8") == (new.status, new.headers[0][1])
    assert (old.status, old.headers[0][1]) == (200, "application/json; charset=utf-8")
    assert new.body == old.body


@pytest.mark.parametrize(
    ("error", "media_type", "expected"),
    [
        (ClientError("d", code="BAD_REQUEST"), OLD, 400),
        (ClientError("d", code="BAD_REQUEST"), NEW, 400),
        (ClientError("d", code="NOT_ACCEPTABLE"), OLD, 406),
        (ClientError("d", code="PAYLOAD_TOO_LARGE"), OLD, 413),
        (ClientError("d", code="GRAPHQL_PARSE_FAILED"), OLD, 200),
        (ClientError("d", code="GRAPHQL_PARSE_FAILED"), NEW, 400),
        (ClientError("d", code="GRAPHQL_VALIDATION_FAILED"), OLD, 200),
        (ClientError("d", code="OPERATION_RESOLUTION_FAILURE"), OLD, 200),
        (ClientError("d"), OLD, 200),
        (RuleError("d", code="LIMIT_EXCEEDED"), OLD, 200),
        (RuleError("d", code="LIMIT_EXCEEDED"), NEW, 400),
        (RuleError("d"), OLD, 403),
        (BackendTimeout(code="DEADLINE_EXCEEDED"), OLD, 504),
        (EngineError(), OLD, 500),
    ],
)
def test_a_failure_has_its_rows_status(error: GatewayError, media_type: MediaType, expected: int):
    """A request that did not run has its error's status, except that application/json carries GraphQL's own at 200."""
    given = failure(error, media_type)

    assert expected == given.status
    assert {"errors": [{"message": error.client_message, "extensions": {"code": error.code}}]} == orjson.loads(
        given.body
    )
    assert ("cache-control", "no-store") in given.headers


def test_a_failure_of_ours_tells_nothing():
    """The detail of an error on our side stays out of the answer."""
    given = failure(EngineError("password=hunter2"), NEW)

    assert b"hunter2" not in given.body


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ClientError(code="METHOD_NOT_ALLOWED"), ("allow", "GET, POST")),
        (ClientError(code="UNSUPPORTED_MEDIA_TYPE"), ("accept", "application/json")),
        (ClientError(code="REQUEST_TIMEOUT"), ("connection", "close")),
        (RuleError(code="UNAUTHENTICATED"), ("www-authenticate", "Bearer")),
    ],
)
def test_a_status_comes_with_the_header_it_needs(error: GatewayError, expected: tuple[str, str]):
    """405, 415 and 401 say what would have been right; 408 ends the connection."""
    given = failure(error, NEW)

    assert expected == given.headers[-1]
