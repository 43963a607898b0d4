"""An HTTP backend's wire: what both engines share.

It decides places, time and resending; an engine's session moves the bytes. A wire serves one event loop at a
time, and makes a new session when it finds itself on another (tests, Lambda).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final, Protocol

from ..vocabulary.errors import BackendError
from .address import HttpAddress
from .answers import cannot_send
from .options import WireOptions
from .outgoing import Outgoing, check_headers, check_request_line
from .send_limit import SendLimit
from .target import request_target
from .wire import Pairs, WireRequest, WireResponse

#: Source: RFC 9110 section 9.2.2.
IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
#: Sent unless the request brings its own; both engines inflate these two within the byte limit.
_DEFAULT_HEADERS: Final = (("accept", "*/*"), ("accept-encoding", "gzip, deflate"), ("user-agent", "onehop-gateway"))


class ConnectionLostError(Exception):
    """The connection broke before the head of an answer came; *reused* says whether it had served before."""

    def __init__(self, detail: str, *, reused: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reused = reused


class Session(Protocol):
    """An engine's pool of connections, living in one event loop."""

    @property
    def is_sound(self) -> bool:
        """Whether it takes another exchange with all its places; one that does not is retired."""
        ...

    async def exchange(self, outgoing: Outgoing) -> WireResponse:
        """Send once and read the bounded answer.

        Raises:
            ConnectionLostError: no head of an answer came.
            BackendError: everything else that `Wire.send` says, except the time limit.
            DecodeError: likewise.
        """
        ...

    async def close(self) -> None:
        """Close every socket; safe when the session's own loop is gone."""
        ...


class _LoopState:
    """What belongs to one event loop: the places, and the session in use."""

    __slots__ = ("in_flight", "loop", "places", "retired", "session")

    def __init__(self, loop: asyncio.AbstractEventLoop, max_connections: int) -> None:
        self.loop = loop
        self.places = asyncio.Semaphore(max_connections)
        self.session: Session | None = None
        self.retired: list[Session] = []
        self.in_flight: dict[Session, int] = {}


class HttpWire:
    """The wire port over HTTP."""

    def __init__(
        self, name: str, address: HttpAddress, options: WireOptions, new_session: Callable[[], Session]
    ) -> None:
        self._name = name
        self._address = address
        self._options = options
        self._new_session = new_session
        self._origin = f"{address.scheme}://{address.authority}"
        defaults: Pairs = (("host", address.authority), *_DEFAULT_HEADERS)
        if address.authorization is not None:
            defaults += (("authorization", address.authorization),)
        # Nearly all calls of a backend bring headers of the same names.
        self._defaults_beside = lru_cache(maxsize=64)(partial(_without, defaults))
        self._state: _LoopState | None = None
        self._closed = False

    def __repr__(self) -> str:
        state = self._state
        sending = sum(state.in_flight.values()) if state else 0
        return f"<HttpWire {self._name} {self._address} {'closed' if self._closed else f'sending {sending}'}>"

    async def send(self, request: WireRequest, *, timeout_s: float, idempotent: bool | None = None) -> WireResponse:
        """As `Wire.send`; *idempotent* overrules what the method says, for carriers whose every request is a POST.

        A kept connection may have died unseen. An idempotent request that meets one is sent again, once, on a fresh
        connection; any other fails, since its peer may have acted on it. Source: RFC 9112 section 9.3.1.
        """
        if idempotent is None:
            idempotent = request.method in IDEMPOTENT_METHODS
        outgoing = self._outgoing(request)
        with SendLimit(self._name, timeout_s):
            state = self._state_here()
            await state.places.acquire()
            try:
                return await self._exchange(state, outgoing, idempotent)
            finally:
                state.places.release()

    def drop_idle(self) -> None:
        """As `Wire.drop_idle`; requests under way keep their connections, which then close."""
        state = self._state
        if state is not None and state.session is not None:
            state.retired.append(state.session)
            state.session = None

    async def close(self) -> None:
        """As `Wire.close`; closing twice is closing once."""
        self._closed = True
        self.drop_idle()
        state, self._state = self._state, None
        while state is not None and state.retired:
            await state.retired.pop().close()

    async def _exchange(self, state: _LoopState, outgoing: Outgoing, may_resend: bool) -> WireResponse:
        session = self._session(state)
        try:
            return await self._exchange_on(state, session, outgoing)
        except ConnectionLostError as lost:
            if not (lost.reused and may_resend):
                raise self._unreachable(lost.detail) from lost
        if session is state.session:
            # Where one kept connection is dead the others are too: without them the next is sure to be fresh.
            self.drop_idle()
        try:
            return await self._exchange_on(state, self._session(state), outgoing)
        except ConnectionLostError as lost:
            raise self._unreachable(f"{lost.detail}, on a second connection") from lost

    async def _exchange_on(self, state: _LoopState, session: Session, outgoing: Outgoing) -> WireResponse:
        state.in_flight[session] = state.in_flight.get(session, 0) + 1
        try:
            if state.retired:
                await self._close_retired(state)
            return await session.exchange(outgoing)
        finally:
            state.in_flight[session] -= 1
            if not state.in_flight[session]:
                del state.in_flight[session]

    def _state_here(self) -> _LoopState:
        loop, state = asyncio.get_running_loop(), self._state
        if state is None or state.loop is not loop:
            self.drop_idle()
            left = state.retired if state is not None else []
            state = self._state = _LoopState(loop, self._options.max_connections)
            state.retired = left
        return state

    def _session(self, state: _LoopState) -> Session:
        if self._closed:
            raise self._unreachable("the wire is closed")
        if state.session is not None and not state.session.is_sound:
            self.drop_idle()
        if state.session is None:
            state.session = self._new_session()
        return state.session

    @staticmethod
    async def _close_retired(state: _LoopState) -> None:
        # All are taken out before the first await, so that of two callers only one closes each.
        idle = [session for session in state.retired if session not in state.in_flight]
        state.retired = [session for session in state.retired if session in state.in_flight]
        for session in idle:
            await session.close()

    def _outgoing(self, request: WireRequest) -> Outgoing:
        defaults = self._defaults_beside(tuple([name for name, _ in request.headers]))
        target = request_target(self._address.base, request.path, request.query)
        try:
            check_request_line(request.method, target)
            check_headers(request.headers)
        except ValueError as error:
            raise cannot_send(self._name, error) from error
        return Outgoing(request.method, self._origin, target, defaults + request.headers, request.body)

    def _unreachable(self, detail: str) -> BackendError:
        return BackendError(f"{self._address}: {detail}", code="BACKEND_UNREACHABLE", backend=self._name)


def _without(defaults: Pairs, given: tuple[str, ...]) -> Pairs:
    """Those of the *defaults* whose names are not among the *given* ones."""
    return tuple(pair for pair in defaults if pair[0] not in given)
