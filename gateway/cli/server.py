"""The server process: granian around `gateway.asgi:app`. Run as `python -m gateway.cli.server`, never by hand.

Workers are forks of this process, so it imports nothing of the application: each worker does so anew, and a reload sees
what was edited.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

#: Folders whose changes restart nothing.
_NOT_WATCHED = (".venv", "node_modules", "console", ".tools", "tests", "docs", ".hypothesis")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What the server process is told; *kill_after_s* is how long a worker may take to end."""

    host: str
    port: int
    workers: int
    kill_after_s: int
    reload: bool


def server_command(options: ServerOptions) -> list[str]:
    """The command that serves with *options*."""
    return [sys.executable, "-m", "gateway.cli.server", msgspec.json.encode(asdict(options)).decode()]


def serve(options: ServerOptions) -> None:
    """Serve until SIGTERM or Ctrl-C, then let requests under way end."""
    Granian(
        "gateway.asgi:app",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        # Without a limit granian waits for ever, for instance for a client that does not read.
        workers_kill_timeout=options.kill_after_s,
        respawn_failed_workers=not options.reload,
        reload=options.reload,
        reload_paths=[Path.cwd()],
        reload_ignore_dirs=_NOT_WATCHED,
        # A typing mistake is mended and saved again: it must not end the session.
        reload_ignore_worker_failure=options.reload,
    ).serve()


if __name__ == "__main__":
    serve(msgspec.json.decode(sys.argv[1], type=ServerOptions))
