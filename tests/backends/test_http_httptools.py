"""What the default engine does with its connections, beyond what every wire must."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop

from gateway.backends import http_httptools
from gateway.backends.address import parse_address
from gateway.backends.http_httptools import httptools_wire
from gateway.backends.options import WireOptions
from gateway.backends.wire import WireRequest
from gateway.testing.clock import ManualClock
from gateway.testing.fault_peer import FaultPeer, Hold, Raw, Reply
from gateway.vocabulary.errors import BackendError, BackendTimeout

GET = WireRequest("GET", "/users")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CERTIFICATE = Path(__file__).with_name("localhost.pem")


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request):
    """Runs a test on asyncio's own loop and on the one that serves: their transports are not the same."""
    return asyncio.run if request.param == "asyncio" else uvloop.run


@asynccontextmanager
async def wire_and_peer(*, clock=None, **options):
    async with FaultPeer() as peer:
        address = parse_address(f"http://127.0.0.1:{peer.port}")
        wire = httptools_wire("users", address, WireOptions(**options), clock=clock)
        try:
            yield wire, peer
        finally:
            await wire.close()


@pytest.mark.parametrize(
    "data",
    [OK + OK, OK + b"garbage", OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")],
    ids=["a second answer", "garbage", "connection: close"],
)
def test_connection_that_may_not_serve_again_is_dropped(run, data):
    """An answer with something behind it, or that says so, is the last of its connection."""

    async def scenario():
        async with wire_and_peer() as (wire, peer):
            peer.act = lambda _: Raw(data, end="keep")
            bodies = [(await wire.send(GET, timeout_s=5)).body for _ in range(3)]
            await peer.settle()

            assert ([b"{}"] * 3, 3, 0) == (bodies, peer.connections, peer.open_connections)

    run(scenario())


def test_what_a_kept_connection_says_unasked_is_never_an_answer(run):
    """Bytes that come while nobody asks end the connection: the next request gets its own answer by another."""

    async def scenario():
        async with wire_and_peer() as (wire, peer):
            peer.act = lambda _: Raw(OK, end="keep")
            await wire.send(GET, timeout_s=5)
            for writer in peer._writers:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen")
            await peer.settle()

            assert 0 == peer.open_connections
            assert b"{}" == (await wire.send(GET, timeout_s=5)).body

    run(scenario())


def test_cancelled_send_closes_its_connection(run):
    """An answer that nobody waits for any more is not left on a connection for the next request."""

    async def scenario():
        gate = asyncio.Event()
        async with wire_and_peer() as (wire, peer):
            peer.act = lambda r: Hold(gate, Reply(body=b"late")) if r.connection == 1 else Reply(body=b"mine")
            sending = asyncio.ensure_future(wire.send(GET, timeout_s=5))
            await peer.arrived(1)
            sending.cancel()
            await asyncio.wait([sending])
            gate.set()
            await peer.settle()

            assert 0 == peer.open_connections
            assert b"mine" == (await wire.send(GET, timeout_s=5)).body

    run(scenario())


def test_timed_out_send_closes_its_connection(run):
    """A send that ran out of time leaves nothing behind."""

    async def scenario():
        async with wire_and_peer() as (wire, peer):
            peer.act = lambda _: Hold(asyncio.Event())
            with pytest.raises(BackendTimeout):
                await wire.send(GET, timeout_s=0.05)
            await peer.settle()

            assert 0 == peer.open_connections

    run(scenario())


def test_answer_before_the_request_was_sent(run):
    """A peer may answer before it has read everything: the answer counts, the connection does not serve again."""

    async def hasty(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        connections.append(writer)

    connections: list[asyncio.StreamWriter] = []

    async def scenario():
        async with await asyncio.start_server(hasty, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            wire = httptools_wire("users", parse_address(f"http://127.0.0.1:{port}"), WireOptions())
            large = WireRequest("POST", "/", body=b"x" * 20_000_000)
            statuses = [(await wire.send(large, timeout_s=5)).status for _ in range(2)]
            await wire.close()

            assert ([413, 413], 2) == (statuses, len(connections))
            for writer in connections:
                writer.transport.abort()

    run(scenario())


def test_idle_time_goes_by_the_wall_clock(run):
    """A connection that was idle too long while the sandbox was frozen is not used, though no timer ran meanwhile."""

    async def scenario():
        clock = ManualClock()
        async with wire_and_peer(clock=clock, idle_timeout_s=4) as (wire, peer):
            for frozen_s in (0, 3, 4, 5):
                clock.advance(frozen_s)
                await wire.send(GET, timeout_s=5)

            assert [1, 1, 1, 2] == [received.connection for received in peer.received]

    run(scenario())


def test_clock_that_was_set_back_ends_trust(run):
    """Where the clock says that a connection was put aside in the future, its age is unknown and it is replaced."""

    async def scenario():
        clock = ManualClock()
        async with wire_and_peer(clock=clock) as (wire, peer):
            await wire.send(GET, timeout_s=5)
            clock._wall_s -= 3600
            await wire.send(GET, timeout_s=5)

            assert [1, 2] == [received.connection for received in peer.received]

    run(scenario())


def test_idle_connections_are_closed_without_a_call(run):
    """A connection that nobody uses is closed after its time, by itself; those in use stay."""

    async def scenario():
        gate = asyncio.Event()
        async with wire_and_peer(idle_timeout_s=0.02) as (wire, peer):
            peer.act = lambda r: Hold(gate) if r.target == "/slow" else Reply()
            slow = asyncio.ensure_future(wire.send(WireRequest("GET", "/slow"), timeout_s=5))
            await asyncio.gather(*(wire.send(GET, timeout_s=5) for _ in range(3)))
            while peer.open_connections > 1:
                # The rule is about time itself: nothing else could be waited for.
                await asyncio.sleep(0.01)
            gate.set()

            assert 200 == (await slow).status

    run(scenario())


def test_the_latest_connection_is_used_first(run):
    """What one connection can carry, one carries: the others may grow old."""

    async def scenario():
        gate = asyncio.Event()
        async with wire_and_peer() as (wire, peer):
            peer.act = lambda _: Hold(gate)
            first = [asyncio.ensure_future(wire.send(GET, timeout_s=5)) for _ in range(3)]
            await peer.arrived(3)
            gate.set()
            await asyncio.gather(*first)
            for _ in range(5):
                await wire.send(GET, timeout_s=5)

            assert 1 == len({received.connection for received in peer.received[3:]})
            assert 3 == peer.connections

    run(scenario())


def test_close_while_connecting_leaves_no_socket(run):
    """A wire that is closed while it connects sends nothing on that connection, and closes it."""

    async def scenario():
        async with wire_and_peer() as (wire, peer):
            sending = asyncio.ensure_future(wire.send(GET, timeout_s=5))
            await asyncio.sleep(0)
            await wire.close()
            with pytest.raises(BackendError) as raised:
                await sending
            await peer.settle()

            assert ("BACKEND_UNREACHABLE", 0, 0) == (raised.value.code, len(peer.received), peer.open_connections)

    run(scenario())


def test_cancelled_while_connecting_leaves_nothing(run, monkeypatch):
    """A cancellation that meets a connection just made leaves no socket, and closing the wire ends."""
    connection_made = http_httptools._Connection.connection_made
    sendings: list[asyncio.Future[object]] = []

    def made(connection, transport):
        connection_made(connection, transport)
        sendings[-1].cancel()

    monkeypatch.setattr(http_httptools._Connection, "connection_made", made)

    async def scenario():
        async with wire_and_peer() as (wire, peer):
            for _ in range(3):
                sendings.append(asyncio.ensure_future(wire.send(GET, timeout_s=5)))
                await asyncio.wait(sendings)
            async with asyncio.timeout(5):
                await wire.close()
            await peer.settle()

            assert [True] * 3 == [sending.cancelled() for sending in sendings]
            assert (0, 0) == (len(peer.received), peer.open_connections)

    run(scenario())


def test_peer_that_closes_before_it_was_asked_makes_no_call_hang(run):
    """A connection that ends between its opening and the request is BACKEND_UNREACHABLE, not a wait for ever."""

    async def scenario():
        server = await asyncio.start_server(lambda _, writer: writer.transport.abort(), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            wire = httptools_wire("users", parse_address(f"http://127.0.0.1:{port}"), WireOptions())
            # Whether the end comes before the request is sent is for the kernel to say.
            for _ in range(20):
                with pytest.raises(BackendError) as raised:
                    await wire.send(GET, timeout_s=5)
                assert "BACKEND_UNREACHABLE" == raised.value.code
            await wire.close()

    run(scenario())


def test_half_a_head_is_no_stale_connection(run):
    """A kept connection that breaks after it said something was alive: its peer may have acted, so it is not resent."""

    async def scenario():
        async with wire_and_peer() as (wire, peer):
            await wire.send(GET, timeout_s=5)
            peer.act = lambda _: Raw(b"HTTP/1.1 2", end="close")
            with pytest.raises(BackendError):
                await wire.send(GET, timeout_s=5)

            assert 2 == len(peer.received)

    run(scenario())


@asynccontextmanager
async def tls_peer():
    """A TLS peer that tells each handshake's name and protocol."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    context.set_alpn_protocols(["h2", "http/1.1"])
    names: list[str | None] = []
    protocols: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    async def serve(reader, writer):
        protocols.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(OK)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "localhost", 0, family=socket.AF_INET, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], names, protocols


@pytest.fixture
def trusted(monkeypatch):
    """The engine trusts the certificate of the tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    http_httptools._tls.cache_clear()
    yield
    http_httptools._tls.cache_clear()


def test_tls_names_the_host_and_offers_http_1(run, trusted):
    """Over TLS the host is named, HTTP/1.1 agreed upon, the certificate checked, and the connection kept."""

    async def scenario():
        async with tls_peer() as (port, names, protocols):
            wire = httptools_wire("users", parse_address(f"https://localhost:{port}"), WireOptions())
            bodies = [(await wire.send(GET, timeout_s=5)).body for _ in range(3)]
            await wire.close()

            assert ([b"{}"] * 3, ["localhost"], ["http/1.1"]) == (bodies, names, protocols)

    run(scenario())


def test_certificate_of_somebody_else_is_refused(run):
    """A certificate that nobody vouches for is BACKEND_UNREACHABLE, and the request is not sent."""

    async def scenario():
        async with tls_peer() as (port, _, protocols):
            wire = httptools_wire("users", parse_address(f"https://localhost:{port}"), WireOptions())
            with pytest.raises(BackendError, match="CERTIFICATE_VERIFY_FAILED") as raised:
                await wire.send(GET, timeout_s=5)
            await wire.close()

            assert ("BACKEND_UNREACHABLE", []) == (raised.value.code, protocols)

    run(scenario())


def test_certificate_of_another_host_is_refused(run, trusted):
    """A certificate that does not name the host is BACKEND_UNREACHABLE."""

    async def scenario():
        async with tls_peer() as (port, _, _):
            wire = httptools_wire("users", parse_address(f"https://127.0.0.1:{port}"), WireOptions())
            with pytest.raises(BackendError, match="CERTIFICATE_VERIFY_FAILED"):
                await wire.send(GET, timeout_s=5)
            await wire.close()

    run(scenario())


def test_address_that_is_no_name_of_the_grammar_is_unreachable(run):
    """A host that the resolver cannot even ask for is BACKEND_UNREACHABLE, as one that does not exist."""

    async def scenario():
        for host in ("a" * 70 + ".example", "a..example"):
            wire = httptools_wire("users", parse_address(f"http://{host}"), WireOptions())
            with pytest.raises(BackendError) as raised:
                await wire.send(GET, timeout_s=5)
            await wire.close()

            assert "BACKEND_UNREACHABLE" == raised.value.code

    run(scenario())
