from __future__ import annotations

import asyncio
import gc
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, asynccontextmanager, contextmanager

import httpx
import pytest

from gateway.backends.address import HttpAddress, parse_address
from gateway.backends.http import HttpWire
from gateway.backends.http_httpx import httpx_wire
from gateway.backends.options import WireOptions
from gateway.backends.transport import open_wire
from gateway.backends.wire import WireRequest, WireResponse
from gateway.testing.fault_peer import FaultPeer, Hold, Raw, Reply
from gateway.vocabulary.errors import BackendError

GET = WireRequest("GET", "/users", (("id", "1"),))
ENGINES = pytest.mark.parametrize("engine", ["httptools", "httpx"])


@asynccontextmanager
async def wire_and_peer(engine, address="http://127.0.0.1:{port}", **options):
    async with FaultPeer() as peer:
        wire = open_wire("users", parse_address(address.format(port=peer.port)), WireOptions(engine=engine, **options))
        try:
            yield wire, peer
        finally:
            await wire.close()


@ENGINES
async def test_base_and_credentials_of_the_address_are_used(engine):
    """The base comes before each path and `user:password@` becomes Authorization, unless the request has its own."""
    async with wire_and_peer(engine, "http://al:pw@127.0.0.1:{port}/v1/") as (wire, peer):
        await wire.send(GET, timeout_s=5)
        await wire.send(WireRequest("GET", "/", headers=(("authorization", "Bearer t"),)), timeout_s=5)

        assert ["/v1/users?id=1", "/v1/"] == [received.target for received in peer.received]
        assert ["Basic YWw6cHc=", "Bearer t"] == [received.headers["authorization"] for received in peer.received]
        assert f"<HttpWire users http://127.0.0.1:{peer.port}/v1 sending 0>" == repr(wire)


@ENGINES
async def test_errors_never_show_credentials(engine):
    """An unreachable backend's error names its address without the password."""
    async with wire_and_peer(engine, "http://al:hunter2@127.0.0.1:{port}") as (wire, peer):
        await peer.stop()

        with pytest.raises(BackendError) as raised:
            await wire.send(GET, timeout_s=5)

        assert f"http://127.0.0.1:{peer.port}: " in str(raised.value)
        assert "hunter2" not in f"{raised.value} {raised.value.__cause__!r}"


@ENGINES
async def test_only_the_headers_that_the_wire_means_are_sent(engine):
    """Both engines send the same headers of their own accord, and a request's own ones replace them."""
    async with wire_and_peer(engine) as (wire, peer):
        await wire.send(GET, timeout_s=5)
        await wire.send(WireRequest("GET", "/", headers=(("user-agent", "mine"), ("host", "other"))), timeout_s=5)

        first, second = (received.headers for received in peer.received)
        assert {
            "host": f"127.0.0.1:{peer.port}",
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "user-agent": "onehop-gateway",
        } == {name: value for name, value in first.items() if name != "connection"}
        assert ("mine", "other") == (second["user-agent"], second["host"])


@ENGINES
async def test_repeated_response_headers_are_joined(engine):
    """A header that comes twice is one value with a comma."""
    async with wire_and_peer(engine) as (wire, peer):
        peer.act = lambda _: Reply(headers=(("Vary", "a"), ("vary", "b")))

        assert "a, b" == (await wire.send(GET, timeout_s=5)).headers["vary"]


@ENGINES
async def test_length_of_an_answer_without_a_body_announces_nothing(engine):
    """A 304 tells the length of the answer that it stands for, which may be any."""
    async with wire_and_peer(engine, max_response_bytes=100) as (wire, peer):
        peer.act = lambda _: Reply(304, headers=(("Content-Length", "200"),))

        response = await wire.send(GET, timeout_s=5)

        assert (304, b"") == (response.status, response.body)


@ENGINES
@pytest.mark.parametrize("header", [("content-length", "2"), ("transfer-encoding", "chunked"), ("x y", "1")], ids=str)
async def test_headers_that_frame_the_request_are_not_the_caller_s(engine, header):
    """A header that says where the request ends, or is none, is BACKEND_REFUSED and nothing is sent."""
    async with wire_and_peer(engine) as (wire, peer):
        with pytest.raises(BackendError, match=f"'{header[0]}'") as raised:
            await wire.send(WireRequest("POST", "/", headers=(header,), body=b"{}"), timeout_s=5)

        assert ("BACKEND_REFUSED", 0) == (raised.value.code, peer.connections)


