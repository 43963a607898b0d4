"""The commands and their options; what each does stands in a module of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import App, Parameter

from .. import __version__
from ..vocabulary.errors import SettingsError
from ..vocabulary.settings import Settings
from ..vocabulary.settings_sources import load_settings
from .problems import fail, graph_or_fail

app = App(
    name="gateway",
    version=f"onehop {__version__}",
    help="Onehop: one GraphQL endpoint in front of many microservices.",
    help_format="plaintext",
)

Graph = Annotated[str | None, Parameter(help="Where the graph is, module:attribute; the setting `graph` by default.")]
SettingsFile = Annotated[
    Path | None, Parameter(name="--settings", help="The settings file; gateway.toml here by default.")
]
Host = Annotated[str, Parameter(help="The address to listen on; 0.0.0.0 is all of the machine's.")]
Port = Annotated[int, Parameter(help="The port to listen on.")]


def main() -> None:
    """Run the command that the arguments name; a wrong one ends with one sentence and exit code 2."""
    try:
        app(exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as wrong:
        fail(f"{' '.join(str(wrong).split())} `gateway --help` lists the commands.")
    except KeyboardInterrupt:
        sys.exit(130)


@app.command
def dev(
    graph: Graph = None,
    /,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    reload: Annotated[bool, Parameter(help="Restart the gateway when its code changes.")] = True,
    settings: SettingsFile = None,
) -> None:
    """Run the services of [dev.services], a local Lambda and the gateway, until Ctrl-C.

    Example: gateway dev --port 8080
    """
    from .dev import run_dev  # noqa: PLC0415 - what one command needs, the others need not import

    sys.exit(run_dev(_settings(settings), graph, host, port, settings_file=settings, reload=reload))


@app.command
def serve(
    graph: Graph = None,
    /,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, Parameter(help="How many processes answer; one a core.")] = 1,
    reload: Annotated[bool, Parameter(help="Restart when the code changes; for development.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Serve a graph over HTTP.

    Example: gateway serve schema:graph --host 0.0.0.0 --port 8000 --workers 2
    """
    from .serve import run_serve  # noqa: PLC0415 - as above

    loaded = _settings(settings)
    run_serve(loaded, graph or loaded.graph, host, port, workers=workers, settings_file=settings, reload=reload)


@app.command
def schema(
    graph: Graph = None,
    /,
    *,
    output: Annotated[Path | None, Parameter(help="A file to write instead of standard output.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Print a graph's schema in the schema definition language.

    Example: gateway schema --output schema.graphql
    """
    sdl = graph_or_fail(graph or _settings(settings).graph).sdl + "\n"
    if output is None:
        sys.stdout.write(sdl)
        return
    try:
        output.write_text(sdl)
    except OSError as refused:
        fail(f"--output: cannot write {output}: {refused.strerror}")


def _settings(path: Path | None) -> Settings:
    try:
        return load_settings(path)
    except SettingsError as wrong:
        fail(str(wrong))
