"""Event streams over a real socket: what a listener sees, and when its source ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import strawberry
from graphql import GraphQLError
from starlette.types import Message

import gateway
from gateway.application import event_stream
from gateway.application.app import GatewayApp
from gateway.application.endpoint import GraphQLEndpoint
from gateway.application.engine import Engine
from gateway.testing import FakeBackend
from gateway.testing.doors import HttpDoor, over_socket
from gateway.vocabulary.settings import CorsSettings, IdentitySettings, Settings, SubscriptionSettings
from tests.application.leaving import GRAPH as ROWS
from tests.application.listening import GRAPH, STREAM, Query, Stage, fake_rows, listening
from tests.compiled import interpreted
from tests.execution.agreeing import through_seam

SAID = "subscription {said {text}}"
JSON = {"content-type": "application/json"}


@asynccontextmanager
async def theatre(stage: Stage, settings: Settings | None = None, graph: Any = GRAPH) -> AsyncIterator[HttpDoor]:
    """A gateway whose sources are led by *stage*."""
    engine = Engine(graph, settings or Settings(), app=stage, wires={"rows": fake_rows()})
    async with over_socket(engine) as door:
        yield door


@pytest.fixture
def stage() -> Stage:
    return Stage()


def codes(event: tuple[str, Any]) -> list[str]:
    name, result = event
    assert name == "next"
    return [error["extensions"]["code"] for error in result["errors"]]


async def within_5_s(event: asyncio.Event) -> bool:
    return await asyncio.wait_for(event.wait(), 5)


async def test_events_arrive_as_they_happen(stage: Stage) -> None:
    """What a mutation says is heard before anything else is said; the source's end completes the stream."""
    async with theatre(stage) as door, listening(door.url, SAID) as events:
        heard = []
        for word in ("one", "two"):
            body = msgspec.json.encode({"query": f'mutation {{say(text: "{word}")}}'})
            await door.send("POST", "/graphql", JSON, body)
            heard.append(await events.next())
        await stage.words.put(".")
        rest = await events.rest()

    assert [("next", {"data": {"said": {"text": word}}}) for word in ("one", "two")] == heard
    assert [("complete", None)] == rest


async def test_a_stream_says_that_nobody_may_keep_it(stage: Stage) -> None:
    """It begins before the first event, with the headers of every answer and those that keep proxies from buffering."""
    async with theatre(stage) as door, listening(door.url, SAID, {"x-request-id": "mine"}) as events:
        headers = events.response.headers

    assert 200 == events.response.status_code
    assert "text/event-stream; charset=utf-8" == headers["content-type"]
    assert ("no-store", "no", "accept", "mine", "nosniff") == tuple(
        headers[name]
        for name in ("cache-control", "x-accel-buffering", "vary", "x-request-id", "x-content-type-options")
    )
    assert "content-length" not in headers


async def test_a_client_that_leaves_ends_its_source(stage: Stage) -> None:
    """The source's `finally` runs at once, though nothing happens that it could wake up for."""
    async with theatre(stage) as door:
        async with listening(door.url, SAID):
            await within_5_s(stage.listening)
        ended = await asyncio.wait_for(stage.ended.wait(), 1)

    assert ended


async def test_a_client_that_leaves_within_an_event_ends_its_source(stage: Stage) -> None:
    """What runs for the event is cancelled, too."""
    async with theatre(stage) as door:
        async with listening(door.url, "subscription {said {stuck}}"):
            await stage.words.put("one")
            async with asyncio.timeout(5):
                while stage.words.qsize():
                    await asyncio.sleep(0.005)
        ended = await asyncio.wait_for(stage.ended.wait(), 1)

    assert ended


async def test_a_source_that_never_waits_ends_with_its_client(stage: Stage) -> None:
    """However busy it is, others run between its events: who watches its client, and their requests."""
    async with theatre(stage) as door:
        async with listening(door.url, "subscription {flood}") as events:
            await events.next()
            answered = await door.send("POST", "/graphql", JSON, b'{"query": "{hello}"}')
        ended = await within_5_s(stage.ended)

    assert {"data": {"hello": "hello"}} == answered.json()
    assert ended


