"""One invocation and its reply, and the replies that Lambda itself writes when the handler gave none.

Values only: who runs an invocation is `pool`'s matter, what its reply looks like over HTTP is `invoke_api`'s.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
from dataclasses import dataclass

import orjson

from .limits import MAX_REPLY_BYTES


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller of an invocation gets: a payload, and whether it describes a failure of the function."""

    payload: bytes
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reply with the last lines that its execution logged (at most 4 KB)."""

    reply: Reply
    log_tail: bytes


@dataclass(slots=True, eq=False)
class Invocation:
    """An event on its way through one worker; *outcome* is resolved exactly once, whatever becomes of the worker."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    client_context: str | None
    outcome: asyncio.Future[Outcome]

    def finish(self, reply: Reply, log_tail: bytes = b"") -> None:
        """Resolve the outcome, unless the caller has gone and cancelled it."""
        if not self.outcome.done():
            self.outcome.set_result(Outcome(reply, log_tail))


def failure(error_type: str, message: str) -> Reply:
    """Return the reply for a failure that Lambda, not the handler, describes."""
    return Reply(orjson.dumps({"errorType": error_type, "errorMessage": message}), is_error=True)


def timed_out(request_id: str, limit_s: float) -> Reply:
    """Return the reply for an execution that used up its *limit_s*."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return failure("Sandbox.Timedout", f"{now} {request_id} Task timed out after {limit_s:.2f} seconds")


def exited(request_id: str, return_code: int) -> Reply:
    """Return the reply for a worker that ended during an execution; a negative *return_code* is a signal's number."""
    return failure("Runtime.ExitError", f"RequestId: {request_id} Error: {_exit_text(return_code)}")


def too_large() -> Reply:
    """Return the reply that stands in for one above the size limit."""
    return failure(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({MAX_REPLY_BYTES} bytes).",
    )


def message_of(reply: Reply) -> str:
    """Return the `errorMessage` of a failure made in this module, for the log."""
    return str(orjson.loads(reply.payload)["errorMessage"])


def _exit_text(return_code: int) -> str:
    if return_code == 0:
        return "Runtime exited without providing a reason"
    if return_code > 0:
        return f"Runtime exited with error: exit status {return_code}"
    name = signal.strsignal(-return_code) or str(-return_code)
    return f"Runtime exited with error: signal: {name.lower()}"
