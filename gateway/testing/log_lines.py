"""The gateway's log lines, for tests that look at them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..observe.logs import facts_of, log


@contextmanager
def captured_logs() -> Iterator[list[dict[str, Any]]]:
    """What is logged meanwhile, `[{"event": "call", "level": "info", "keys": 10, ...}]`, unwritten."""
    logger = log.logger
    before = logger.handlers, logger.level, logger.propagate
    kept = _Kept()
    logger.handlers, logger.propagate = [kept], False
    logger.setLevel(logging.INFO)
    try:
        yield kept.lines
    finally:
        logger.handlers, level, logger.propagate = before
        logger.setLevel(level)


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append({"event": record.getMessage(), "level": record.levelname.lower(), **facts_of(record)})