async def test_a_subscription_ends_with_its_time(stage: Stage) -> None:
    """The listener is told to subscribe again; its source knew how long it had."""
    settings = Settings(subscriptions=SubscriptionSettings(lifetime_s=0.3))
    async with theatre(stage, settings) as door:
        async with listening(door.url, SAID) as events:
            rest = await events.rest()
        async with listening(door.url, "subscription {secondsLeft}") as events:
            _, told = await events.next()

    assert (["SUBSCRIPTION_ENDED"], ("complete", None)) == (codes(rest[0]), rest[1])
    assert "subscribe again" in rest[0][1]["errors"][0]["message"]
    assert stage.ended.is_set()
    assert 0 < told["data"]["secondsLeft"] <= 0.3


async def test_one_subscription_too_many_is_refused(stage: Stage) -> None:
    """With a status, so that clients try again by themselves; there is room again once a listener has left."""
    async with theatre(stage, Settings(subscriptions=SubscriptionSettings(max_open=1))) as door:
        async with listening(door.url, SAID):
            await within_5_s(stage.listening)
            body = msgspec.json.encode({"query": SAID})
            refused = await door.send("POST", "/graphql", STREAM, body)
            query = await door.send("POST", "/graphql", STREAM, b'{"query": "{hello}"}')
        await within_5_s(stage.ended)
        async with listening(door.url, SAID) as events:
            await stage.words.put("one")
            event = await events.next()

    assert (503, "TOO_MANY_SUBSCRIPTIONS") == (refused.status, refused.json()["errors"][0]["extensions"]["code"])
    assert "application/json; charset=utf-8" == refused.headers["content-type"]
    assert b"complete" in query.body
    assert {"said": {"text": "one"}} == event[1]["data"]


async def test_a_quiet_stream_is_kept_alive(stage: Stage) -> None:
    """Comments come while nothing is said, and are no events."""
    async with (
        theatre(stage, Settings(subscriptions=SubscriptionSettings(keep_alive_s=0.02))) as door,
        listening(door.url, SAID) as events,
    ):
        for _ in range(4):
            await events.comment()
        await stage.words.put("one")
        event = await events.next()

    assert {"said": {"text": "one"}} == event[1]["data"]


async def test_a_source_that_fails_completes_the_stream(stage: Stage) -> None:
    """What it gave before stays; the failure is a last result, masked."""
    async with theatre(stage) as door, listening(door.url, SAID) as events:
        await stage.words.put("one")
        await stage.words.put("!")
        rest = await events.rest()

    assert ["next", "next", "complete"] == [name for name, _ in rest]
    assert ["INTERNAL_SERVER_ERROR"] == codes(rest[1])
    assert "hunter2" not in str(rest)


@pytest.mark.parametrize(
    ("given", "message", "code"),
    [
        ("hunter2", "Something went wrong on our side.", "INTERNAL_SERVER_ERROR"),
        (GraphQLError("There is no such play."), "There is no such play.", "BAD_USER_INPUT"),
    ],
)
async def test_what_is_no_source_is_not_shown(stage: Stage, given: Any, message: str, code: str) -> None:
    """A field's value in its source's place is our mistake; an error in its place is meant for the client."""

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def play(self) -> AsyncGenerator[str, None]:
            return given

    graph = gateway.graph(query=Query, subscription=Subscription, backends=[gateway.Backend("rows")])
    async with theatre(stage, graph=graph) as door, listening(door.url, "subscription {play}") as events:
        rest = await events.rest()

    assert ([code], ("complete", None)) == (codes(rest[0]), rest[1])
    assert [message] == [error["message"] for error in rest[0][1]["errors"]]


@pytest.mark.parametrize(("word", "logged"), [("?", "cancelled from within"), ("#", "raised SystemExit")])
async def test_a_source_that_raises_no_exception_completes_the_stream(
    stage: Stage, capsys: pytest.CaptureFixture[str], word: str, logged: str
) -> None:
    """As one that fails: its client is told, and nobody else hears of it."""
    async with theatre(stage) as door, listening(door.url, SAID) as events:
        await stage.words.put(word)
        rest = await events.rest()

    assert ["next", "complete"] == [name for name, _ in rest]
    assert ["INTERNAL_SERVER_ERROR"] == codes(rest[0])
    assert logged in "".join(capsys.readouterr())


async def test_what_json_cannot_say_is_its_fields_error(stage: Stage) -> None:
    """As in an answer in one piece; the stream goes on."""
    async with theatre(stage) as door, listening(door.url, "subscription {said {text unsendable}}") as events:
        for word in ("one", "two", "."):
            await stage.words.put(word)
        rest = await events.rest()

    assert ["next", "next", "complete"] == [name for name, _ in rest]
    assert [["INTERNAL_SERVER_ERROR"]] * 2 == [codes(event) for event in rest[:2]]
    assert [{"text": "one", "unsendable": None}, {"text": "two", "unsendable": None}] == [
        result["data"]["said"] for _, result in rest[:2]
    ]