@ENGINES
async def test_put_counts_as_idempotent_and_its_body_is_sent_again(engine):
    """A PUT that meets a dead kept connection is sent again, with its whole body."""
    async with wire_and_peer(engine) as (wire, peer):
        peer.act = lambda r: Raw(b"", "reset") if r.method == "PUT" and r.connection == 1 else Reply(body=r.body)
        await wire.send(GET, timeout_s=5)

        response = await wire.send(WireRequest("PUT", "/", body=b"all of it"), timeout_s=5)

        assert b"all of it" == response.body


@ENGINES
async def test_second_loss_is_the_end(engine):
    """A call is sent again once, not for ever."""
    async with wire_and_peer(engine) as (wire, peer):
        peer.act = lambda r: Reply() if r.target == "/first" else Raw(b"", "close")
        await wire.send(WireRequest("GET", "/first"), timeout_s=5)

        with pytest.raises(BackendError, match="on a second connection"):
            await wire.send(GET, timeout_s=5)

        assert 3 == len(peer.received)


@ENGINES
async def test_idle_connection_is_not_used_past_its_time(engine):
    """A connection that was idle for longer than idle_timeout_s is replaced."""
    async with wire_and_peer(engine, idle_timeout_s=0.01) as (wire, peer):
        await wire.send(GET, timeout_s=5)
        # The rule is about time itself: nothing else could be waited for.
        await asyncio.sleep(0.05)
        await wire.send(GET, timeout_s=5)

        assert 2 == peer.connections


@ENGINES
def test_wire_moves_to_another_event_loop(engine):
    """A wire that is used on a second loop, after the first one ended, works there."""
    with peer_in_a_thread() as port:
        wire = open_wire("users", parse_address(f"http://127.0.0.1:{port}"), WireOptions(engine=engine))

        statuses = [asyncio.run(wire.send(GET, timeout_s=5)).status for _ in range(3)]
        asyncio.run(wire.close())

    # A session left behind would say so when it is collected, and warnings are errors.
    gc.collect()
    assert [200, 200, 200] == statuses


@contextmanager
def peer_in_a_thread():
    """A peer on a loop of its own, that keeps no connection: one kept by a loop that ended warns by itself."""
    ready, ports = threading.Event(), []

    async def serve():
        async with FaultPeer() as peer:
            peer.act = lambda _: Reply(headers=(("Connection", "close"),))
            done = asyncio.Event()
            ports.extend((peer.port, asyncio.get_running_loop(), done))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(5)
    try:
        yield ports[0]
    finally:
        ports[1].call_soon_threadsafe(ports[2].set)
        thread.join()


