"""The default engine: kept connections over asyncio's transports.

It owns sockets and their reuse. What a message is, `http_messages` knows; places, time and resending are `HttpWire`'s.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from socket import SOCK_STREAM
from typing import Final

from aiohappyeyeballs import start_connection

from ..vocabulary.clock import Clock, SystemClock
from .address import HttpAddress
from .answers import described
from .http import ConnectionLostError, HttpWire
from .http_messages import AnswerReader, request_bytes
from .options import WireOptions
from .outgoing import Outgoing
from .wire import WireResponse

#: RFC 8305 section 8. uvloop's own `create_connection` would try one address after another.
_NEXT_ADDRESS_S: Final = 0.25


def httptools_wire(name: str, address: HttpAddress, options: WireOptions, *, clock: Clock | None = None) -> HttpWire:
    """A wire over kept connections; *clock* tells how long one was idle."""
    # Made here, as it takes 10 ms that a first call need not wait for.
    tls = _tls() if address.scheme == "https" else None
    time = clock or SystemClock()
    return HttpWire(name, address, options, lambda: HttptoolsSession(name, address, options, tls, time))


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class HttptoolsSession:
    """Connections of one loop to one address; made inside the loop."""

    def __init__(
        self, name: str, address: HttpAddress, options: WireOptions, tls: ssl.SSLContext | None, clock: Clock
    ) -> None:
        self._name, self._address, self._options, self._tls, self._clock = name, address, options, tls, clock
        self._loop = asyncio.get_running_loop()
        self._open: set[_Connection] = set()
        #: Those that wait for use, the latest last: when there is less to do, the others grow old.
        self._idle: list[_Connection] = []
        self._will_sweep = False
        self._is_closed = False

    async def exchange(self, outgoing: Outgoing) -> WireResponse:
        """As `Session.exchange`."""
        connection = self._kept() or await self._connect()
        if self._is_closed:
            connection.abort()
            raise ConnectionLostError("the session was closed meanwhile", reused=True)
        try:
            response = await connection.ask(request_bytes(outgoing), to_head=outgoing.method == "HEAD")
        except BaseException:
            # Cancelled or broken: what comes on this connection is for nobody.
            connection.abort()
            raise
        self._keep(connection)
        return response

    async def close(self) -> None:
        """As `Session.close`; returns when the sockets are closed."""
        self._is_closed = True
        if self._loop is not asyncio.get_running_loop():
            return
        for connection in tuple(self._open):
            connection.abort()
        if self._open:
            await asyncio.wait([connection.gone for connection in self._open])

    def _kept(self) -> _Connection | None:
        """The connection that was used last, if one still lives."""
        self._drop_expired()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_ready():
                return connection
        return None

    def _keep(self, connection: _Connection) -> None:
        if self._is_closed or not connection.is_ready():
            connection.abort()
            return
        connection.idle_since_s = self._clock.wall_s()
        self._idle.append(connection)
        self._sweep_later()

    def _sweep_later(self) -> None:
        if self._idle and not self._will_sweep:
            self._will_sweep = True
            self._loop.call_later(self._options.idle_timeout_s, self._sweep)

    def _sweep(self) -> None:
        self._will_sweep = False
        self._drop_expired()
        self._sweep_later()

    def _drop_expired(self) -> None:
        """Close what was idle too long by the wall clock, which goes on while a sandbox is frozen."""
        now_s, idle = self._clock.wall_s(), self._idle
        # A clock that was set back says nothing about age: the connection is not trusted.
        while idle and not 0 <= now_s - idle[0].idle_since_s <= self._options.idle_timeout_s:
            idle.pop(0).abort()

    async def _connect(self) -> _Connection:
        host = self._address.host.strip("[]")
        try:
            async with asyncio.timeout(self._options.connect_timeout_s):
                found = await self._loop.getaddrinfo(host, self._address.port, type=SOCK_STREAM)
                _, connection = await self._loop.create_connection(
                    lambda: _Connection(AnswerReader(self._name, self._options.max_response_bytes), self._open),
                    sock=await start_connection(found, happy_eyeballs_delay=_NEXT_ADDRESS_S, loop=self._loop),
                    ssl=self._tls,
                    # A dot at the end is the resolver's: certificates have none.
                    server_hostname=host.rstrip(".") if self._tls else None,
                )
        except (OSError, UnicodeError) as error:
            raise ConnectionLostError(f"no connection: {described(error)}", reused=False) from error
        return connection


class _Connection(asyncio.Protocol):
    """One socket: its owner asks, awaits the answer, and then keeps or aborts it."""

    def __init__(self, reader: AnswerReader, open_ones: set[_Connection]) -> None:
        self._reader, self._open = reader, open_ones
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._waiter: asyncio.Future[WireResponse] | None = None
        self._may_be_stale = False
        #: Done when the socket is closed.
        self.gone = self._loop.create_future()
        self.idle_since_s = 0.0

    def ask(self, message: bytes, *, to_head: bool) -> asyncio.Future[WireResponse]:
        """Send *message*, and give the future of its answer."""
        self._may_be_stale = self._reader.may_be_followed
        self._reader.expect(to_head=to_head)
        self._waiter = self._loop.create_future()
        self._transport.write(message)
        return self._waiter

    def is_ready(self) -> bool:
        """Whether one may ask again: all of the last request was sent, and all of its answer read."""
        transport = self._transport
        return self._reader.may_be_followed and not transport.is_closing() and not transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close the socket now."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # both TCP's and TLS's are a Transport
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            # Nothing was asked: a farewell, or an attack on the next answer.
            self.abort()
            return
        self._may_be_stale = False
        self._settle(self._reader.feed(data))

    def eof_received(self) -> None:
        self._settle(self._outcome_at_end(None))

    def connection_lost(self, error: Exception | None) -> None:
        self._settle(self._outcome_at_end(error))
        self._open.discard(self)
        self.gone.set_result(None)

    def _outcome_at_end(self, error: Exception | None) -> WireResponse | Exception:
        lost = described(error or EOFError("the peer closed the connection"))
        return self._reader.end(error) or ConnectionLostError(lost, reused=self._may_be_stale)

    def _settle(self, outcome: WireResponse | Exception | None) -> None:
        if outcome is None or self._waiter is None:
            return
        waiter, self._waiter = self._waiter, None
        if waiter.done():
            # Who waited was cancelled, and aborts this connection.
            return
        if isinstance(outcome, WireResponse):
            waiter.set_result(outcome)
        else:
            waiter.set_exception(outcome)
