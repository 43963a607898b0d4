"""A backend as the engine holds it: its wire, and the fixed order in which a call is guarded.

The order is: deadline. A retry budget and a breaker have their place between the deadline and the wire.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ..vocabulary.errors import BackendTimeout
from .wire import Wire, WireRequest, WireResponse

#: A call that has less time than this left cannot finish: it is not made.
LEAST_CALL_S = 0.002


class BackendClient:
    """Sends calls to one backend, each within its deadline."""

    def __init__(self, name: str, wire: Wire, *, timeout_s: float, headers: Mapping[str, str] | None = None) -> None:
        """Send over *wire*; no call takes longer than *timeout_s*. *headers* replace a call's own of the same name."""
        self.name = name
        self._wire = wire
        #: The most that one call may take.
        self.timeout_s = timeout_s
        self._headers = {header.lower(): value for header, value in (headers or {}).items()}
        self._header_pairs = tuple(self._headers.items())

    async def send(self, request: WireRequest, remaining_s: float) -> WireResponse:
        """The answer to *request*, whatever its status; *remaining_s* are left until the deadline of who asks.

        Raises:
            BackendTimeout: DEADLINE_EXCEEDED when the request's deadline is what ran out, BACKEND_TIMEOUT when the
                backend's own time did.
            GatewayError: as the wire port says, with the backend's name.
        """
        if remaining_s < LEAST_CALL_S:
            raise BackendTimeout("no time left to make the call", code="DEADLINE_EXCEEDED", backend=self.name)
        timeout_s = min(self.timeout_s, remaining_s)
        if self._headers:
            request = self._with_own_headers(request)
        try:
            return await self._wire.send(request, timeout_s=timeout_s)
        except BackendTimeout as timeout:
            deadline_ran_out = remaining_s < self.timeout_s
            raise BackendTimeout(
                f"no answer within {timeout_s:.3f} s",
                code="DEADLINE_EXCEEDED" if deadline_ran_out else "BACKEND_TIMEOUT",
                backend=self.name,
            ) from timeout

    def _with_own_headers(self, request: WireRequest) -> WireRequest:
        theirs = tuple(pair for pair in request.headers if pair[0] not in self._headers)
        return replace(request, headers=theirs + self._header_pairs)

    def drop_idle(self) -> None:
        """Forget idle connections."""
        self._wire.drop_idle()

    async def close(self) -> None:
        """Release the wire's sockets."""
        await self._wire.close()

    def __repr__(self) -> str:
        return f"<BackendClient {self.name} over {type(self._wire).__name__}, {self.timeout_s:g} s>"
