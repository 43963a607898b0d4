"""Calls that block and cannot be cancelled, given up after a time: a name look-up, an import of foreign code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def within(seconds: float, call: Callable[[], T]) -> T:
    """What *call* gives, run in a thread of its own that nobody waits for at the end, as a thread pool's would be.

    Raises:
        TimeoutError: it took longer than *seconds*.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type]  # without an error there is a result
        else:
            done.set_exception(error)

    def run() -> None:
        try:
            result, error = call(), None
        except (Exception, SystemExit) as raised:  # noqa: BLE001 - handed over as it is
            # A future refuses to be the bearer of an exit.
            result, error = None, RuntimeError("it ended the process") if isinstance(raised, SystemExit) else raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True).start()
    async with asyncio.timeout(seconds):
        return await done
