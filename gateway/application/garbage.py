"""The garbage collector of a process that serves: it looks at what requests leave, not at what stays for good."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: Objects that may be made, beyond those let go, before the youngest are looked through. Python's own 700 are fewer
#: than one answer has, so that those of requests under way would be looked through again and again.
_YOUNG: Final = 50_000
#: Collections of a generation for one of the next.
_MIDDLE: Final = 20
_OLD: Final = 50


def spare_what_lives() -> None:
    """Leave out of every collection what exists now: modules, schema, engine.

    Call it when a process that serves has started: what exists then stays.

    Source: Python, `gc.freeze`.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Collect nothing while the ways in import what they need, and spare it then.

    Imports make some hundred thousand objects that stay: they would be looked through again and again meanwhile.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        spare_what_lives()
        if was_enabled:
            gc.enable()
