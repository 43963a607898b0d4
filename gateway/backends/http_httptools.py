"""The default engine: kept connections over asyncio's transports.

It owns sockets and their reuse. What an answer is, `http_answer` knows; places, time and resending are `HttpWire`'s.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import cache
from socket import SOCK_STREAM

from aiohappyeyeballs import start_connection

from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.time_limit import time_limit
from .address import HttpAddress
from .answers import described
from .http import ConnectionLostError, HttpWire
from .http_answer import AnswerReader
from .options import WireOptions
from .outgoing import Outgoing
from .wire import WireResponse


def httptools_wire(name: str, address: HttpAddress, options: WireOptions, *, clock: Clock | None = None) -> HttpWire:
    """A wire over kept connections; *clock* tells how long one was idle."""
    # Made now, as it takes 10 ms that the first call need not wait for.
    tls = _tls() if address.scheme == "https" else None
    return HttpWire(name, address, options, lambda: HttptoolsSession(name, address, options, tls, clock))


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class HttptoolsSession:
    """Connections of one loop to one address; made inside the loop."""

    def __init__(
        self, name: str, address: HttpAddress, options: WireOptions, tls: ssl.SSLContext | None, clock: Clock | None
    ) -> None:
        self._name, self._address, self._options, self._tls = name, address, options, tls
        self._clock = clock or SystemClock()
        self._loop = asyncio.get_running_loop()
        self._open: set[_Connection] = set()
        #: Those that wait for use, the latest last: when there is less to do, the others grow old.
        self._idle: list[_Connection] = []
        self._sweeper: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def is_sound(self) -> bool:
        """As `Session.is_sound`."""
        return True

    async def exchange(self, outgoing: Outgoing) -> WireResponse:
        """As `Session.exchange`."""
        connection = self._kept() or await self._connect()
        try:
            response = await connection.ask(outgoing.http1_bytes(), to_head=outgoing.method == "HEAD")
        except BaseException:
            # Cancelled or broken: what still comes is for nobody.
            connection.transport.abort()
            raise
        self._keep(connection)
        return response

    async def close(self) -> None:
        """As `Session.close`; returns when the sockets are closed."""
        self._is_closed = True
        ending = list(self._open) if self._loop is asyncio.get_running_loop() else []
        for connection in ending:
            connection.transport.abort()
        if ending:
            await asyncio.wait([connection.gone for connection in ending])

    def _kept(self) -> _Connection | None:
        """The connection that was used last, if one still lives."""
        while self._idle:
            connection = self._idle.pop()
            if self._is_fresh(connection):
                return connection
            connection.transport.abort()
        return None

    def _keep(self, connection: _Connection) -> None:
        if self._is_closed or not connection.is_ready():
            connection.transport.abort()
            return
        connection.idle_since_s = self._clock.wall_s()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(self._options.idle_timeout_s, self._sweep)

    def _is_fresh(self, connection: _Connection) -> bool:
        # By the wall clock, which goes on while a sandbox is frozen; one that was set back says nothing about age.
        age_s = self._clock.wall_s() - connection.idle_since_s
        return 0 <= age_s <= self._options.idle_timeout_s and connection.is_ready()

    def _sweep(self) -> None:
        """Close what nobody used for so long, at the latest after twice that time."""
        while self._idle and not self._is_fresh(self._idle[0]):
            self._idle.pop(0).transport.abort()
        self._sweeper = self._loop.call_later(self._options.idle_timeout_s, self._sweep) if self._idle else None

    async def _connect(self) -> _Connection:
        host = self._address.host.strip("[]")
        try:
            with time_limit(self._options.connect_timeout_s):
                # As bytes: text goes through a codec whose tables take longer to import than a name to look up.
                found = await self._loop.getaddrinfo(host.encode("ascii"), self._address.port, type=SOCK_STREAM)
                # RFC 8305 section 8: uvloop's own `create_connection` tries one address after another.
                _, connection = await self._loop.create_connection(
                    lambda: _Connection(AnswerReader(self._name, self._options.max_response_bytes)),
                    sock=await start_connection(found, happy_eyeballs_delay=0.25, loop=self._loop),
                    ssl=self._tls,
                    # Certificates have no dot at the end.
                    server_hostname=host.rstrip(".") if self._tls else None,
                )
        except (OSError, ValueError) as error:
            raise ConnectionLostError(f"no connection: {described(error)}", reused=False) from error
        # Not in `connection_made`: uvloop tells no loss of one whose `create_connection` was cancelled.
        self._open.add(connection)
        connection.gone.add_done_callback(lambda _: self._open.discard(connection))
        if self._is_closed:
            connection.transport.abort()
        return connection


class _Connection(asyncio.Protocol):
    """One socket: its owner asks, awaits the answer, and then keeps or aborts it."""

    def __init__(self, reader: AnswerReader) -> None:
        self._reader = reader
        self._loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport
        self._waiter: asyncio.Future[WireResponse] | None = None
        self._may_be_stale, self.idle_since_s = False, 0.0
        self.gone = self._loop.create_future()

    def ask(self, message: bytes, *, to_head: bool) -> asyncio.Future[WireResponse]:
        """Send *message*, and give the future of its answer."""
        self._may_be_stale = self._reader.may_be_followed
        self._reader.expect(to_head=to_head)
        self._waiter = waiter = self._loop.create_future()
        if self.transport.is_closing():
            self._settle(ConnectionLostError("the connection was closed before the request", reused=False))
        self.transport.write(message)
        return waiter

    def is_ready(self) -> bool:
        """Whether one may ask again: all of the last request was sent, and all of its answer read."""
        return (
            self._reader.may_be_followed
            and not self.transport.is_closing()
            and not self.transport.get_write_buffer_size()
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # both TCP's and TLS's are a Transport

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            # Nothing was asked: a farewell, or an attack on the next answer.
            self.transport.abort()
            return
        self._may_be_stale = False
        self._settle(self._reader.feed(data))

    def eof_received(self) -> None:
        self._settle(self._outcome_at_end(None))

    def connection_lost(self, error: Exception | None) -> None:
        self._settle(self._outcome_at_end(error))
        self.gone.set_result(None)

    def _outcome_at_end(self, error: Exception | None) -> WireResponse | Exception:
        lost = described(error or EOFError("the peer closed the connection"))
        return self._reader.end(error) or ConnectionLostError(lost, reused=self._may_be_stale)

    def _settle(self, outcome: WireResponse | Exception | None) -> None:
        waiter = self._waiter
        if outcome is None or waiter is None or waiter.done():
            # More is to come, nothing was asked, or who asked was cancelled.
            return
        self._waiter = None
        if isinstance(outcome, WireResponse):
            waiter.set_result(outcome)
        else:
            waiter.set_exception(outcome)
