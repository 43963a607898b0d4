"""Hearing that the process is told to stop, before the server has ended what is under way.

A server says so to an application, by its lifespan, only once every request is answered: a stream without an end would
hold that up for as long as the server allows.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_told_to_stop(tell: Callable[[], None]) -> Iterator[None]:
    """Within the block, call *tell* in the running loop when the process gets SIGTERM or SIGINT.

    What the server does upon a signal it still does. Where nobody waits for one, such as outside of the main thread,
    this does nothing: the process ends as it would.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def hear(number: int, frame: FrameType | None) -> None:
        try:
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell)
        finally:
            before[number](number, frame)

    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler) and handler is not signal.default_int_handler:
                before[number] = handler
                signal.signal(number, hear)
    try:
        yield
    finally:
        for heard, handler in before.items():
            if signal.getsignal(heard) is hear:
                signal.signal(heard, handler)
