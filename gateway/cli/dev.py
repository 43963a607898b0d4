"""`gateway dev`: services, local Lambda and gateway, started in order, told in one table, ended together."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from .. import __version__
from ..vocabulary.settings import ServiceSettings, Settings
from .child import Child
from .functions import start_functions
from .http_service import HttpService, Place, ServiceFailedError, answers
from .ports import free_port
from .problems import check_host, check_port, fail, graph_or_fail, settings_with_sources_or_fail
from .renewal import code_folders
from .running import Running
from .table import print_table, working

_START_S = 30.0
_POLL_S = 0.05
_COLOURS = ("cyan", "magenta", "green", "yellow", "blue")


@dataclass(frozen=True, slots=True)
class DevOptions:
    """What the command line says."""

    graph: str
    host: str
    port: int
    settings_file: Path | None
    reload: bool


def run_dev(graph: str | None, host: str, port: int, *, settings_file: Path | None, reload: bool) -> int:
    """Run until Ctrl-C or SIGTERM, and give the exit code: 0, or 2 when something did not start."""
    settings, sources = settings_with_sources_or_fail(settings_file)
    check_host(host, replace(settings, mode="development"))
    check_port(host, port)
    options = DevOptions(graph or settings.graph, host, port, settings_file, reload)
    placed = {
        name: (backend.address, sources[f"backends.{name}.address"])
        for name, backend in settings.backends.items()
        if backend.address
    }
    wanting = set(graph_or_fail(options.graph).backends) - set(placed)
    return asyncio.run(_run(settings, options, Running(wanting, placed, _code_of(settings.dev.services))))


async def _run(settings: Settings, options: DevOptions, running: Running) -> int:
    console, stop = Console(stderr=True, highlight=False, soft_wrap=True), asyncio.Event()
    _on_signals(stop, running)
    async with AsyncExitStack() as stack:
        prefix = f"onehop-dev-{os.getpid()}-"
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True))
        starting = asyncio.create_task(_start(settings, options, Place("127.0.0.1", state), running, stack, console))
        told = asyncio.create_task(stop.wait())
        with working(console, "starting services and gateway"):
            await asyncio.wait([starting, told], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not starting.done():
            await _cancelled(starting)
        elif isinstance(failure := starting.exception(), ServiceFailedError):
            await stack.aclose()
            fail(str(failure))
        else:
            gateway = starting.result()
            _tell(console, running, options)
            if options.reload:
                renewing = asyncio.create_task(running.renewal.run(partial(console.print, markup=False)))
                # Before the services are stopped: nothing may start one again then.
                stack.push_async_callback(_cancelled, renewing)
            code = await _first_of(stop, gateway)
            console.print("stopping" if stop.is_set() else f"the gateway ended with code {code}")
    return 0 if stop.is_set() else code


def _code_of(services: Mapping[str, ServiceSettings]) -> dict[str, list[Path]]:
    """Where the code of each of *services* is: looked for before any starts, since `watch` may be wrong."""
    try:
        return {name: code_folders(name, service, Path.cwd()) for name, service in services.items()}
    except ServiceFailedError as wrong:
        fail(str(wrong))


async def _start(  # noqa: PLR0917 - what starting needs
    settings: Settings, options: DevOptions, place: Place, running: Running, stack: AsyncExitStack, console: Console
) -> Child:
    """Start everything in order, and give the gateway's process once it is ready."""
    await _start_services(settings, place, running, stack, console)
    gateway = await _start_gateway(options, running, stack, console)
    await _wait_until_ready(gateway, options)
    return gateway


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel *tasks* and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _on_signals(stop: asyncio.Event, running: Running) -> None:
    """The first signal asks everything to end, the second one ends it."""

    def told() -> None:
        if stop.is_set():
            for kill in running.killers:
                kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told)


async def _start_services(
    settings: Settings, place: Place, running: Running, stack: AsyncExitStack, console: Console
) -> None:
    services = settings.dev.services
    says = {name: _sayer(console, name, _COLOURS[number % len(_COLOURS)]) for number, name in enumerate(services)}
    functions = {name: service for name, service in services.items() if service.handler}
    if functions:
        await start_functions(functions, place, running, stack, says)
    http_services = [
        HttpService(name, service, service.port or free_port(), place, says[name])
        for name, service in services.items()
        if service.command
    ]

    async def stop_all() -> None:
        await asyncio.gather(*(http.stop() for http in http_services))

    stack.push_async_callback(stop_all)
    running.killers += [http.kill for http in http_services]
    try:
        async with asyncio.TaskGroup() as group:
            for http in http_services:
                group.create_task(http.start())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    keepers = [asyncio.create_task(http.keep_running()) for http in http_services]
    # Before the services are stopped: nothing may start one again then.
    stack.push_async_callback(_cancelled, *keepers)
    for http in http_services:
        running.rows.append((http.name, "HTTP service", http.address, str(http.pid)))
        running.give_address(http.name, http.address)
        running.renewal.add(running.code[http.name], http.renew, says[http.name])


async def _start_gateway(options: DevOptions, running: Running, stack: AsyncExitStack, console: Console) -> Child:
    command = [sys.executable, "-m", "gateway.cli", "serve", options.graph]
    command += ["--host", options.host, "--port", str(options.port)]
    command += ["--reload"] if options.reload else []
    command += ["--settings", str(options.settings_file)] if options.settings_file else []
    environment = {
        **running.environment,
        "GATEWAY_MODE": "development",
        "GATEWAY_IDENTITY__DEVELOPMENT_HEADER": "true",
    }
    gateway = await Child.start(command, environment, lambda line: console.print(Text.from_ansi(line)))
    stack.push_async_callback(gateway.stop)
    running.killers.append(gateway.kill)
    address = f"http://{options.host}:{options.port}/graphql"
    running.rows.append(("gateway", options.graph, address, str(gateway.pid)))
    return gateway


async def _wait_until_ready(gateway: Child, options: DevOptions) -> None:
    url = f"http://{options.host}:{options.port}/readyz"
    try:
        async with asyncio.timeout(_START_S):
            while not await answers(url):
                if gateway.exit_code is not None:
                    raise ServiceFailedError("the gateway did not start; its own words stand above")
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise ServiceFailedError(f"gateway: {url} did not answer within {_START_S:g} s") from None


async def _first_of(stop: asyncio.Event, gateway: Child) -> int:
    """Wait for a signal or the gateway's end; its exit code, 0 when a signal came first."""
    told, ended = asyncio.create_task(stop.wait()), asyncio.create_task(gateway.wait())
    await asyncio.wait([told, ended], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if ended.done():
        return ended.result()
    ended.cancel()
    return 0


def _tell(console: Console, running: Running, options: DevOptions) -> None:
    console.print(Text(f"onehop {__version__}", style="bold"))
    print_table(console, ("name", "what", "where", "pid"), running.rows)
    for note in running.notes:
        console.print(Text(note, style="yellow"))
    console.print(f"Open http://{options.host}:{options.port}/graphql in a browser. Ctrl-C stops everything.")


def _sayer(console: Console, name: str, colour: str) -> Callable[[str], None]:
    def say(line: str) -> None:
        console.print(Text.assemble((f"{name} | ", colour), Text.from_ansi(line)))

    return say
