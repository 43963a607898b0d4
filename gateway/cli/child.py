"""A child process of `gateway dev`: its own process group, its output line by line, and an end that is certain."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence

from ..local_lambda.environment import bound_to_this_process

_GRACE_S = 5.0
_LINE_LIMIT_BYTES = 1024 * 1024


class Child:
    """One running command."""

    def __init__(self, process: asyncio.subprocess.Process, pump: asyncio.Task[None]) -> None:
        """Hold a started *process* whose output *pump* passes on."""
        self._process = process
        self._pump = pump

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]) -> Child:
        """Start *command* with more *environment*; each line that it prints goes to *say*.

        Its program is an absolute path. Ctrl-C in the terminal does not reach it: the supervisor ends it, in order.
        """
        process = await asyncio.create_subprocess_exec(
            *bound_to_this_process(command),
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=_LINE_LIMIT_BYTES,
        )
        return cls(process, asyncio.create_task(_pass_on(process, say)))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Its exit code, None while it runs; minus the signal's number when one ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Its exit code, once it ended."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End it: SIGTERM lets it end what it started; SIGKILL for all that is left when it is gone, or after 5 s."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        # Not wait_for: before Python 3.12 it loses a cancellation that comes as the process ends.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await self._process.wait()
        self.kill()
        await self._process.wait()
        await self._pump

    def kill(self) -> None:
        """End it and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


async def _pass_on(process: asyncio.subprocess.Process, say: Callable[[str], None]) -> None:
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:
            # A line beyond the limit is dropped, whole; the stream goes on behind it.
            continue
        if not line:
            return
        say(line.decode("utf-8", "replace").rstrip("\n"))
