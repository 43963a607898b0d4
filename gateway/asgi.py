"""`gateway.asgi:app`: the ASGI application of this process, from its settings. What granian runs."""

from __future__ import annotations

from .application.app import create_app
from .application.engine import Engine
from .application.importing import import_graph
from .observe.logs import configure_logs
from .vocabulary.settings_sources import load_settings

_settings = load_settings()
configure_logs(readable=_settings.mode == "development")

app = create_app(Engine(import_graph(_settings.graph), _settings))
