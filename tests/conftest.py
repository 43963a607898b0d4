"""For every test: log lines as a server process writes them."""

from __future__ import annotations

import pytest

from gateway.observe.logs import configure_logs


@pytest.fixture(autouse=True)
def logs_of_production() -> None:
    """One JSON object a line, on standard error, whatever the last test chose."""
    configure_logs(readable=False)
