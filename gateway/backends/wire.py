"""The wire port: what a call looks like once it is bytes, and the one verb every transport has.

Calls are HTTP-shaped whatever carries them. A wire knows nothing of loaders, records or GraphQL. It decodes nothing and
repeats no call that failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

Pairs = tuple[tuple[str, str], ...]


class WireRequest(msgspec.Struct, frozen=True):
    """One request to one backend.

    `path` is absolute and already percent-encoded; `query` is not encoded, in order, names may repeat; header names are
    lower case. `claims` are the identity inputs that the backend declared: carriers with a place of their own for them
    (an API Gateway event's authorizer) fill it, besides the headers.
    """

    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes | None = None
    claims: Mapping[str, object] = {}


class WireResponse(msgspec.Struct, frozen=True):
    """What came back, whatever its status; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """A transport to one address."""

    async def send(self, request: WireRequest, *, timeout_s: float) -> WireResponse:
        """Send *request* and read the whole answer within *timeout_s*.

        Any HTTP status is an answer, not an error. A request is sent once, unless it is idempotent and its kept
        connection had died: then once more, on a fresh one.

        Raises:
            BackendError: BACKEND_UNREACHABLE when there is no connection or it breaks early; BACKEND_FAILED when a
                function raised, timed out or exited by itself; BACKEND_REFUSED when the carrier refused the call
                (no such function, wrong credentials).
            BackendTimeout: *timeout_s* passed.
            BackendThrottled: the carrier has no concurrency left (Lambda's 429).
            DecodeError: BACKEND_RESPONSE_TOO_LARGE, or an answer that is not of the carrier's form.
        """
        ...

    def drop_idle(self) -> None:
        """Forget idle connections: after a sandbox was frozen their peers are gone."""
        ...

    async def close(self) -> None:
        """Release every socket; nothing is sent afterwards."""
        ...
