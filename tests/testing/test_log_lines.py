"""Log lines as a test reads them."""

from __future__ import annotations

import logging

import pytest

from gateway.observe.logs import configure_logs, log
from gateway.testing import captured_logs


def test_a_test_reads_what_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Facts as they were given, whatever the level; nothing is written meanwhile."""
    configure_logs(readable=False, level=logging.ERROR)
    with captured_logs() as lines:
        log.info("call", keys=2, error=None)
    log.info("not wanted")

    assert [{"event": "call", "level": "info", "keys": 2, "error": None}] == lines
    assert "" == capsys.readouterr().err
