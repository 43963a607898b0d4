"""The commands and their options; what each does stands in a module of its own."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import App, Parameter

from .. import __version__
from .problems import fail, graph_or_fail, settings_or_fail
from .serve_arguments import ServeArguments

_UNBROKEN = 1_000
#: What asks for help; so does the command's name alone.
_HELP = frozenset({"--help", "-h"})

app = App(
    name="gateway",
    version=lambda: f"onehop {__version__}",
    help="Onehop: one GraphQL endpoint in front of many microservices.\n\nExample: gateway new shop",
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
    if not sys.stdout.isatty() and not _HELP.isdisjoint(sys.argv[1:] or _HELP):
        from rich.console import Console  # noqa: PLC0415 - for help alone; most commands start sooner without

        # No boxes and no broken lines where nobody sees them as such: a pipe, a file, a log.
        app.help_formatter, app.console = "plain", Console(width=_UNBROKEN)
    try:
        app(exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as wrong:
        fail(f"{' '.join(str(wrong).split())} `gateway --help` lists the commands.")


@app.command
def new(name: Annotated[str, Parameter(help="The project's name, and its folder's.")], /) -> None:
    """Make a project of schema, resolvers and dataloaders, with one service, tests and a Dockerfile.

    Example: gateway new shop
    """
    from .new import run_new  # noqa: PLC0415 - what one command needs, the others need not import

    sys.exit(run_new(name))


@app.command
def dev(
    graph: Graph = None,
    /,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    reload: Annotated[bool, Parameter(help="Restart gateway and services when their code changes.")] = True,
    settings: SettingsFile = None,
) -> None:
    """Run the services of [dev.services], a local Lambda and the gateway, until Ctrl-C.

    Example: gateway dev --port 8080
    """
    from .dev import run_dev  # noqa: PLC0415 - as above

    sys.exit(run_dev(graph, host, port, settings_file=settings, reload=reload))


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

    # Mostly these arguments are read by `read_serve`. Its forks would keep what this process has imported.
    file = None if settings is None else str(settings)
    run_serve(ServeArguments(graph, host, port, workers, reload, file), forks=False)


@app.command
def schema(
    graph: Graph = None,
    /,
    *,
    output: Annotated[Path | None, Parameter(help="A file to write instead of standard output.")] = None,
    check: Annotated[
        Path | None,
        Parameter(help="Compare with the older schema in this file instead. Exit code 1 on breaking changes."),
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Print a graph's schema in the schema definition language, or what has changed since an older one.

    Example: gateway schema --output schema.graphql
    Example: gateway schema --check schema.graphql
    """
    from .schema import check_schema, print_schema  # noqa: PLC0415 - as above

    if output is not None and check is not None:
        fail("expected only one of --output and --check")
    sdl = graph_or_fail(graph or settings_or_fail(settings).graph).sdl + "\n"
    sys.exit(print_schema(sdl, output) if check is None else check_schema(sdl, check))


@app.command
def plan(
    path: Annotated[Path, Parameter(help="A file of operations, or a folder of .graphql and .gql files.")],
    /,
    *,
    graph: Graph = None,
    operation: Annotated[str | None, Parameter(help="The name of the only operation to plan.")] = None,
    variables: Annotated[
        tuple[str, ...],
        Parameter(
            name="--variable",
            negative="",
            show_default=False,
            help="A variable that @skip or @include reads, name=true; by default the dearest of both values counts.",
        ),
    ] = (),
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print JSON.")] = False,
    check: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Compare with hops.toml; exit code 1 when a plan costs more."),
    ] = False,
    update: Annotated[
        bool, Parameter(negative="", show_default=False, help="Write hops.toml with today's figures, unless it exists.")
    ] = False,
    budget: Annotated[Path | None, Parameter(help="Another file than hops.toml beside the operations.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Print what operations will cost: steps, hops and calls. Nothing is called.

    Example: gateway plan examples/operations --check
    """
    from .plan import PlanOptions, run_plan  # noqa: PLC0415 - as above

    loaded = settings_or_fail(settings)
    options = PlanOptions(
        path=path,
        graph=graph or loaded.graph,
        operation=operation,
        variables=variables,
        json=json,
        check=check,
        update=update,
        budget=budget,
    )
    sys.exit(run_plan(loaded, options))


@app.command
def config(
    name: Annotated[str | None, Parameter(help="Only this setting, or all of this table, such as backends.")] = None,
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print JSON.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Print every setting, its value and where it comes from. Secrets are masked.

    Example: gateway config backends
    """
    from .config import run_config  # noqa: PLC0415 - as above

    sys.exit(run_config(settings, name, json=json))


@app.command
def doctor(
    graph: Graph = None,
    /,
    *,
    timeout: Annotated[float, Parameter(help="Seconds that one look at a backend may take.")] = 5.0,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print JSON.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Check settings, graph, backends and credentials, and say what to do. Exit code 1 when something fails.

    Names are resolved and connections opened; a Lambda function is asked whether it could be invoked, and is not.

    Example: gateway doctor --json
    """
    from .doctor import run_doctor  # noqa: PLC0415 - as above

    if not 0 < timeout < math.inf:
        fail(f"--timeout: expected seconds, more than 0, got {timeout:g}")
    sys.exit(run_doctor(settings, graph, timeout_s=timeout, json=json))
