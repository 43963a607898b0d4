"""What a client sees of an error, and what the log keeps of it.

A client never sees an exception's text, a stack or an address unless errors are exposed, as `gateway dev` does.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
from graphql import GraphQLError, GraphQLSyntaxError

from ..observe.logs import log as _log
from ..vocabulary.errors import ROWS, EngineError, GatewayError
from .failure import raised_by
from .outcome import Outcome


def present(outcome: Outcome, *, request_id: str, expose: bool, limit: int) -> list[dict[str, Any]]:
    """The outcome's errors as response maps: `{"message", "locations", "path", "extensions": {"code"}}`.

    What is not the client's own mistake is logged, once an error, with *request_id*. With *expose* the extensions hold
    the operator's text too. Of more than *limit* errors the rest is counted in a last one. Source: GraphQL
    specification, section 7.1.2.
    """
    shown = [_present_one(error, outcome, request_id, expose=expose) for error in outcome.errors[:limit]]
    left_out = outcome.left_out + len(outcome.errors[limit:])
    if left_out:
        more = f"expected at most {limit} errors in an answer, got {limit + left_out}: the rest is left out"
        shown.append({"message": more, "extensions": {"code": "LIMIT_EXCEEDED"}})
        _log.error("errors left out", count=left_out, request_id=request_id)
    return shown


def _present_one(error: GraphQLError, outcome: Outcome, request_id: str, *, expose: bool) -> dict[str, Any]:
    cause = _cause(error)
    shown = _seen_by_clients(error, cause, outcome)
    if shown.hides_the_cause:
        _log_error(error, cause, shown.code, request_id)
    extensions: dict[str, Any] = {"code": shown.code, **shown.extensions}
    if expose and cause is not None:
        extensions["detail"] = _unicode(str(cause) if isinstance(cause, GatewayError) else _repr(cause))
    return {**error.formatted, "message": _unicode(shown.message), "extensions": extensions}


class _Seen(NamedTuple):
    """What clients see of an error; `extensions` only where the application meant them to."""

    message: str
    code: str
    extensions: Mapping[str, Any] = MappingProxyType({})

    @property
    def hides_the_cause(self) -> bool:
        return ROWS[self.code].kind not in {"client", "rule"}


# Where graphql-core completes values, the second one those of subscriptions: what is to give their events.
_COMPLETES = frozenset({"graphql.execution.executor", "graphql.execution.execute"})
# Where graphql-core raises what is the field's own: an error that was returned, or that a future holds.
_PASS_ON = frozenset({"complete_value", "with_abort_signal"})

#: Objects and arrays within each other; an answer as a whole may have some more.
_MAX_EXTENSIONS_DEPTH: Final = 100

_INTERNAL = _Seen(EngineError().client_message, EngineError.default_code)


def _cause(error: GraphQLError) -> BaseException | None:
    """What was raised first: graphql-core wraps errors, more than once where a variable does not fit."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error not in {None, cause}:
        cause = cause.original_error
    return cause


def _seen_by_clients(error: GraphQLError, cause: BaseException | None, outcome: Outcome) -> _Seen:
    # 1. One of ours knows what may be shown.
    if isinstance(cause, GatewayError):
        return _Seen(cause.client_message, cause.code)
    # 2. Anything else that is no GraphQLError is a bug, but for a scalar that refuses a value in the usual way.
    scalar_refused = not outcome.ran and isinstance(cause, ValueError)
    if cause is not None and not isinstance(cause, GraphQLError) and not scalar_refused:
        return _INTERNAL
    # 3. The document was refused.
    if not outcome.document_is_valid:
        is_syntax = isinstance(error, GraphQLSyntaxError)
        return _Seen(error.message, "GRAPHQL_PARSE_FAILED" if is_syntax else "GRAPHQL_VALIDATION_FAILED")
    # 4. A permission class refused.
    if cause is not None and _passed_through(cause, "on_unauthorized"):
        return _Seen(error.message, "FORBIDDEN", _sendable(error.extensions))
    # 5. A value that is not what the schema says: the text would show the value.
    if _is_of_completion(error, cause):
        return _INTERNAL
    # 6. A variable, an argument, or a GraphQLError that a resolver raised for the client to see.
    return _Seen(error.message, "BAD_USER_INPUT", _sendable(error.extensions))


def _sendable(extensions: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """*extensions* as JSON says them; none where it cannot, since one error must not cost the whole answer."""
    try:
        plain: Mapping[str, Any] = msgspec.json.decode(msgspec.json.encode(extensions or {}))
        _check_depth(plain)
    except (TypeError, ValueError, RecursionError) as unsendable:
        _log.warning("error extensions left out", detail=_unicode(str(unsendable)))
        return {}
    return plain


def _check_depth(value: object, levels: int = _MAX_EXTENSIONS_DEPTH) -> None:
    """Raise ValueError where *value* has more *levels* within each other."""
    if levels < 0:
        raise ValueError(f"expected at most {_MAX_EXTENSIONS_DEPTH} levels")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(item, levels - 1)


def _repr(cause: BaseException) -> str:
    try:
        return repr(cause)
    except Exception:  # noqa: BLE001 - the application's
        return type(cause).__name__


def _unicode(text: str) -> str:
    """*text* as an answer can hold it: a lone surrogate, such as of a file's name, as its escape."""
    return text.encode(errors="backslashreplace").decode()


def _is_of_completion(error: GraphQLError, cause: BaseException | None) -> bool:
    known = raised_by(error)
    return known == "completion" if known is not None else cause is not None and _raised_by_completion(cause)


def _raised_by_completion(cause: BaseException) -> bool:
    frames = [frame for frame, _ in traceback.walk_tb(cause.__traceback__)]
    raised_by_executor = bool(frames) and frames[-1].f_globals.get("__name__") in _COMPLETES
    is_passed_on = raised_by_executor and (
        frames[-1].f_code.co_name in _PASS_ON or frames[-1].f_locals.get("result") is cause
    )
    return (raised_by_executor and not is_passed_on) or _passed_through(cause, "complete_leaf_value")


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
        # As text: a renderer that nobody configured would print every frame's local variables, the viewer's included.
        exception="".join(traceback.format_exception(bug)) if bug else None,
    )


def dotted(path: Iterable[str | int]) -> str:
    """A response path as text: `courses.edges.0.node`."""
    return ".".join(map(str, path))
