"""Serving operations as streams of server-sent events: a subscription's results as they come, a query's one.

A subscription is open until its source ends, its client leaves, its time is over or the process is told to stop; its
source is closed at once then. What an event looks like is decided in `http/event_stream.py`.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Final, TypeAlias

import msgspec
from graphql import OperationType
from starlette.types import Message, Receive, Scope, Send

from ..http.answer import failed
from ..http.event_stream import COMPLETE, EVENT_STREAM_HEADERS, KEEP_ALIVE, next_event
from ..http.headers import Encoded, encoded, with_defaults
from ..http.request import GraphQLRequest
from ..loading.cancellation import cancel
from ..observe.logs import log as _log
from ..vocabulary.errors import BackendTimeout, ClientError, EngineError, GatewayError, RuleError
from ..vocabulary.header_fields import REQUEST_ID_HEADER
from ..vocabulary.time_limit import time_limit
from .connected_client import until_it_leaves
from .engine import Answer, Engine, Viewer

Answers: TypeAlias = AsyncGenerator[Answer, None]
#: Makes the event that is sent of an answer.
EventOf: TypeAlias = Callable[[Answer], bytes]

#: For telling a client why its stream is ended: one that does not read is not waited for any longer.
_FAREWELL_S: Final = 1.0


class Connection(msgspec.Struct, frozen=True):
    """A client's connection, from which the request has been read."""

    scope: Scope
    receive: Receive
    send: Send
    #: What its answer has besides, unless that says something of its own by the name.
    headers: Sequence[Encoded] = ()

    @property
    def is_of_lambda(self) -> bool:
        """Whether it is an event of Lambda: nothing of an answer is sent before its end, and nobody can leave."""
        return "aws.event" in self.scope


class EventStreams:
    """The event streams of one engine: begins them, counts the subscriptions among them, and ends these."""

    def __init__(self, engine: Engine) -> None:
        """Answer from *engine*."""
        self._engine = engine
        self._open: set[EventStream] = set()
        self._is_stopping = False

    def __len__(self) -> int:
        """How many subscriptions are open."""
        return len(self._open)

    def stop(self) -> None:
        """End every subscription, and take no more: the process is about to end."""
        self._is_stopping = True
        for stream in self._open:
            stream.end_for(RuleError("the server is about to stop: subscribe again", code="SUBSCRIPTION_ENDED"))

    async def answer(self, request: GraphQLRequest, viewer: Viewer, connection: Connection, event_of: EventOf) -> None:
        """Answer *request* to its end.

        Raises:
            GatewayError: nothing is sent, since HTTP itself is to say what is wrong.
        """
        settings = self._engine.settings.subscriptions
        stream = EventStream(connection, viewer.request_id, event_of, settings.keep_alive_s)
        kind = self._kind_of(request, connection)
        if isinstance(kind, GatewayError):
            await stream.refuse(kind)
        elif kind is not OperationType.SUBSCRIPTION:
            late = BackendTimeout("the answer was still being sent", code="DEADLINE_EXCEEDED")
            await stream.run(self._once(request, viewer), viewer.time_s + _FAREWELL_S, late)
        elif self._is_stopping or len(self) >= settings.max_open:
            raise RuleError(code="TOO_MANY_SUBSCRIPTIONS")
        else:
            self._open.add(stream)
            try:
                over = f"a subscription takes {settings.lifetime_s:g} s at most: subscribe again"
                answers = self._engine.subscribe(request, viewer)
                await stream.run(answers, settings.lifetime_s, RuleError(over, code="SUBSCRIPTION_ENDED"))
            finally:
                self._open.remove(stream)

    def _kind_of(self, request: GraphQLRequest, connection: Connection) -> OperationType | GatewayError | None:
        """What kind of operation it is, or the error to be answered; None where its document is refused."""
        try:
            kind = self._engine.operation_type(request)
        except GatewayError as error:
            # GraphQL over SSE, "Distinct connections mode": what is wrong before execution is a `next` event, too.
            return error
        if kind is OperationType.MUTATION and connection.scope["method"] != "POST":
            raise ClientError("a mutation cannot be sent this way", code="METHOD_NOT_ALLOWED")
        if kind is OperationType.SUBSCRIPTION and connection.is_of_lambda:
            why = "a Lambda function's answer leaves in one piece: subscribe at a server process (`gateway serve`)"
            return RuleError(why, code="SUBSCRIPTIONS_UNAVAILABLE")
        return kind

    async def _once(self, request: GraphQLRequest, viewer: Viewer) -> Answers:
        began_s = self._engine.clock.monotonic_s()
        answer = await self._engine.execute(request, viewer, as_json=True)
        yield Answer(answer.result, answer.receipt, answer.way, began_s)


