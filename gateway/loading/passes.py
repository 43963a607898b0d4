"""The passes of one request: what becomes ready together is run together, and departs together.

When a step completes, everything that it made ready is run synchronously; the calls asked for in that pass depart when
it ends. Only where the pass woke or started tasks does the departure go behind them: a task of its own, so that they
have taken their next step, and asked for what they need, before it runs. Nothing here knows of loaders or calls.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, TypeVar, TypeVarTuple

from ..vocabulary.errors import EngineError
from ..vocabulary.tasks import start_task

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: Tasks that may be kept, whether over or not, before those that are over are let go.
_LEAST_SWEPT: Final = 64


class Passes:
    """Runs the synchronous work of one request, and its tasks; *depart* sends what was asked for in the meantime.

    Work and tasks run in a copy of the context variables of whoever made this object, whichever request's call set them
    off: nothing of another request shows.
    """

    __slots__ = (
        "_context",
        "_depart",
        "_departer_is_pending",
        "_is_closed",
        "_is_running",
        "_something_waits",
        "_swept_at",
        "_tasks",
        "_tasks_will_run",
    )

    def __init__(self, depart: Callable[[], None]) -> None:
        self._depart = depart
        self._context = contextvars.copy_context()
        # Those that are over included, until the next sweep: a callback at each one's end would cost more.
        self._tasks: list[asyncio.Task[Any]] = []
        self._swept_at = _LEAST_SWEPT
        self._is_running = False
        self._something_waits = False
        self._tasks_will_run = False
        self._departer_is_pending = False
        self._is_closed = False

    def run(self, work: Callable[[*Ts], None], *arguments: *Ts) -> None:
        """Run *work* as a pass, or as part of the pass that is running; after `close` it is not run.

        At the end of the pass all that was asked for departs: at once, or behind the tasks that the pass woke or
        started. An exception of *work* passes on when that is arranged.
        """
        if self._is_running:
            work(*arguments)
        elif not self._is_closed:
            self._context.copy().run(self._run_outermost, work, arguments)

    def start(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task of the request, cancelled by `close` if it is not over by then.

        Raises:
            EngineError: the request is answered.
        """
        if self._is_closed:
            coroutine.close()
            raise EngineError("the request is answered: nothing can be started any more")
        if self._is_running:
            self._tasks_will_run = True
        return self._track(coroutine)

    def woke(self) -> None:
        """A task of the request waits for a future that this pass resolved: it will run."""
        if self._is_running:
            self._tasks_will_run = True

    def due(self) -> None:
        """Something was asked for: outside of a pass, arrange its departure behind what can run now."""
        if self._is_running:
            self._something_waits = True
        else:
            self._depart_behind()

    def close(self) -> list[asyncio.Task[Any]]:
        """Let nothing depart any more; the request's tasks, cancelled and to be waited for by `until_over`."""
        self._is_closed = True
        # Who departs holds this object: without the cycle, what the request held is freed as it ends.
        self._depart = _nothing
        if not self._tasks:
            return []
        self._sweep()
        for task in self._tasks:
            task.cancel()
        return self._tasks

    def _run_outermost(self, work: Callable[[*Ts], None], arguments: tuple[*Ts]) -> None:
        self._is_running = True
        try:
            work(*arguments)
        finally:
            self._is_running = False
            if self._departer_is_pending or self._tasks_will_run:
                self._end_before_tasks()
            else:
                # Nothing more can be asked for.
                self._something_waits = False
                self._depart()

    def _end_before_tasks(self) -> None:
        tasks_will_run, self._tasks_will_run = self._tasks_will_run, False
        something_waits, self._something_waits = self._something_waits, False
        # 1. A departure is pending and takes this pass along: what its tasks and this pass ask for may be one call.
        # 2. Tasks will run: the departure goes behind them. Where nothing waits yet, it is for them to make it due.
        if not self._departer_is_pending and tasks_will_run and something_waits:
            self._depart_behind()

    def _depart_behind(self) -> None:
        if not self._departer_is_pending and not self._is_closed:
            self._departer_is_pending = True
            self._track(self._let_tasks_begin())

    async def _let_tasks_begin(self) -> None:
        """One turn later still: tasks that those ahead of this one created stand behind it, before the next one."""
        self._track(self._leave())

    async def _leave(self) -> None:
        self._departer_is_pending = False
        self._depart()

    def _track(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        # Without a name asyncio would number it, which takes a tenth of what making it does.
        task = start_task(coroutine, name="request", context=self._context.copy())
        if len(self._tasks) >= self._swept_at:
            self._sweep()
        self._tasks.append(task)
        return task

    def _sweep(self) -> None:
        """Let tasks go that are over."""
        self._tasks = [task for task in self._tasks if not task.done()]
        self._swept_at = max(_LEAST_SWEPT, 2 * len(self._tasks))

    def __repr__(self) -> str:
        state = "closed" if self._is_closed else "running" if self._is_running else "idle"
        return f"<Passes {state}, {sum(not task.done() for task in self._tasks)} tasks>"


def _nothing() -> None:
    """Nothing departs from a closed request."""


def call_each(callbacks: Iterable[Callable[[], None]]) -> None:
    """Call all, also after one has raised.

    Raises:
        Exception: the only one that was raised.
        ExceptionGroup: there were more.
    """
    bugs: list[Exception] = []
    for callback in callbacks:
        try:
            callback()
        except Exception as bug:  # noqa: BLE001 - raised below, when nobody is left uncalled
            bugs.append(bug)
    if len(bugs) > 1:
        raise ExceptionGroup("several callbacks raised", bugs)
    if bugs:
        raise bugs[0]
