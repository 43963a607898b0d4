"""The operating system's side of a worker: its process group, its output, its end.

It knows nothing of invocations; `worker` decides when a process starts, what its end means and where its lines go.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from .environment import worker_command, worker_environment
from .function import Function
from .log_pipe import LogPipe


class WorkerProcess:
    """An `awslambdaric` process in a session of its own; made by `start`, of no use after `bury`."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: LogPipe) -> None:
        self._process = process
        self._pipe = pipe
        self._is_buried = False

    def __repr__(self) -> str:
        return f"<WorkerProcess pid={self._process.pid} returncode={self._process.returncode}>"

    @classmethod
    async def start(
        cls, function: Function, *, runtime_api: str, worker_id: str, on_line: Callable[[str], None]
    ) -> WorkerProcess:
        """Start *function* as a client of *runtime_api* (`host:port`).

        Raises:
            OSError: the program or the directory is not there, or the machine has no room for another process.
        """
        pipe = LogPipe(on_line)
        try:
            process = await asyncio.create_subprocess_exec(
                *worker_command(function),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=pipe.write_fd,
                stderr=pipe.write_fd,
                cwd=function.root,
                env=worker_environment(function, runtime_api, worker_id),
                # Ctrl-C in a terminal then reaches this process only, which ends its workers in order.
                start_new_session=True,
            )
        except BaseException:
            pipe.close()
            raise
        finally:
            pipe.close_write_end()
        return cls(process, pipe)

    async def wait(self) -> int:
        """Return the exit status once the process has ended; a negative one is a signal's number."""
        return await self._process.wait()

    def read_output(self) -> None:
        """Pass on every line written so far."""
        self._pipe.drain()

    def signal_group(self, number: signal.Signals) -> None:
        """Send *number* to the process and to what it started."""
        if self._is_buried:
            return
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            # Nobody is left; macOS says "not permitted" when only zombies are.
            return

    def bury(self) -> None:
        """Kill what the process left behind, and pass on its last lines."""
        self.signal_group(signal.SIGKILL)
        self._is_buried = True
        self._pipe.close()
