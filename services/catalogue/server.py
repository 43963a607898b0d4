"""Serves the app with granian in this one process, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

# An answer takes milliseconds; whatever is still open after this is a client that does not read.
_DRAIN_S = 1.0


class _Server(Server):
    """Granian's embedded server on a socket that is bound already.

    Granian binds with SO_REUSEPORT, so a second catalogue would share the port of the first without a word; and it
    does not tell which port 0 became.
    """

    def __init__(self, app: Any, listener: socket.socket) -> None:
        super().__init__(
            app,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
        )
        self._listener = listener

    def _init_shared_socket(self) -> None:
        # The server owns the descriptor from here on.
        self._shd = SocketHolder(self._listener.detach(), False, self.backlog)


def run(app: Any, listener: socket.socket, greeting: str) -> int:
    """Serve *app* on *listener*, print *greeting*, and end the process with code 0 when told to.

    Returns 1 where the server ends by itself.
    """
    return asyncio.run(_serve(app, listener, greeting))


async def _serve(app: Any, listener: socket.socket, greeting: str) -> int:
    server = _Server(app, listener)
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    serving = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(told_to_end.wait())
    print(greeting, flush=True)  # noqa: T201
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    if not told_to_end.is_set():
        waiting.cancel()
        await serving
        return 1
    server.stop()
    await asyncio.wait([serving], timeout=_DRAIN_S)
    # Not the usual way out: granian's threads may still hand a closed connection to an interpreter that is being
    # torn down, which ends in a panic on stderr. There is nothing to save.
    os._exit(0)
