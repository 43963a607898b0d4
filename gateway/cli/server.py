"""The server process: granian around the application. `gateway serve` becomes it.

Workers are forks of it. Run as `python -m gateway.cli.server` it imports nothing of the application: each worker does
so anew, and a reload sees what was edited.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from ..local_lambda.die_with_parent import die_with
from .scheduling import finish_before_switching

#: Connections that the workers together serve at one time, as many as granian does unless told.
_CONNECTIONS: Final = 1024
#: The exit code of a worker whose application is wrong, as the commands have it.
_WRONG: Final = 2


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What the server process is told.

    *kill_after_s* is how long a worker may take to end, *idle_timeout_s* how long a connection may be silent between
    requests, *subscriptions* how many a worker may have open. Changes in *reload_paths* start the workers anew; with
    none given nothing does.
    """

    host: str
    port: int
    workers: int
    kill_after_s: int
    idle_timeout_s: float
    subscriptions: int = 0
    reload_paths: tuple[str, ...] = ()


def server_command(options: ServerOptions) -> list[str]:
    """The command that serves with *options*."""
    return [sys.executable, "-m", "gateway.cli.server", msgspec.json.encode(asdict(options)).decode()]


def serve(options: ServerOptions, make_app: Callable[[], Any]) -> None:
    """Serve until SIGTERM or Ctrl-C, then let requests under way end. *make_app* is called in each worker."""
    reloads = bool(options.reload_paths)
    _allow_files()
    finish_before_switching()
    server = Granian(
        "gateway.asgi:app",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        loop=Loops.uvloop,
        # Where granian must find out the version itself, a connection that never says a word stays open for ever.
        http=HTTPModes.http1,
        # It bounds the wait for a request's headers, thus also for the next request of an open connection.
        http1_settings=HTTP1Settings(header_read_timeout=round(options.idle_timeout_s * 1000)),
        websockets=False,
        # Each worker's share of what a server has, and beside it the places of those who stay: without these, some
        # hundred listeners would keep everybody else waiting.
        backpressure=max(1, _CONNECTIONS // options.workers) + options.subscriptions,
        log_level=LogLevels.warning,
        log_access=False,
        # Without a limit granian waits for ever, for instance for a client that does not read.
        workers_kill_timeout=options.kill_after_s,
        respawn_failed_workers=not reloads,
        reload=reloads,
        reload_paths=[Path(path) for path in options.reload_paths],
        # A typing mistake is mended and saved again: it must not end the session.
        reload_ignore_worker_failure=reloads,
    )
    server.serve(target_loader=partial(_in_worker, os.getpid(), make_app), wrap_loader=False)


def _allow_files() -> None:
    """As many files as the machine grants: the soft limit, 1,024 mostly, is fewer than the connections of a worker."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _in_worker(server_pid: int, make_app: Callable[[], Any]) -> Any:
    """The application of a worker, which ends when it is told to or its server is gone."""
    # Inherited from granian, which only notes a signal: a worker told to end while it loads would not hear it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        # A server that is killed cannot end its workers: they would go on listening.
        die_with(server_pid)
    return make_app()


def _imported_app(*, reloads: bool) -> Any:
    """The application that the environment describes; what is wrong with it is told as `gateway serve` tells it."""
    from ..vocabulary.errors import DeclarationError, SettingsError  # noqa: PLC0415 - as below

    try:
        from ..asgi import app  # noqa: PLC0415 - never in the server process, whose forks would inherit it
    except (DeclarationError, SettingsError) as wrong:
        _say(f"gateway: {wrong}")
    except Exception as raised:  # noqa: BLE001 - shown: the fault is in code that is not ours
        from ..application.importing import print_import_error  # noqa: PLC0415 - as below

        print_import_error(raised)
    else:
        return app
    if reloads:
        _say("gateway: nothing is served until the code is changed again")
    raise SystemExit(_WRONG)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the command's own output


if __name__ == "__main__":
    _options = msgspec.json.decode(sys.argv[1], type=ServerOptions)
    serve(_options, partial(_imported_app, reloads=bool(_options.reload_paths)))