@ENGINES
async def test_connecting_has_its_own_limit(engine):
    """A host that does not take the connection is BACKEND_UNREACHABLE after connect_timeout_s, before timeout_s."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        # Fill the backlog: the kernel then drops whoever knocks.
        for _ in range(3):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        address = parse_address(f"http://127.0.0.1:{listener.getsockname()[1]}")
        wire = open_wire("users", address, WireOptions(engine=engine, connect_timeout_s=0.1))
        try:
            with pytest.raises(BackendError, match="imeout") as raised:
                await wire.send(GET, timeout_s=30)
        finally:
            await wire.close()

    assert "BACKEND_UNREACHABLE" == raised.value.code


@ENGINES
async def test_host_that_does_not_resolve_is_unreachable(engine):
    """A name without an address is BACKEND_UNREACHABLE."""
    wire = open_wire("users", parse_address("http://users.invalid"), WireOptions(engine=engine))
    try:
        with pytest.raises(BackendError) as raised:
            await wire.send(GET, timeout_s=30)
    finally:
        await wire.close()

    assert "BACKEND_UNREACHABLE" == raised.value.code


@ENGINES
async def test_places_are_given_in_order(engine):
    """Who waited first is sent first."""
    async with wire_and_peer(engine, max_connections=1) as (wire, peer):
        gate = asyncio.Event()
        peer.act = lambda r: Hold(gate) if r.target == "/0" else Reply()
        async with asyncio.TaskGroup() as tasks:
            for number in range(5):
                tasks.create_task(wire.send(WireRequest("GET", f"/{number}"), timeout_s=5))
            await peer.arrived(1)
            gate.set()

        assert ["/0", "/1", "/2", "/3", "/4"] == [received.target for received in peer.received]


async def test_httpx_takes_an_auth():
    """`auth=` signs each request that the httpx engine sends."""
    async with FaultPeer() as peer:
        address = parse_address(f"http://127.0.0.1:{peer.port}")
        wire = httpx_wire("users", address, WireOptions(), auth=httpx.BasicAuth("al", "pw"))
        await wire.send(GET, timeout_s=5)
        await wire.close()

        assert "Basic YWw6cHc=" == peer.received[0].headers["authorization"]


async def test_httpx_takes_a_client_and_leaves_it_open():
    """A client that is brought is used with its own auth, and stays open when the wire closes."""
    async with FaultPeer() as peer, httpx.AsyncClient(auth=httpx.BasicAuth("al", "pw"), trust_env=False) as client:
        address = parse_address(f"http://127.0.0.1:{peer.port}")
        wire = httpx_wire("users", address, WireOptions(), client=client)
        await wire.send(GET, timeout_s=5)
        await wire.close()

        assert not client.is_closed
        assert "Basic YWw6cHc=" == peer.received[0].headers["authorization"]


async def test_client_that_its_owner_closed_is_unreachable():
    """A brought client that was closed fails as any lost connection does."""
    client = httpx.AsyncClient(trust_env=False)
    await client.aclose()
    wire = httpx_wire("users", parse_address("http://users"), WireOptions(), client=client)

    with pytest.raises(BackendError, match="the client was closed"):
        await wire.send(GET, timeout_s=5)
    await wire.close()


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("gateway.backends.transport", ["httptools", "httpx", "aiohttp", "botocore", "aiobotocore"]),
        ("gateway.backends.aws_lambda", ["httptools", "httpx", "aiohttp", "botocore", "aiobotocore"]),
        ("gateway.backends.http_httptools", ["httpx", "aiohttp", "botocore"]),
    ],
)
def test_engines_are_imported_when_they_are_needed(module, absent):
    """Importing a module loads no engine and no SDK that it does not itself use."""
    code = f"import sys, {module}; print(*[name for name in {absent!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "" == done.stdout.strip()


def test_wire_without_its_engine_says_what_to_install():
    """The httpx engine without httpx is a SettingsError that names the extra."""
    code = (
        "import sys; sys.modules['httpx'] = None\n"
        "from gateway.backends.transport import *; from gateway.backends.address import parse_address\n"
        "try: open_wire('users', parse_address('http://users'), WireOptions(engine='httpx'))\n"
        "except ValueError as error: print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "install onehop-gateway[httpx]" in done.stdout


@pytest.mark.parametrize("name", ["max_connections", "max_response_bytes", "connect_timeout_s"])
def test_options_are_more_than_zero(name):
    """A limit of zero is refused by name."""
    with pytest.raises(ValueError, match=f"{name}: expected more than 0, got 0"):
        WireOptions(**{name: 0})


class _SlowToClose:
    """A session whose `close` gives way to other tasks, as httpx's does."""

    is_sound = True

    async def exchange(self, outgoing: object) -> WireResponse:
        await asyncio.sleep(0)
        return WireResponse(200, {}, b"[]")

    async def close(self) -> None:
        await asyncio.sleep(0)


async def test_retired_sessions_are_closed_once_by_whoever_comes_first() -> None:
    """Calls that start while others close what was dropped are answered."""
    address = parse_address("http://127.0.0.1:1")
    assert isinstance(address, HttpAddress)
    wire = HttpWire("b", address, WireOptions(), _SlowToClose)

    async def send() -> int:
        return (await wire.send(WireRequest("POST", "/"), timeout_s=2)).status

    first = asyncio.create_task(send())
    await asyncio.sleep(0)
    wire.drop_idle()
    second = asyncio.create_task(send())
    await asyncio.sleep(0)
    wire.drop_idle()
    await asyncio.gather(first, second)

    assert [200, 200, 200] == await asyncio.gather(send(), send(), send())
