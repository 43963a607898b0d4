"""Opening the clients of a graph's backends: from settings to one client a backend, no socket yet."""

from __future__ import annotations

from collections.abc import Mapping

from ..backends.address import parse_address, scheme_of
from ..backends.client import BackendClient
from ..backends.options import WireOptions
from ..backends.transport import open_wire
from ..backends.wire import Wire
from ..declare.graph import Graph
from ..vocabulary.errors import SettingsError
from ..vocabulary.nearest import did_you_mean
from ..vocabulary.settings import BackendSettings, Settings


def open_clients(graph: Graph, settings: Settings, wires: Mapping[str, Wire]) -> dict[str, BackendClient]:
    """A client for each backend of *graph*, over the wire that *wires* gives it or its address says.

    Raises:
        SettingsError: backends have no address or a wrong one, or addresses belong to no backend: a line for each.
    """
    strangers = [name for name in dict.fromkeys((*settings.backends, *wires)) if name not in graph.backends]
    problems = [
        f"backends.{name}: the graph has no such backend{did_you_mean(name, graph.backends)}" for name in strangers
    ]
    clients = {}
    for name in graph.backends:
        configured = settings.backends.get(name) or BackendSettings()
        try:
            wire = wires.get(name) or open_backend(name, configured, settings)
        except SettingsError as wrong:
            problems.append(str(wrong))
        else:
            clients[name] = BackendClient(name, wire, timeout_s=configured.timeout_s, headers=configured.headers)
    if problems:
        raise SettingsError("\n".join(problems))
    return clients


def invoked_backends(settings: Settings) -> dict[str, bool]:
    """Whether each call of a backend invokes a Lambda function, for the backends that have an address."""
    return {
        name: scheme_of(configured.address) == "lambda"
        for name, configured in settings.backends.items()
        if configured.address
    }


def _of_dev(name: str, settings: Settings) -> str:
    """What `gateway dev` would do about an address, or, where it runs, could be told to."""
    if name in settings.dev.services:
        return "`gateway dev` gives it its service's when it starts; or "
    if settings.mode != "development":
        return ""
    services = f"; there is {', '.join(settings.dev.services)}" if settings.dev.services else ""
    return f"declare the service that `gateway dev` runs as [dev.services.{name}]{services}; or "


def open_backend(name: str, configured: BackendSettings, settings: Settings) -> Wire:
    """The wire that the address of *configured* says.

    Raises:
        SettingsError: there is no address or a wrong one, or what it needs is missing.
    """
    if not configured.address:
        raise SettingsError(
            f"backends.{name}: expected an address, got none; {_of_dev(name, settings)}set it in gateway.toml or as"
            f" GATEWAY_BACKENDS__{name.upper()}, such as http://127.0.0.1:8101 or lambda:{name}"
        )
    try:
        address = parse_address(configured.address)
    except ValueError as wrong:
        raise SettingsError(f"backends.{name}: {wrong}") from wrong
    options = WireOptions(
        engine=configured.engine,
        max_connections=configured.max_connections,
        max_response_bytes=configured.max_response_bytes,
        connect_timeout_s=configured.connect_timeout_s,
        idle_timeout_s=configured.idle_timeout_s,
        lambda_endpoint=settings.aws.lambda_endpoint,
        lambda_region=settings.aws.region,
    )
    return open_wire(name, address, options)
