"""Turns a GraphQL result, or the error that kept a request from running, into status, headers and body.

Statuses depend on the media type: a client of `application/json` trusts a body only at 200, a client of
`application/graphql-response+json` at any status. Cache and request id headers are the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ..vocabulary.errors import ROWS, GatewayError
from .encoding import encode
from .negotiation import MediaType

Headers = tuple[tuple[str, str], ...]

#: Data and errors both: the operation ran, not all of it succeeded. Not registered with IANA; clients that do not know
#: it read it as 200 (RFC 9110 section 15).
PARTIAL_SUCCESS: Final = 294

# The same address answers in several types, so a shared cache must keep them apart (RFC 9110 section 12.5.5).
_REPRESENTATION_HEADERS: Final[Mapping[MediaType, Headers]] = {
    media_type: (("content-type", media_type.content_type), ("vary", "accept")) for media_type in MediaType
}

#: Errors of a request that HTTP carried well: its document, operation or variables are wrong.
_GRAPHQL_REQUEST_ERRORS: Final = frozenset({
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "OPERATION_RESOLUTION_FAILURE",
    "BAD_USER_INPUT",
    "LIMIT_EXCEEDED",
    "INTROSPECTION_DISABLED",
})  # fmt: skip


class HttpAnswer(msgspec.Struct, frozen=True):
    """A whole answer: header names are lower case, the body's length is left to the server."""

    status: int
    headers: Headers
    body: bytes


def answer(result: Mapping[str, object], media_type: MediaType, *, encoded: bytes | None = None) -> HttpAnswer:
    """Answer with *result*, its keys in the order given; *encoded* is the result where it is known.

    Status for `application/json`: 200, always. For `application/graphql-response+json`: 200 when there is data alone,
    294 when there are errors beside it (even beside null data), else the gravest status among the errors' codes,
    400 for a code that is not in the error table.

    Raises:
        EngineError: *result* holds what JSON cannot say.

    Source: GraphQL over HTTP, section Status Codes; it suggests 422 for some request errors, the GraphQL Foundation's
    audits (556A, 74FF, 86EE) require 400. For `application/json`: audits 572B, FDE2, 7B9B.
    """
    status = 200 if media_type is MediaType.JSON else _result_status(result)
    body = encode(result) if encoded is None else encoded
    return HttpAnswer(status, _REPRESENTATION_HEADERS[media_type], body)


def failure(error: GatewayError, media_type: MediaType) -> HttpAnswer:
    """Answer a request that did not run with *error*'s client-safe text and its row's status.

    An error of the GraphQL request itself, such as a syntax error, is 200 for `application/json`, as in `answer`.

    Source: RFC 9110 sections 15.5.2 (401), 15.5.6 (405), 15.5.9 (408) and 15.5.16 (415) for the headers that these
    statuses need.
    """
    is_graphql_answer = media_type is MediaType.JSON and error.code in _GRAPHQL_REQUEST_ERRORS
    status = 200 if is_graphql_answer else error.row.http_status
    headers = (*_REPRESENTATION_HEADERS[media_type], ("cache-control", "no-store"), *_status_headers(status))
    return HttpAnswer(status, headers, encode(failed(error)))


def failed(error: GatewayError) -> dict[str, object]:
    """The result that says no more than *error*, in its client-safe text."""
    return {"errors": [{"message": error.client_message, "extensions": {"code": error.code}}]}


def _result_status(result: Mapping[str, object]) -> int:
    if "data" in result:
        return PARTIAL_SUCCESS if result.get("errors") else 200
    errors = result.get("errors")
    return max(map(_error_status, errors), default=400) if isinstance(errors, list | tuple) else 400


def _error_status(error: object) -> int:
    """Give the status of one formatted error: `{"message": ..., "extensions": {"code": ...}}`."""
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    row = ROWS.get(code) if isinstance(code, str) else None
    return row.http_status if row else 400


def _status_headers(status: int) -> Headers:
    """Give the headers without which *status* is incomplete."""
    match status:
        case 401:
            return (("www-authenticate", "Bearer"),)
        case 405:
            return (("allow", "GET, POST"),)
        case 408:
            # The rest of the body must not be taken for the next request.
            return (("connection", "close"),)
        case 415:
            return (("accept-encoding", "identity"), ("accept", "application/json"))
        case _:
            return ()
