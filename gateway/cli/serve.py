"""`gateway serve`: check everything that can be wrong, then hand over to granian."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from .. import __version__
from ..vocabulary.settings import Settings
from .problems import check_engine, check_port, fail, graph_or_fail

#: Folders whose changes restart nothing.
NOT_WATCHED = (".venv", "node_modules", "console", ".tools", "tests", "docs", ".hypothesis")


def run_serve(
    settings: Settings,
    target: str,
    host: str,
    port: int,
    *,
    workers: int,
    settings_file: Path | None,
    reload: bool,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then let requests under way end.

    Ends with exit code 2 and a sentence when a setting, an address, the graph or the port is wrong.
    """
    if workers < 1:
        fail(f"--workers: expected at least 1, got {workers}")
    check_engine(graph_or_fail(target), settings)
    check_port(host, port)
    # Workers are processes of their own: what they must know travels in the environment.
    os.environ["GATEWAY_GRAPH"] = target
    if settings_file is not None:
        os.environ["GATEWAY_SETTINGS"] = str(settings_file.resolve())
    print(f"onehop {__version__} serves {target} at http://{host}:{port}/graphql", file=sys.stderr)  # noqa: T201
    Granian(
        "gateway.asgi:app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        # A worker that does not end within the time given is killed; granian would wait for ever.
        workers_kill_timeout=max(1, math.ceil(settings.shutdown_s)),
        respawn_failed_workers=not reload,
        reload=reload,
        reload_paths=[Path.cwd()],
        reload_ignore_dirs=NOT_WATCHED,
        # A typing mistake is mended and saved again: it must not end the session.
        reload_ignore_worker_failure=reload,
        process_name=None,
    ).serve()
