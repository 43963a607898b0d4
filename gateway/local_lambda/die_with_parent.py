"""Start a program that the kernel kills when the process that asked for it dies. Run as a script, Linux only.

`python die_with_parent.py PARENT_PID PROGRAM ARGUMENT...` asks for SIGKILL at the parent's death and becomes PROGRAM;
the request outlives exec. Standard library only, and no import of gateway: it runs before every worker.

The kernel means the thread that started the process: an event loop in a thread must stop its workers before that ends.

Source: prctl(2), PR_SET_PDEATHSIG.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent *parent_pid* dies; Linux only.

    Raises:
        SystemExit: it is dead already.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) refused")
    # The parent may have died before the request was made: nobody would be left to trigger it.
    if os.getppid() != parent_pid:
        sys.exit(1)


def main(parent_pid: int, command: list[str]) -> None:
    """Become *command*, bound to the life of *parent_pid*."""
    die_with(parent_pid)
    os.execv(command[0], command)  # noqa: S606 -- the command is built by `environment`, no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
