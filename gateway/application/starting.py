"""Making the application of a process that serves, once everything it is made of is imported."""

from __future__ import annotations

from ..declare.graph import Graph
from ..observe.logs import configure_logs
from ..vocabulary.settings import Settings
from . import site as _site  # noqa: F401 - a server needs it at once, and its workers share what came before them
from .app import GatewayApp
from .engine import Engine
from .garbage import spare_what_lives


def start_application(graph: Graph, settings: Settings) -> GatewayApp:
    """The ASGI application over *graph*; log lines and garbage collection of this process become a server's."""
    configure_logs(readable=settings.mode == "development")
    app = GatewayApp(Engine(graph, settings))
    spare_what_lives()
    return app
