"""`gateway serve`: check everything that can be wrong, then become the server process."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from .. import __version__
from ..vocabulary.settings import Settings
from .problems import check_engine, check_host, check_port, fail, graph_or_fail
from .server import ServerOptions, server_command


def run_serve(
    settings: Settings,
    target: str,
    host: str,
    port: int,
    *,
    workers: int,
    settings_file: Path | None,
    reload: bool,
) -> NoReturn:
    """Serve until SIGTERM or Ctrl-C, then let requests under way end.

    Ends with exit code 2 and a sentence when a setting, an address, the graph or the port is wrong.
    """
    if workers < 1:
        fail(f"--workers: expected at least 1, got {workers}")
    check_host(host, settings)
    check_engine(graph_or_fail(target), settings)
    check_port(host, port)
    # Workers are processes of their own: what they must know travels in the environment.
    told = {"GATEWAY_GRAPH": target}
    if settings_file is not None:
        told["GATEWAY_SETTINGS"] = str(settings_file.resolve())
    print(f"onehop {__version__} serves {target} at http://{host}:{port}/graphql", file=sys.stderr, flush=True)  # noqa: T201
    kill_after_s = max(1, math.ceil(settings.shutdown_s))
    watched = application_paths(Path.cwd(), sys.modules.values()) if reload else ()
    command = server_command(ServerOptions(host, port, workers, kill_after_s, settings.idle_timeout_s, watched))
    # In place of this process, which has imported the application for the checks.
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
