"""A client that leaves: its work is cancelled, and nothing of it is left at either end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message, Receive

from gateway.application import connected_client
from gateway.application.app import GatewayApp
from gateway.application.connected_client import UNWATCHED_S, ClientLeftError, ConnectedClient
from gateway.application.engine import Engine
from gateway.application.lambda_handler import LambdaHandler
from gateway.testing import FakeBackend
from gateway.testing.doors import LambdaDoor
from gateway.vocabulary.settings import Settings
from tests.application.leaving import GRAPH, body, holding_gateway, request

DISCONNECT: Message = {"type": "http.disconnect"}


class Client:
    """The receiving side of ASGI: the body, then a disconnect once `leaves` is set.

    It `is_listened_to` from the moment in which somebody waits for the disconnect.
    """

    def __init__(self, sent: bytes) -> None:
        self.leaves, self.is_listened_to = asyncio.Event(), asyncio.Event()
        self._messages: list[Message] = [{"type": "http.request", "body": sent, "more_body": False}]

    async def receive(self) -> Message:
        if self._messages:
            return self._messages.pop(0)
        self.is_listened_to.set()
        await self.leaves.wait()
        return DISCONNECT


class HangingBackend:
    """Rows that never come; it notes when it is asked and when it is cancelled."""

    def __init__(self) -> None:
        self.asked, self.cancelled = asyncio.Event(), asyncio.Event()
        self.wire = FakeBackend({"GET /rows": self._hang})

    async def _hang(self, _request: object) -> object:
        self.asked.set()
        try:
            return await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def scope() -> dict[str, Any]:
    headers = [(b"content-type", b"application/json")]
    return {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}


def while_connected(receive: Receive, *, body_timeout_s: float = 10) -> ConnectedClient:
    return ConnectedClient(receive, body_timeout_s=body_timeout_s)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_block_ends_when_its_client_leaves() -> None:
    """The block is cancelled; outside of it that is an error of its own, which cancels nothing more."""
    client, task = Client(b""), asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().call_soon(client.leaves.set)

    with pytest.raises(ClientLeftError), while_connected(client.receive):
        await asyncio.Event().wait()

    assert 0 == task.cancelling()


async def test_a_block_that_ends_first_is_left_alone() -> None:
    """Who has its answer may leave: nothing is raised, and nobody listens any more."""
    client = Client(b"")

    with while_connected(client.receive):
        await asyncio.sleep(2 * UNWATCHED_S)
    await asyncio.sleep(0)
    client.leaves.set()
    await asyncio.sleep(0)

    assert {asyncio.current_task()} == asyncio.all_tasks()


async def test_a_client_is_not_watched_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quick answer does not pay for it."""
    client = Client(b"")
    # However slow the machine is, the first moments are not over within the block.
    monkeypatch.setattr(connected_client, "UNWATCHED_S", 60)

    with while_connected(client.receive, body_timeout_s=60):
        for _ in range(10):
            await asyncio.sleep(0)
        assert not client.is_listened_to.is_set()


async def test_a_client_is_watched_when_its_answer_takes_a_while() -> None:
    """A client that left in the first moments is noticed then."""
    client = Client(b"")
    client.leaves.set()

    with pytest.raises(ClientLeftError), while_connected(client.receive):
        await asyncio.Event().wait()

    assert client.is_listened_to.is_set()


async def test_a_request_that_was_watched_leaves_nothing() -> None:
    """Its connection is let go with it, without waiting for Python's collector, which comes seldom."""
    client = Client(b"")
    receive = client.receive

    async def block() -> None:
        with while_connected(receive):
            await client.is_listened_to.wait()

    gc.collect()
    gc.disable()
    try:
        await block()
        # The watcher's cancellation takes a turn.
        await until(lambda: {asyncio.current_task()} == asyncio.all_tasks())
        left = [known for known in gc.get_objects() if type(known) is ConnectedClient]
    finally:
        gc.enable()

    assert [] == left


async def test_a_client_whose_body_takes_a_while_is_watched_too() -> None:
    """The time for the body is over when the body is there; from then on the client may leave, as any other."""
    client = Client(b"slow")
    client.leaves.set()
    bodies: list[bytes] = []

    async def receive() -> Message:
        if not bodies:
            await asyncio.sleep(2 * UNWATCHED_S)
        return await client.receive()

    async def block() -> None:
        with while_connected(receive, body_timeout_s=60) as connected:
            bodies.append(await connected.body(100))
            await asyncio.Event().wait()

    async with asyncio.timeout(10):
        with pytest.raises(ClientLeftError):
            await block()

    assert [b"slow"] == bodies


