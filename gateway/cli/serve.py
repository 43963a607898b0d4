"""`gateway serve`: check everything that can be wrong, then become the server process.

Its workers are forks, which go on from the application as it was imported for the checks: nobody waits for a second
import, and the memory that it takes is shared.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from .. import __version__
from ..application.garbage import spare_what_lives
from ..application.starting import start_application
from .problems import check_engine, check_host, check_port, fail, graph_or_fail, settings_or_fail
from .serve_arguments import ServeArguments
from .server import ServerOptions, serve, server_command

_FORKS: Final = sys.platform == "linux"


def run_serve(arguments: ServeArguments, *, forks: bool = True) -> None:
    """Serve until SIGTERM or Ctrl-C, then let requests under way end.

    Ends with exit code 2 and a sentence when a setting, an address, the graph or the port is wrong. Without *forks* a
    process that has imported nothing becomes the server, and each worker imports the graph.
    """
    host, port, workers = arguments.host, arguments.port, arguments.workers
    settings_file = None if arguments.settings is None else Path(arguments.settings)
    settings = settings_or_fail(settings_file)
    target = arguments.graph or settings.graph
    if workers < 1:
        fail(f"--workers: expected at least 1, got {workers}")
    check_host(host, settings)
    before = _open_descriptors()
    graph = graph_or_fail(target, serves=True)
    check_engine(graph, settings)
    opened = _open_descriptors() - before
    check_port(host, port)
    print(f"onehop {__version__} serves {target} at http://{host}:{port}/graphql", file=sys.stderr, flush=True)  # noqa: T201
    kill_after_s = max(1, math.ceil(settings.shutdown_s))
    watched = application_paths(Path.cwd(), sys.modules.values()) if arguments.reload else ()
    subscriptions = settings.subscriptions.max_open
    options = ServerOptions(host, port, workers, kill_after_s, settings.idle_timeout_s, subscriptions, watched)
    if arguments.reload or opened or not (forks and _may_be_forked()):
        _start_anew(options, target, settings_file)
    # Again, before the forks: a collection writes to all that it looks at, and what is written to is no longer shared.
    spare_what_lives()
    serve(options, partial(start_application, graph, settings))


def _may_be_forked() -> bool:
    """Whether a fork has all that this process has: it lacks the threads that importing the application started."""
    return _FORKS and multiprocessing.get_start_method() == "fork" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208


def _open_descriptors() -> set[str]:
    """What is open now. Forks would share what an import has opened: two workers, one connection to a database."""
    return set(os.listdir("/proc/self/fd")) if _FORKS else set()  # noqa: PTH208 - numbers, not paths


def _start_anew(options: ServerOptions, target: str, settings_file: Path | None) -> NoReturn:
    """Put a server in place of this process that has imported nothing, so that each worker imports by itself."""
    # What workers must know travels in the environment.
    told = {"GATEWAY_GRAPH": target}
    if settings_file is not None:
        told["GATEWAY_SETTINGS"] = str(settings_file.resolve())
    command = server_command(options)
    os.execve(command[0], command, {**os.environ, **told})  # noqa: S606 - no shell is wanted


def application_paths(root: Path, modules: Iterable[object]) -> tuple[str, ...]:
    """The folders and files directly below *root* that *modules* come from: where a change of code matters.

    Installed packages are left out, wherever they are.
    """
    paths = set()
    for module in list(modules):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and Path(file).is_relative_to(root) and "site-packages" not in file:
            paths.add(str(root / Path(file).relative_to(root).parts[0]))
    return tuple(sorted(paths))
