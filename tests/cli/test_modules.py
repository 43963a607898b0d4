"""Whether a service's module is there is found out without running it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gateway.cli.modules import module_exists, module_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users.app", True),
        ("users", True),
        ("users.none", False),
        ("none.app", False),
        ("", False),
        ("lacking.app", True),
        ("failing.app", True),
        ("json.decoder", True),
    ],
)
def test_a_module_is_looked_for_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: bool
) -> None:
    """It need not run; a package whose own code fails is there, and tells so when it runs."""
    for package, code in {"users": "", "lacking": "import no_such_package", "failing": "1 / 0"}.items():
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(code)
        (tmp_path / package / "app.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    try:
        assert expected == module_exists(name)
    finally:
        for package in ("users", "lacking", "failing"):
            sys.modules.pop(package, None)


@pytest.mark.parametrize("handler", ["users.app.handler", "users.app:handler"])
def test_a_handler_is_written_in_two_ways(handler: str) -> None:
    """As AWS writes it, and as `local:` addresses do."""
    assert "users.app" == module_of(handler)
