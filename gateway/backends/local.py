"""The `local:` wire: a Lambda handler called in this process, with the event and the reply that Lambda would pass.

For tests and small set-ups. Event and reply go through JSON, so that what works here works in Lambda.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.errors import BackendError, SettingsError
from .address import LocalAddress
from .answers import described, too_large
from .apigateway_event import event_of, response_of
from .options import WireOptions
from .send_limit import SendLimit
from .wire import WireRequest, WireResponse

# A handler's own types end here: event and context in, anything JSON-compatible out.
Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class LocalContext:
    """The context object that a handler gets. Source: Lambda Developer Guide, "Lambda context object in Python"."""

    function_name: str
    aws_request_id: str
    ends_at_s: float
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 128

    @property
    def invoked_function_arn(self) -> str:
        """An ARN of no account."""
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """What is left of the call's time, 0 when it is over."""
        return max(0, int((self.ends_at_s - time.monotonic()) * 1000))


def import_handler(name: str, address: LocalAddress) -> Handler:
    """The function that *address* names; errors inside the module itself pass through.

    Raises:
        SettingsError: no such module, or nothing callable of that name in it.
    """
    try:
        module = importlib.import_module(address.module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{address.module}.".startswith(f"{error.name}."):
            raise
        raise SettingsError(f"backends.{name}: expected a module to import, got {address}: {error}") from None
    handler = getattr(module, address.handler, None)
    if not callable(handler):
        what = "nothing" if handler is None else f"a {type(handler).__name__}"
        raise SettingsError(f"backends.{name}: expected a function, got {address}, where {what} has that name")
    return handler  # type: ignore[no-any-return]  # callable; its own signature is unknown


class LocalWire:
    """The wire port over a function of this process."""

    def __init__(self, name: str, handler: Handler, options: WireOptions, *, clock: Clock | None = None) -> None:
        self._name = name
        self._handler = handler
        self._is_async = inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)
        self._options = options
        self._clock = clock or SystemClock()
        self._thread_loops: list[asyncio.AbstractEventLoop] = []
        self._threads = ThreadPoolExecutor(
            options.max_connections, thread_name_prefix=f"local-{name}", initializer=self._give_event_loop
        )
        self._places: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<LocalWire {self._name} {self._handler!r}>"

    async def send(self, request: WireRequest, *, timeout_s: float) -> WireResponse:
        """As `Wire.send`. A synchronous handler cannot be stopped: its thread keeps its place until it returns."""
        request_id, now = str(uuid4()), datetime.fromtimestamp(self._clock.wall_s(), UTC)
        event = event_of(request, domain=f"{self._name}.onehop", request_id=request_id, now=now)
        context = LocalContext(self._name, request_id, time.monotonic() + timeout_s)
        with SendLimit(self._name, timeout_s):
            payload = await self._call(json.loads(msgspec.json.encode(event)), context)
        response = response_of(payload, backend=self._name)
        if len(response.body) > self._options.max_response_bytes:
            raise too_large(self._name, self._options.max_response_bytes, f"{len(response.body)} bytes")
        return response

    def drop_idle(self) -> None:
        """As `Wire.drop_idle`; there are no connections."""

    async def close(self) -> None:
        """As `Wire.close`; handlers that still run are left to end."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for loop in self._thread_loops:
            if not loop.is_running():
                loop.close()

    def _give_event_loop(self) -> None:
        """Give a thread the loop that Lambda's main thread has: Mangum and other adapters ask for the current one."""
        loop = asyncio.new_event_loop()
        self._thread_loops.append(loop)
        asyncio.set_event_loop(loop)

    async def _call(self, event: Any, context: LocalContext) -> bytes:
        places = self._places_here()
        await places.acquire()
        if self._closed:
            places.release()
            raise BackendError("the wire is closed", code="BACKEND_UNREACHABLE", backend=self._name)
        if self._is_async:
            try:
                return await self._call_async(event, context)
            finally:
                places.release()
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._call_sync, event, context)
        running.add_done_callback(lambda done: _give_back(places, done))
        return await asyncio.shield(running)

    async def _call_async(self, event: Any, context: LocalContext) -> bytes:
        try:
            return _payload(await self._handler(event, context))
        except (Exception, SystemExit) as error:
            raise self._failed(error) from error

    def _call_sync(self, event: Any, context: LocalContext) -> bytes:
        try:
            return _payload(self._handler(event, context))
        except (Exception, SystemExit) as error:
            raise self._failed(error) from error

    def _failed(self, error: BaseException) -> BackendError:
        return BackendError(f"the handler raised {described(error)}", code="BACKEND_FAILED", backend=self._name)

    def _places_here(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._places is None or self._places[0] is not loop:
            self._places = loop, asyncio.Semaphore(self._options.max_connections)
        return self._places[1]


def _give_back(places: asyncio.Semaphore, done: asyncio.Future[bytes]) -> None:
    places.release()
    if not done.cancelled():
        # Nobody may be waiting any more: looking at the error keeps asyncio from reporting it as lost.
        done.exception()


def _payload(reply: object) -> bytes:
    """The reply as Lambda's Python runtime would serialise it."""
    return json.dumps(reply, ensure_ascii=False, allow_nan=False).encode()
