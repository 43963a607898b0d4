"""One worker: the execution under way in a process, its time limit and its reply.

An execution is over when its process asks for the next event or is gone, as on Lambda; only then is the caller
answered, so that a caller who sees an answer also finds the worker free. Which worker runs what is `pool`'s decision.
"""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import Callable

import orjson

from .function import Function
from .invocation import Invocation, Reply, exited, failure, message_of, timed_out
from .log_pipe import LogTail
from .process import WorkerProcess
from .runtime_api import RuntimeApi

_STOP_GRACE_S = 2.0


class Worker:
    """Runs one execution of *function* after another.

    *on_idle* is called when the process waits for an event and none is assigned, *on_gone* once, when it has ended. The
    process starts *delay_s* after `run` is called; an invocation taken before the handler is loaded waits for it.
    """

    def __init__(
        self,
        function: Function,
        *,
        log: Callable[[str, str], None],
        on_idle: Callable[[Worker], None],
        on_gone: Callable[[Worker], None],
        delay_s: float = 0.0,
    ) -> None:
        self._function = function
        self._id = uuid.uuid4().hex
        self._log = log
        self._on_idle = on_idle
        self._on_gone = on_gone
        self._delay_s = delay_s
        self._loop = asyncio.get_running_loop()
        self._api = RuntimeApi(self, timeout_s=function.timeout_s)
        self._tail = LogTail()
        self._process: WorkerProcess | None = None
        self._limit: asyncio.TimerHandle | None = None
        # An invocation is assigned until the process takes it, then running.
        self._assigned: Invocation | None = None
        self._running: Invocation | None = None
        self._reply: Reply | None = None
        self._waiting: asyncio.Future[Invocation | None] | None = None
        self._ending = asyncio.Event()
        self._started_s = self._loop.time()
        # Whether the handler was loaded; the pool slows down after workers that never got there.
        self.is_initialised = False

    def __repr__(self) -> str:
        doing = "ending" if self._ending.is_set() else "busy" if self._running or self._assigned else "idle"
        return f"<Worker {self._function.name} {doing} {self._process}>"

    async def run(self) -> None:
        """Start the process and return when nothing of it is left. To be ended by `terminate`, not by cancellation."""
        return_code: int | None = None
        try:
            await self._pause()
            if not self._ending.is_set():
                await self._api.start()
                return_code = await self._live()
        except OSError as error:
            self._reply = failure("Runtime.InvalidEntrypoint", f"no process in {self._function.root}: {error}")
        finally:
            self._bury(return_code)
            await self._api.close()

    def take(self, invocation: Invocation) -> None:
        """Run *invocation* next. The worker must be idle, or have just been made."""
        self._assigned = invocation
        if self._waiting is not None:
            self._hand_over(self._waiting)

    def terminate(self) -> None:
        """Ask the process to end, and kill it 2 s later."""
        self._end(signal.SIGTERM)
        self._set_limit(_STOP_GRACE_S, self.kill)

    def kill(self) -> None:
        """End the process now, with everything it started in its group."""
        self._end(signal.SIGKILL)

    async def next_invocation(self) -> Invocation | None:
        """End the execution under way and wait for the next (the Runtime API's `next`)."""
        if self._ending.is_set():
            return None
        self._clear_limit()
        self.is_initialised = True
        self._finish()
        stale = self._waiting
        waiting: asyncio.Future[Invocation | None] = self._loop.create_future()
        self._waiting = waiting
        if stale is not None:
            # A runtime that lost its connection asks again: only the newer request has a listener.
            _resolve(stale, None)
        elif self._assigned is None:
            self._on_idle(self)
        if self._assigned is not None:
            self._hand_over(waiting)
        return await waiting

    def accept_reply(self, request_id: str, reply: Reply) -> bool:
        """Keep *reply* until the execution is over (the Runtime API's `response` and `error`)."""
        if self._running is None or self._running.request_id != request_id or self._reply is not None:
            return False
        self._reply = reply
        return True

    def accept_init_error(self, payload: bytes) -> None:
        """Keep the error for the invocation that caused this start, with the request id the runtime did not know."""
        description = orjson.loads(payload)
        request_id = self._assigned.request_id if self._assigned else ""
        self._reply = Reply(orjson.dumps({**description, "requestId": request_id}), is_error=True)

    async def _pause(self) -> None:
        if self._delay_s:
            try:
                await asyncio.wait_for(self._ending.wait(), self._delay_s)
            except TimeoutError:
                return

    async def _live(self) -> int:
        self._process = await WorkerProcess.start(
            self._function, runtime_api=self._api.address, worker_id=self._id, on_line=self._note
        )
        if self._ending.is_set():
            self.kill()
        elif not self.is_initialised:
            # Lambda starts an Init that took too long once more, under the function's own limit; here it just goes on.
            limit_s = max(self._function.init_timeout_s, self._function.timeout_s)
            self._set_limit(limit_s, self._run_out_of_time, limit_s)
        return await self._process.wait()

    def _end(self, number: signal.Signals) -> None:
        self._ending.set()
        self._clear_limit()
        if self._process is not None:
            self._process.signal_group(number)

    def _bury(self, return_code: int | None) -> None:
        self._ending.set()
        self._clear_limit()
        if self._process is not None:
            self._process.bury()
        if self._waiting is not None:
            _resolve(self._waiting, None)
        self._running = self._running or self._assigned
        self._assigned = None
        if self._running is not None and self._reply is None:
            # A worker that was stopped before it had a process ends as the process would have.
            code = -signal.SIGTERM if return_code is None else return_code
            self._fail(exited(self._running.request_id, code))
        self._finish()
        self._on_gone(self)

    def _hand_over(self, waiting: asyncio.Future[Invocation | None]) -> None:
        self._running, self._assigned, self._waiting = self._assigned, None, None
        if self._running is not None:
            self._tail.add(f"START RequestId: {self._running.request_id} Version: $LATEST")
        self._started_s = self._loop.time()
        self._set_limit(self._function.timeout_s, self._run_out_of_time, self._function.timeout_s)
        _resolve(waiting, self._running)

    def _finish(self) -> None:
        if self._process is not None:
            self._process.read_output()
        invocation, self._running = self._running, None
        reply, self._reply = self._reply, None
        if invocation is None:
            return
        request_id = invocation.request_id
        duration_ms = (self._loop.time() - self._started_s) * 1000
        memory_mb = self._function.memory_mb
        self._tail.add(f"END RequestId: {request_id}")
        self._tail.add(f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\tMemory Size: {memory_mb} MB")
        unanswered = failure("Runtime.Unknown", f"RequestId: {request_id} Error: Runtime sent no response")
        invocation.finish(reply or unanswered, self._tail.take())

    def _run_out_of_time(self, limit_s: float) -> None:
        invocation = self._running or self._assigned
        # A handler that has replied and then keeps its process busy loses the process, not the reply.
        if invocation is not None and self._reply is None:
            self._fail(timed_out(invocation.request_id, limit_s))
        self.kill()

    def _fail(self, reply: Reply) -> None:
        self._reply = reply
        self._note(message_of(reply))

    def _note(self, line: str) -> None:
        self._tail.add(line)
        self._log(self._function.name, line)

    def _set_limit(self, delay_s: float, action: Callable[..., None], *arguments: object) -> None:
        self._clear_limit()
        self._limit = self._loop.call_later(delay_s, action, *arguments)

    def _clear_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def _resolve(waiting: asyncio.Future[Invocation | None], invocation: Invocation | None) -> None:
    if not waiting.done():
        waiting.set_result(invocation)
