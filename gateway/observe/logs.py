"""The gateway's log lines: an event and its facts, as one JSON object, or as coloured text for a person at a terminal.

They are records of the standard library's logger `gateway`, whose `facts` is a mapping: an application that gives that
logger a handler has them in a form of its own, too. A library for structured logs would cost every start more time than
all of the gateway's own modules.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_COLOURS: Final = {"info": "\x1b[32m", "warning": "\x1b[33m", "error": "\x1b[31m"}
_BOLD, _DIM, _NAME, _VALUE, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[35m", "\x1b[0m"


class Log:
    """Events with facts, on a logger."""

    def __init__(self, logger: logging.Logger) -> None:
        """Log to *logger*."""
        self.logger = logger

    def info(self, event: str, **facts: Any) -> None:
        """Say what happened as it should."""
        if self.logger.isEnabledFor(logging.INFO):
            self.logger.info(event, extra={"facts": facts})

    def warning(self, event: str, **facts: Any) -> None:
        """Say what went wrong elsewhere."""
        if self.logger.isEnabledFor(logging.WARNING):
            self.logger.warning(event, extra={"facts": facts})

    def error(self, event: str, **facts: Any) -> None:
        """Say what somebody has to look at."""
        if self.logger.isEnabledFor(logging.ERROR):
            self.logger.error(event, extra={"facts": facts})


#: The one of this process.
log: Final = Log(logging.getLogger("gateway"))


def configure_logs(*, readable: bool, level: int = logging.INFO) -> None:
    """Choose the form of this process's lines; called by the ways in, never on import. They go to standard error.

    None-valued facts are left out of a line. Handlers that an application has given the logger stay beside it.
    """
    # Python's own `dictConfig` silences every logger that it is not told of.
    log.logger.disabled = False
    handler = _ToStandardError()
    handler.setFormatter(_TextFormatter() if readable else _JsonFormatter())
    theirs = [known for known in log.logger.handlers if not isinstance(known, _ToStandardError)]
    log.logger.handlers = [*theirs, handler]
    log.logger.propagate = False
    log.logger.setLevel(level)


def facts_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """What came with the event; a record of somebody else's has none."""
    facts: Mapping[str, Any] = getattr(record, "facts", {})
    return facts


class _ToStandardError(logging.Handler):
    """Writes to what is standard error at the moment, each line in one piece."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a line that cannot be written must not fail what it tells of
            self.handleError(record)


class _JsonFormatter(logging.Formatter):
    """For machines, with the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        about = {"event": record.getMessage(), "level": record.levelname.lower(), "timestamp": when}
        return json.dumps({**_without_nothing(facts_of(record)), **about}, default=repr)


class _TextFormatter(logging.Formatter):
    """For a person, with the time of the person's clock."""

    def format(self, record: logging.LogRecord) -> str:
        now = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
        facts = _without_nothing(facts_of(record))
        return text_line(now, record.getMessage(), record.levelname.lower(), facts, colours=colours)


def text_line(now: str, event: str, level: str, facts: Mapping[str, Any], *, colours: bool) -> str:
    """`18:44:46 [info     ] call loader=users.user_by_id keys=10`; an exception's text follows below."""
    paint = _painted if colours else _unpainted
    parts = [paint(now, _DIM), f"[{paint(f'{level:<9}', _COLOURS.get(level, '') + _BOLD)}]", paint(event, _BOLD)]
    parts += [
        f"{paint(name, _NAME)}={paint(_shown(value), _VALUE)}" for name, value in facts.items() if name != "exception"
    ]
    line = " ".join(parts)
    return f"{line}\n{facts['exception']}" if "exception" in facts else line


def _shown(value: object) -> str:
    # What a client sent may hold what would move the cursor, or look like the next fact.
    is_plain = isinstance(value, str) and value.isprintable() and not set(value) & {" ", "=", '"', "'"}
    return str(value) if is_plain else repr(value)


def _painted(text: str, colour: str) -> str:
    return f"{colour}{text}{_PLAIN}"


def _unpainted(text: str, _colour: str) -> str:
    return text


def _without_nothing(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
