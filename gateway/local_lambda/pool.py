"""Who runs an invocation of one function: an idle worker, a new one, the queue, or nobody.

Every decision is synchronous and looks at all state; `worker` does what was decided.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from .errors import stopping, throttled
from .function import Function
from .invocation import Invocation, failure
from .limits import MAX_QUEUED_EVENTS
from .worker import Worker

_FIRST_DELAY_S = 0.1
_MAX_DELAY_S = 1.0


def start_delay_s(failed_starts: int) -> float:
    """Return how long a worker waits before it starts, after *failed_starts* in a row that never loaded the handler.

    The first retry is immediate, as the cause may be mended; then 0.1, 0.2, 0.4, 0.8 and 1.0 s.
    """
    if failed_starts <= 1:
        return 0.0
    return min(_MAX_DELAY_S, _FIRST_DELAY_S * 2.0 ** (failed_starts - 2))


class Pool:
    """The workers of *function*: none at first, at most `function.workers`, the most recently used one first."""

    def __init__(self, function: Function, log: Callable[[str, str], None]) -> None:
        self.function = function
        self._log = log
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        # Those that have older code than new ones would have, and of them those that have been told to end.
        self._outdated: set[Worker] = set()
        self._ending: set[Worker] = set()
        self._events: deque[Invocation] = deque()
        self._runs: set[asyncio.Task[None]] = set()
        self._failed_starts = 0
        self._is_stopping = False

    def __repr__(self) -> str:
        return (
            f"<Pool {self.function.name} workers={len(self._workers)}/{self.function.workers} "
            f"idle={len(self._idle)} events={len(self._events)}>"
        )

    def invoke(self, invocation: Invocation) -> None:
        """Run *invocation* now.

        Raises:
            InvokeError: all workers are busy (429), or the pool is stopping (500).
        """
        if not self._assign(invocation):
            raise throttled("ReservedFunctionConcurrentInvocationLimitExceeded")

    def enqueue(self, invocation: Invocation) -> None:
        """Run *invocation* as soon as a worker is free, after the events that came before.

        Raises:
            InvokeError: the queue is full (429), or the pool is stopping (500).
        """
        if not self._events and self._assign(invocation):
            return
        if len(self._events) >= MAX_QUEUED_EVENTS:
            raise throttled("ReservedFunctionInvocationRateLimitExceeded")
        self._events.append(invocation)

    def renew(self) -> None:
        """Let executions from now on have the code as it is now: idle workers end, busy ones when they are idle."""
        self._failed_starts = 0
        self._outdated = set(self._workers)
        idle, self._idle = self._idle, []
        for worker in idle:
            self._retire(worker)

    async def stop(self) -> None:
        """Return when no process is left; executions under way end as failures, queued events are dropped."""
        self._is_stopping = True
        while self._events:
            event = self._events.popleft()
            event.finish(failure("Runtime.ExitError", f"RequestId: {event.request_id} Error: stopped before it ran"))
        for worker in self._workers:
            worker.terminate()
        try:
            if self._runs:
                await asyncio.wait(self._runs)
        finally:
            # Reached by a caller that would wait no longer.
            for worker in self._workers:
                worker.kill()

    def _assign(self, invocation: Invocation) -> bool:
        """Give *invocation* to a worker, and say whether there was one."""
        if self._is_stopping:
            raise stopping()
        # 1. an idle worker, the one used last: its caches are warm and the others may stay untouched, as on Lambda
        if self._idle:
            self._idle.pop().take(invocation)
            return True
        # 2. a new worker
        if len(self._workers) - len(self._ending) < self.function.workers:
            self._start().take(invocation)
            return True
        # 3. nobody
        return False

    def _start(self) -> Worker:
        worker = Worker(
            self.function,
            log=self._log,
            on_idle=self._on_idle,
            on_gone=self._on_gone,
            delay_s=start_delay_s(self._failed_starts),
        )
        self._workers.add(worker)
        run = asyncio.create_task(worker.run(), name=f"local lambda worker of {self.function.name}")
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        return worker

    def _on_idle(self, worker: Worker) -> None:
        self._failed_starts = 0
        if worker in self._outdated:
            self._retire(worker)
            self._run_queued()
        elif self._events:
            worker.take(self._events.popleft())
        else:
            self._idle.append(worker)

    def _on_gone(self, worker: Worker) -> None:
        self._workers.discard(worker)
        self._outdated.discard(worker)
        self._ending.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        self._failed_starts = 0 if worker.is_initialised else self._failed_starts + 1
        self._run_queued()

    def _retire(self, worker: Worker) -> None:
        """End a worker that runs nothing; another one may have its place at once."""
        self._ending.add(worker)
        worker.terminate()

    def _run_queued(self) -> None:
        while self._events and not self._is_stopping and self._assign(self._events[0]):
            self._events.popleft()
