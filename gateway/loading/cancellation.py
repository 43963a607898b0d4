"""The end of tasks: cancelled, and waited for, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, Final

from ..observe.logs import log as _log

#: Longer than any tidy clean-up, shorter than what an answer may be held up for.
GRACE_S: Final = 1.0


async def cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel *tasks* and wait until they are over; those that ignore it for GRACE_S are logged and left.

    All have been cancelled before this first waits, so that whoever is itself cancelled here leaves nothing running.
    """
    for task in tasks:
        task.cancel()
    await until_over(tasks)


async def until_over(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait for *tasks*, which are cancelled already, at most GRACE_S."""
    if not tasks:
        return
    over, stubborn = await asyncio.wait(tasks, timeout=GRACE_S)
    for task in over:
        # Read once: what fails while it is cancelled has nobody left to tell.
        _ = task.cancelled() or task.exception()
    if stubborn:
        names = sorted(getattr(task.get_coro(), "__qualname__", task.get_name()) for task in stubborn)
        _log.error("tasks ignored their cancellation", tasks=names, waited_s=GRACE_S)
