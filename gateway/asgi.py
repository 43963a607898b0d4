"""`gateway.asgi:app`: the ASGI application of this process, from its settings. What an ASGI server is given."""

from __future__ import annotations

from .application.garbage import nothing_collected

with nothing_collected():
    from .application.importing import import_graph
    from .application.starting import start_application
    from .vocabulary.settings_sources import load_settings

_settings = load_settings()

app = start_application(import_graph(_settings.graph), _settings)