@interpreted
async def test_a_bug_of_ours_completes_the_stream(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """It is logged whole, and masked."""

    class Broken(Engine):
        async def execute(self, *_arguments: Any, **_options: Any) -> Any:
            raise LookupError("hunter2")

    engine = Broken(GRAPH, Settings(), app=stage, wires={"rows": fake_rows()})
    async with over_socket(engine) as door, listening(door.url, "{hello}") as events:
        rest = await events.rest()

    assert (["INTERNAL_SERVER_ERROR"], ("complete", None)) == (codes(rest[0]), rest[1])
    assert "hunter2" not in str(rest)
    assert "LookupError: hunter2" in "".join(capsys.readouterr())


@pytest.mark.parametrize("execution", ["planned", "reference"])
@pytest.mark.parametrize("graph", [GRAPH, through_seam(GRAPH)], ids=["directly", "through_strawberry"])
async def test_an_event_has_a_requests_time(stage: Stage, execution: Any, graph: Any) -> None:
    """What an event waits for ends with the deadline, and the next event has time again."""
    async with (
        theatre(stage, Settings(deadline_s=0.3, execution=execution), graph) as door,
        listening(door.url, "subscription {said {text stuck}}") as events,
    ):
        results = []
        for word in ("one", "two"):
            await stage.words.put(word)
            results.append(await events.next())

    assert [{"said": {"text": word, "stuck": None}} for word in ("one", "two")] == [data["data"] for _, data in results]
    assert [["DEADLINE_EXCEEDED"]] * 2 == [codes(event) for event in results]


async def test_a_source_has_a_requests_time_to_begin(stage: Stage) -> None:
    """One that does not come to its first step is given up: the listener hears why."""
    async with (
        theatre(stage, Settings(deadline_s=0.1)) as door,
        listening(door.url, "subscription {unopened}") as events,
    ):
        rest = await events.rest()

    assert (["DEADLINE_EXCEEDED"], ("complete", None)) == (codes(rest[0]), rest[1])


async def test_a_source_outlives_a_requests_time(stage: Stage) -> None:
    """It may be quiet for longer than `deadline_s`, and load after that."""
    settings = Settings(deadline_s=0.1, subscriptions=SubscriptionSettings(keep_alive_s=0.06))
    async with theatre(stage, settings) as door, listening(door.url, "subscription {lookedUp}") as events:
        for _ in range(5):
            await events.comment()
        await stage.words.put("one")
        event = await events.next()

    assert ("next", {"data": {"lookedUp": "Ada"}}) == event


async def test_nothing_is_remembered_between_events(stage: Stage) -> None:
    """Rows are asked for anew for each event: by its fields, and by the source itself."""
    wire = fake_rows()
    async with over_socket(Engine(GRAPH, Settings(), app=stage, wires={"rows": wire})) as door:
        for query in ("subscription {said {row {name}}}", "subscription {lookedUp}"):
            async with listening(door.url, query) as events:
                for word in ("one", "two"):
                    await stage.words.put(word)
                    await events.next()
        async with listening(door.url, "subscription {lookedUp(together: true)}") as events:
            await stage.words.put("one")
            together = await events.next()

    assert [["r1"]] * 5 == wire.keys("id")
    assert {"lookedUp": "Ada,Ada"} == together[1]["data"]


async def test_a_source_may_load_several_and_give_up(stage: Stage) -> None:
    """A row that is missing stands as an error in its place; a call that is waited for no longer is cancelled."""
    held = FakeBackend({"GET /rows": lambda _request: asyncio.Event().wait()})
    engine = Engine(GRAPH, Settings(), app=stage, wires={"rows": held})
    async with over_socket(engine) as door, listening(door.url, "subscription {impatient}") as events:
        await stage.words.put("one")
        gave_up = await events.next()
        flights = len(engine.flights)
    async with theatre(stage) as door, listening(door.url, "subscription {several}") as events:
        await stage.words.put("one")
        several = await events.next()

    assert ({"impatient": "not yet"}, 0) == (gave_up[1]["data"], flights)
    assert {"several": "Ada,nobody"} == several[1]["data"]


async def test_listeners_see_their_own(stage: Stage) -> None:
    """Each event is answered for who subscribed, and its calls are made for nobody else."""
    wire = fake_rows()
    settings = Settings(mode="development", identity=IdentitySettings(development_header=True))
    query = "subscription {said {viewer row {name}}}"
    async with (
        over_socket(Engine(GRAPH, settings, app=stage, wires={"rows": wire})) as door,
        listening(door.url, query, {"gateway-development-identity": "u1"}) as first,
        listening(door.url, query, {"gateway-development-identity": "u2"}) as second,
    ):
        async with asyncio.timeout(5):
            while stage.listeners < 2:
                await asyncio.sleep(0.005)
        await stage.words.put("one")
        await stage.words.put("two")
        (_, ones), (_, twos) = await first.next(), await second.next()

    assert ("u1", "u2") == (ones["data"]["said"]["viewer"], twos["data"]["said"]["viewer"])
    assert {"u1", "u2"} == {dict(call.headers)["gateway-identity-sub"] for call in wire.requests}


async def test_each_event_has_its_receipt(stage: Stage) -> None:
    """In development `extensions.hops` tells of each event what it took, and by which plan."""
    async with (
        theatre(stage, Settings(mode="development")) as door,
        listening(door.url, "subscription {said {row {name}}}") as events,
    ):
        await stage.words.put("one")
        await stage.words.put("two")
        hops = [(await events.next())[1]["extensions"]["hops"] for _ in range(2)]

    assert [1, 1] == [event["calls"] for event in hops]
    assert all("load rows.row_by_id" in event["plan"] for event in hops)
    assert all(event["total_ms"] < 5_000 for event in hops)


async def test_a_source_may_hold_what_belongs_to_one_task(stage: Stage) -> None:
    """A group of tasks that is open from event to event is entered and left by the same task."""
    async with theatre(stage) as door, listening(door.url, "subscription {grouped}") as events:
        await stage.words.put("one")
        await stage.words.put("two")
        rest = await events.rest()

    assert [{"grouped": "one"}, {"grouped": "two"}] == [data["data"] for _, data in rest[:2]]
    assert "complete" == rest[2][0]


async def test_scripts_of_allowed_origins_may_read_a_stream(stage: Stage) -> None:
    """CORS is spoken as for any answer."""
    async with (
        theatre(stage, Settings(cors=CorsSettings(origins=("https://app.example.com",)))) as door,
        listening(door.url, SAID, {"origin": "https://app.example.com"}) as events,
    ):
        allowed = events.response.headers["access-control-allow-origin"]
        await stage.words.put("one")
        event = await events.next()

    assert "https://app.example.com" == allowed
    assert {"said": {"text": "one"}} == event[1]["data"]


class Server:
    """The server's side of one connection: what is sent, each taken when a test says so."""

    def __init__(self, query: str) -> None:
        headers = [(name.encode(), value.encode()) for name, value in STREAM.items()]
        self.scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        self.taken = asyncio.Semaphore(0)
        self.sent: list[Message] = []
        self.full = asyncio.Event()
        self._body = msgspec.json.encode({"query": query})

    async def receive(self) -> Message:
        if not self._body:
            await asyncio.Event().wait()
        body, self._body = self._body, b""
        return {"type": "http.request", "body": body}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if b"event: next" in message.get("body", b""):
            self.full.set()
            await self.taken.acquire()
            self.full.clear()


async def test_a_client_that_does_not_read_holds_its_source(stage: Stage) -> None:
    """A source is asked for its next event once the last one is taken: nothing piles up."""
    server, engine = Server("subscription {flood}"), Engine(GRAPH, Settings(), app=stage, wires={"rows": fake_rows()})
    serving = asyncio.create_task(GatewayApp(engine)(server.scope, server.receive, server.send))
    made = []
    for _ in range(3):
        await within_5_s(server.full)
        for _ in range(50):
            await asyncio.sleep(0)
        made.append(stage.made)
        server.taken.release()
        await asyncio.sleep(0)
    serving.cancel()
    await asyncio.wait([serving])

    assert [1, 2, 3] == made
    assert stage.ended.is_set()


async def test_a_client_that_does_not_read_ends_with_its_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it to take the reason, either."""
    monkeypatch.setattr(event_stream, "_FAREWELL_S", 0.05)
    server = Server("subscription {flood}")
    settings = Settings(subscriptions=SubscriptionSettings(lifetime_s=0.1))
    app = GatewayApp(Engine(GRAPH, settings, app=stage, wires={"rows": fake_rows()}))

    await asyncio.wait_for(app(server.scope, server.receive, server.send), 5)

    assert stage.ended.is_set()
    assert b"SUBSCRIPTION_ENDED" in server.sent[-1]["body"]


async def test_a_query_whose_client_does_not_read_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer is known, but nobody takes it."""
    monkeypatch.setattr(event_stream, "_FAREWELL_S", 0.05)
    server = Server("{rows {id}}")
    app = GatewayApp(Engine(ROWS, Settings(deadline_s=0.1), wires={"rows": fake_rows()}))

    await asyncio.wait_for(app(server.scope, server.receive, server.send), 5)

    assert b"DEADLINE_EXCEEDED" in server.sent[-1]["body"]


async def test_a_query_whose_client_leaves_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """It has begun as a stream, and is over: no second answer, nothing to look at."""

    async def hang(_request: object) -> None:
        leaves.set()
        await asyncio.Event().wait()

    leaves, server = asyncio.Event(), Server("{rows {id}}")

    async def receive() -> Message:
        if server._body:
            return await server.receive()
        await leaves.wait()
        return {"type": "http.disconnect"}

    app = GatewayApp(Engine(ROWS, Settings(), wires={"rows": FakeBackend({"GET /rows": hang})}))

    await asyncio.wait_for(app(server.scope, receive, server.send), 5)

    assert ["http.response.start", "http.response.body"] == [message["type"] for message in server.sent]
    assert "request failed" not in capsys.readouterr().err


async def test_a_server_that_says_that_the_client_left_is_believed(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """ASGI lets a server raise OSError from `send` then: the source ends, and nothing failed."""
    server = Server("subscription {flood}")

    async def send(message: Message) -> None:
        if b"event: next" in message.get("body", b""):
            raise ConnectionResetError
        server.sent.append(message)

    app = GatewayApp(Engine(GRAPH, Settings(), app=stage, wires={"rows": fake_rows()}))

    await asyncio.wait_for(app(server.scope, server.receive, send), 5)

    assert stage.ended.is_set()
    assert 1 == sum(message["type"] == "http.response.start" for message in server.sent)
    assert "request failed" not in capsys.readouterr().err


@pytest.mark.parametrize("query", ["subscription {flood}", "{hello}", "{"])
async def test_a_client_that_leaves_before_the_stream_begins_is_no_failure(
    stage: Stage, capsys: pytest.CaptureFixture[str], query: str
) -> None:
    """The server says so as it is given the head: no second answer, nothing to look at, and no source is opened."""
    server, sent = Server(query), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)
        raise ConnectionResetError

    app = GatewayApp(Engine(GRAPH, Settings(), app=stage, wires={"rows": fake_rows()}))

    await asyncio.wait_for(app(server.scope, server.receive, send), 5)

    assert ["http.response.start"] == [message["type"] for message in sent]
    assert 0 == stage.made
    assert "request failed" not in capsys.readouterr().err


@pytest.mark.parametrize("fails_at", [0, 1, 2, 3])
async def test_a_server_that_fails_is_not_answered_again(
    stage: Stage, capsys: pytest.CaptureFixture[str], fails_at: int
) -> None:
    """Whichever message it cannot send: that is logged, once, the source ends, and no second answer begins."""
    server, sent = Server("subscription {flood}"), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) > fails_at:
            raise RuntimeError("a bug of the server")

    app = GatewayApp(Engine(GRAPH, Settings(), app=stage, wires={"rows": fake_rows()}))

    await asyncio.wait_for(app(server.scope, server.receive, send), 5)

    assert fails_at + 1 == len(sent)
    assert stage.ended.is_set() or stage.made == 0
    logged = capsys.readouterr().err
    assert (1, 0) == (logged.count("a bug of the server\\n"), logged.count("client left"))


async def test_no_subscription_begins_before_the_end(stage: Stage) -> None:
    """A process that is told to stop sends clients to another one."""
    endpoint = GraphQLEndpoint(Engine(GRAPH, Settings(), app=stage, wires={"rows": fake_rows()}))
    server = Server(SAID)

    endpoint.streams.stop()
    await endpoint(server.scope, server.receive, server.send)

    assert 503 == server.sent[0]["status"]
    assert b"TOO_MANY_SUBSCRIPTIONS" in server.sent[1]["body"]
