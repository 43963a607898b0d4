"""What a client sees of an error, and what the log keeps of it.

A client never sees an exception's text, a stack or an address unless errors are exposed, as `gateway dev` does.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from ..vocabulary.errors import ROWS, EngineError, GatewayError
from .reference import Outcome

_log = structlog.get_logger("gateway.errors")


def present(outcome: Outcome, *, request_id: str, expose: bool) -> list[dict[str, Any]]:
    """The outcome's errors as response maps: `{"message", "locations", "path", "extensions": {"code"}}`.

    What is not the client's own mistake is logged, once an error, with *request_id*. With *expose* the extensions hold
    the operator's text too. Source: GraphQL specification, section 7.1.2.
    """
    return [_present_one(error, outcome, request_id, expose=expose) for error in outcome.errors]


def _present_one(error: GraphQLError, outcome: Outcome, request_id: str, *, expose: bool) -> dict[str, Any]:
    cause = error.original_error
    message, code = _message_and_code(error, cause, outcome)
    if ROWS[code].kind not in {"client", "rule"}:
        _log_error(error, cause, code, request_id)
    extensions = {"code": code, **(error.extensions or {})}
    if expose and cause is not None:
        extensions["detail"] = str(cause) if isinstance(cause, GatewayError) else repr(cause)
    return {**error.formatted, "message": message, "extensions": extensions}


def _message_and_code(error: GraphQLError, cause: BaseException | None, outcome: Outcome) -> tuple[str, str]:
    # 1. One of ours knows what may be shown.
    if isinstance(cause, GatewayError):
        return cause.client_message, cause.code
    # 2. A permission class refused; its own `error_extensions` may name another code.
    if isinstance(cause, GraphQLError) and _passed_through(cause, "on_unauthorized"):
        return error.message, "FORBIDDEN"
    # 3. A resolver raised something: a GraphQLError is meant for the client, anything else is a bug.
    if cause is not None and not isinstance(cause, GraphQLError):
        return EngineError().client_message, EngineError.default_code
    # 4. The document was refused, or else the variables.
    if not outcome.document_is_valid:
        is_syntax = isinstance(error, GraphQLSyntaxError)
        return error.message, "GRAPHQL_PARSE_FAILED" if is_syntax else "GRAPHQL_VALIDATION_FAILED"
    # 5. A value that is not what the schema says: the text would show the value.
    if cause is not None and _raised_by_completion(cause):
        return EngineError().client_message, EngineError.default_code
    return error.message, "BAD_USER_INPUT"


def _raised_by_completion(cause: BaseException) -> bool:
    frames = [frame for frame, _ in traceback.walk_tb(cause.__traceback__)]
    raised_by_executor = bool(frames) and frames[-1].f_globals.get("__name__") == "graphql.execution.executor"
    return raised_by_executor or _passed_through(cause, "complete_leaf_value")


def _passed_through(cause: BaseException, function: str) -> bool:
    return any(frame.f_code.co_name == function for frame, _ in traceback.walk_tb(cause.__traceback__))


def _log_error(error: GraphQLError, cause: BaseException | None, code: str, request_id: str) -> None:
    bug = cause if cause is not None and not isinstance(cause, GatewayError) else None
    _log.error(
        "field failed",
        code=code,
        path=dotted(error.path or ()),
        detail=str(cause) if isinstance(cause, GatewayError) else error.message,
        request_id=request_id,
        exc_info=bug,
    )


def dotted(path: Iterable[str | int]) -> str:
    """A response path as text: `courses.edges.0.node`."""
    return ".".join(map(str, path))
