"""CPU time of a process with its threads and children, and which core runs what. Linux only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")

#: Servers run on the first core, the load and the upstream on the last.
CORES = sorted(os.sched_getaffinity(0))


def pinned(command: Sequence[str], core: int) -> list[str]:
    """*command*, to be run on one core."""
    return ["taskset", "--cpu-list", str(core), *command]


def stay_on(core: int) -> None:
    """Keep this process, and what it starts from now on, on one core."""
    os.sched_setaffinity(0, {core})


def cpu_s(pid: int) -> float:
    """CPU seconds that *pid* and its living descendants have used.

    The scheduler counts nanoseconds a thread; a kernel that does not tell them gives ticks of 10 ms a process.
    """
    return sum(_own_s(member) for member in family(pid))


def family(pid: int) -> list[int]:
    """*pid* and the processes below it."""
    members = [pid]
    for children in (_PROC / str(pid) / "task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in children.read_text().split():
                members += family(int(child))
    return members


def _own_s(pid: int) -> float:
    nanoseconds = 0
    for schedstat in (_PROC / str(pid) / "task").glob("*/schedstat"):
        # A thread may have just ended.
        with suppress(FileNotFoundError, ProcessLookupError):
            nanoseconds += int(schedstat.read_text().split()[0])
    return nanoseconds / 1e9 if nanoseconds else _ticks_s(pid)


def _ticks_s(pid: int) -> float:
    """Source: proc_pid_stat(5), `utime` and `stime`; the name before them may hold spaces."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
