"""How the gateway's log lines look: one JSON object a line, or coloured text for a person at a terminal."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog


def configure_logs(*, readable: bool, level: int = logging.INFO) -> None:
    """Configure structlog for this process; called by the ways in, never on import. Lines go to standard error.

    None-valued facts are left out of a line.
    """
    renderer: Any = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty() and not os.environ.get("NO_COLOR"), pad_event_to=0, sort_keys=False
        )
        if readable
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
            _without_nothing,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_nothing(_logger: Any, _method: str, event: Any) -> Any:
    return {name: value for name, value in event.items() if value is not None}