async def test_a_cancellation_within_a_late_body_goes_on() -> None:
    """A server that stops in the moment in which the time for the body is over cancels as it always did."""

    async def receive() -> Message:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped = asyncio.current_task()
            assert stopped is not None
            stopped.cancel()
            raise
        raise AssertionError

    async def block() -> None:
        with while_connected(receive, body_timeout_s=UNWATCHED_S) as connected:
            await connected.body(100)

    task = asyncio.create_task(block())

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_from_elsewhere_goes_on() -> None:
    """A server that stops cancels as it always did, also when the client leaves at that moment."""
    client = Client(b"")

    async def block() -> None:
        with while_connected(client.receive):
            await asyncio.Event().wait()

    task = asyncio.create_task(block())
    await client.is_listened_to.wait()
    client.leaves.set()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_failing_block_fails_as_it_is() -> None:
    """An error of the block is not taken for a client that left."""
    client = Client(b"")

    with pytest.raises(LookupError), while_connected(client.receive):
        raise LookupError


async def test_a_call_is_cancelled_with_its_client(capsys: pytest.CaptureFixture[str]) -> None:
    """The backend sees its call end, the log one line; the answer is for nobody."""
    backend, client, sent = HangingBackend(), Client(body(1)), list[Message]()
    engine = Engine(GRAPH, Settings(), wires={"rows": backend.wire})

    async def send(message: Message) -> None:
        sent.append(message)

    running = asyncio.create_task(GatewayApp(engine)(scope(), client.receive, send))
    await backend.asked.wait()
    client.leaves.set()
    await running

    assert backend.cancelled.is_set()
    assert 0 == len(engine.flights)
    assert [499] == [message["status"] for message in sent if message["type"] == "http.response.start"]
    assert 1 == capsys.readouterr().err.count("client left")


async def test_a_client_that_leaves_within_its_body_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Half a body is nothing to run, and no failure of ours."""
    messages: list[Message] = [{"type": "http.request", "body": b'{"quer', "more_body": True}, DISCONNECT]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(_message: Message) -> None:
        pass

    await GatewayApp(Engine(GRAPH, Settings(), wires={"rows": FakeBackend({})}))(scope(), receive, send)

    logged = capsys.readouterr().err
    assert "client left" in logged
    assert "request failed" not in logged


async def test_a_call_that_others_wait_for_goes_on() -> None:
    """Two clients share a call; one leaves, the other one gets its answer."""
    alike = request(b'{"query": "{rows {id}}"}')
    async with holding_gateway() as held:
        _, leaver = await asyncio.open_connection("127.0.0.1", held.port)
        leaver.write(alike)
        await held.peer.arrived(1)
        (flight,) = held.engine.flights._under_way
        (first,) = flight.waiters
        reader, writer = await asyncio.open_connection("127.0.0.1", held.port)
        writer.write(alike)
        await until(lambda: len(flight.waiters) == 2)
        leaver.close()
        await until(lambda: first not in flight.waiters)
        held.gate.set()
        answer = await reader.readuntil(b"}]}}")
        writer.close()

    assert 1 == len(held.peer.received)
    assert answer.endswith(b'{"data":{"rows":[{"id":"r1"}]}}')


async def test_a_client_that_closes_its_half_counts_as_gone() -> None:
    """The server takes the end of what a client sends for the end of the client, as most do."""
    async with holding_gateway() as held:
        reader, writer = await asyncio.open_connection("127.0.0.1", held.port)
        baseline = held.held()
        writer.write(request(body(1)))
        await held.peer.arrived(1)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        left = await held.back_at(baseline)
        writer.close()

    assert b"" == answer
    assert (0, 0) == (left.calls, left.flights)


async def test_nothing_is_left_of_two_thousand_clients_that_left() -> None:
    """Tasks, flights, calls, and sockets at both ends are back where they were, within a second."""
    async with holding_gateway() as held:
        await held.ask_and_leave(20)
        await asyncio.sleep(0.2)
        baseline = held.held()

        for _ in range(40):
            await held.ask_and_leave(50)

        left = await held.back_at(baseline)
        received = len(held.peer.received)

    assert left.is_within(baseline), (left, baseline)
    assert 2020 == received


async def test_nothing_runs_once_lambda_has_answered() -> None:
    """What the deadline left unfinished is cancelled and gone when the function returns."""
    backend = FakeBackend({"GET /rows": lambda _request: asyncio.Event().wait()})
    engine = Engine(GRAPH, Settings(), wires={"rows": backend})
    door = LambdaDoor(LambdaHandler(engine), remaining_ms=700)

    received = await door.send("POST", "/graphql", {"content-type": "application/json"}, body(1))
    running = door._thread.submit(lambda: asyncio.all_tasks(asyncio.get_event_loop())).result()
    door.close()

    assert {"DEADLINE_EXCEEDED"} == {error["extensions"]["code"] for error in received.json()["errors"]}
    assert (set(), 0) == (running, len(engine.flights))