class EventStream:
    """One answer in the form of events."""

    def __init__(self, connection: Connection, request_id: str, event_of: EventOf, keep_alive_s: float) -> None:
        """Answer on *connection*, with a comment each *keep_alive_s*."""
        self._connection = connection
        self._request_id = request_id
        self._event_of = event_of
        self._keep_alive_s = keep_alive_s
        # Events and comments are sent by two tasks, each whole. Waiting here is the backpressure: a source is not asked
        # for more before the server has taken its last event.
        self._turn = asyncio.Lock()
        # Nothing follows the last body.
        self._has_ended = False
        self._ended_for: asyncio.Future[GatewayError | None] = asyncio.get_running_loop().create_future()

    def end_for(self, why: GatewayError | None) -> None:
        """End it before its answers do: *why* is what the client is told, None where nobody is left to be told."""
        if not self._ended_for.done():
            self._ended_for.set_result(why)

    async def refuse(self, error: GatewayError) -> None:
        """Answer with *error* alone."""
        await self._begin()
        await self._end(error)

    async def run(self, answers: Answers, lifetime_s: float, over: GatewayError) -> None:
        """Send an event for each of *answers*, which are closed in the end; after *lifetime_s* say *over*."""
        await self._begin()
        # Nobody may be there any more: nothing runs for them then.
        failure = None if self._ended_for.done() else await self._send_all(answers, lifetime_s, over)
        await self._end_after(failure)

    async def _send_all(self, answers: Answers, lifetime_s: float, over: GatewayError) -> BaseException | None:
        """Send an event for each of *answers* until something ends that; what they failed with, if they did."""
        # The source has one task for its whole life: what it opens in one step, such as a group of tasks, it may close
        # in another.
        pump = asyncio.create_task(self._pump(answers))
        watchers = [] if self._connection.is_of_lambda else [self._watch_client(), self._keep_alive()]
        tasks = [pump, *map(asyncio.create_task, watchers)]
        try:
            waited_for: set[asyncio.Future[Any]] = {pump, self._ended_for}
            await asyncio.wait(waited_for, timeout=lifetime_s, return_when=asyncio.FIRST_COMPLETED)
            if not pump.done():
                self.end_for(over)
        finally:
            await cancel(tasks)
        if pump.cancelled():
            return None if self._ended_for.done() else EngineError("a source was cancelled from within")
        return pump.exception() if pump.done() else None

    async def _pump(self, answers: Answers) -> None:
        try:
            async with aclosing(answers):
                async for answer in answers:
                    await self._send(self._event_of(answer))
                    # A source that never waits, and a server that takes all at once, as it does of a client that has
                    # left, would keep everybody else from running.
                    await asyncio.sleep(0)
        except SystemExit as end:
            # A task that raises it ends the process.
            raise EngineError("a source raised SystemExit") from end
        await self._send(COMPLETE, is_last=True)

    async def _watch_client(self) -> None:
        await until_it_leaves(self._connection.receive)
        self.end_for(None)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._keep_alive_s)
            await self._send(KEEP_ALIVE)

    async def _end_after(self, failure: BaseException | None) -> None:
        """Tell the client what it has not been told: why there is no more."""
        is_bug = isinstance(failure, EngineError) or not isinstance(failure, GatewayError)
        if failure is not None and is_bug:
            text = "".join(traceback.format_exception(failure))
            _log.error("request failed", request_id=self._request_id, exception=text)
        why = self._ended_for.result() if self._ended_for.done() else None
        if self._ended_for.done() and why is None:
            _log.info("client left", request_id=self._request_id)
        elif failure is not None:
            await self._end(failure if isinstance(failure, GatewayError) else EngineError())
        elif why is not None:
            await self._end(why)

    async def _begin(self) -> None:
        headers = (*EVENT_STREAM_HEADERS, (REQUEST_ID_HEADER, self._request_id))
        sent = with_defaults([encoded(*header) for header in headers], self._connection.headers)
        await self._send_message({"type": "http.response.start", "status": 200, "headers": sent})
        # Servers and proxies keep the headers until something follows them.
        await self._send(KEEP_ALIVE)

    async def _end(self, error: GatewayError) -> None:
        try:
            with time_limit(_FAREWELL_S):
                await self._send(next_event(failed(error)) + COMPLETE, is_last=True)
        except TimeoutError:
            _log.info("client does not read", request_id=self._request_id)

    async def _send(self, events: bytes, *, is_last: bool = False) -> None:
        await self._send_message({"type": "http.response.body", "body": events, "more_body": not is_last})

    async def _send_message(self, message: Message) -> None:
        """Send *message*, if anything can still be sent.

        What the server raises ends the stream and goes no further, as a stream that has begun cannot be answered anew.
        """
        async with self._turn:
            if self._has_ended:
                return
            self._has_ended = message.get("more_body") is False
            try:
                await self._connection.send(message)
            except OSError:
                # ASGI specification, "Response Body - send event": the client has left.
                self._has_ended = True
                self.end_for(None)
            except Exception:  # noqa: BLE001 - logged whole
                _log.error("request failed", request_id=self._request_id, exception=traceback.format_exc())
                self._has_ended = True
                self.end_for(EngineError())
