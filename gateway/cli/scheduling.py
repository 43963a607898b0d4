"""How the kernel shares a core among the server's threads."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def finish_before_switching() -> None:
    """Let a thread of this process that wakes wait for a core instead of taking it from the thread that runs.

    The server's own threads hand each request to Python's and take its answer back: where they share a core, each
    would interrupt the other at every step. Threads and processes begun later inherit it. It changes nothing where
    the operator has chosen a policy, where that is forbidden, and where there are no policies.

    Source: sched(7), SCHED_BATCH.
    """
    if sys.platform == "linux":
        # A sandbox may forbid it, or not know of it.
        with suppress(OSError):
            if os.sched_getscheduler(0) == os.SCHED_OTHER:
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
