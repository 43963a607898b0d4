"""How a command fails: one clear sentence on standard error and exit code 2; no traceback for a wrong setting."""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

from ..application.engine import Engine
from ..application.importing import import_graph, print_import_error
from ..declare.graph import Graph
from ..vocabulary.dangers import danger_of_host
from ..vocabulary.errors import DeclarationError, SettingsError
from ..vocabulary.settings import Settings
from ..vocabulary.settings_sources import load_settings, load_settings_with_sources

EXIT_CODE = 2

# Somebody listens there already, or only root may; whatever else is refused is the host.
_OF_A_PORT: Final = frozenset({errno.EADDRINUSE, errno.EACCES})


def fail(sentence: str) -> NoReturn:
    """End the command with *sentence*."""
    print(f"gateway: {sentence}", file=sys.stderr)  # noqa: T201 - the command's own output
    raise SystemExit(EXIT_CODE)


def settings_or_fail(file: Path | None) -> Settings:
    """The settings of *file*, by default those of the working directory, and of the environment."""
    try:
        return load_settings(file)
    except SettingsError as wrong:
        fail(str(wrong))


def settings_with_sources_or_fail(file: Path | None) -> tuple[Settings, Mapping[str, str]]:
    """The same settings, and for each dotted name its source."""
    try:
        return load_settings_with_sources(file)
    except SettingsError as wrong:
        fail(str(wrong))


def graph_or_fail(target: str, *, serves: bool = False) -> Graph:
    """The graph that *target* names; an error of the application's own code keeps its traceback.

    What the application prints while it is imported is not what a command was asked for: it goes to standard error.
    Where this process *serves*, standard output is the application's, which may keep it for its log.
    """
    try:
        with contextlib.nullcontext() if serves else contextlib.redirect_stdout(sys.stderr):
            return import_graph(target)
    except (SettingsError, DeclarationError) as wrong:
        fail(str(wrong))
    except Exception as raised:  # noqa: BLE001 - shown: the fault is in code that is not ours
        print_import_error(raised)
        fail(f"graph: importing {target} raised the error above")


def check_engine(graph: Graph, settings: Settings) -> None:
    """Open an engine once, so that a missing or wrong address is told before anything runs."""
    try:
        # Not with what `graph.app` makes: it may hold threads and connections, which are for processes that serve.
        Engine(graph, settings, app=())
    except SettingsError as wrong:
        fail(str(wrong))


def check_host(host: str, settings: Settings) -> None:
    """See that what *settings* show may be shown to whoever reaches *host*."""
    danger = danger_of_host(settings, host)
    if danger is not None:
        fail(f"--host: {danger}")


def check_port(host: str, port: int) -> None:
    """See that *host* and *port* can be listened on."""
    if not 1 <= port <= 65_535:  # noqa: PLR2004 - RFC 9293: sixteen bits, 0 is none
        fail(f"--port: expected a number from 1 to 65535, got {port}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # A port that was used a moment ago is free; one that somebody listens on is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as refused:
        option = "--port" if refused.errno in _OF_A_PORT else "--host"
        fail(f"cannot listen on {host}:{port}: {refused.strerror or refused}; choose another with {option}")
