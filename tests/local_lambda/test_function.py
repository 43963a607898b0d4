"""What a function may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.local_lambda import Function


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"handler": "app"}, "handler"),
        ({"handler": "app:run.it"}, "handler"),
        ({"workers": 0}, "workers"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": 901}, "timeout_s"),
        ({"init_timeout_s": 0}, "init_timeout_s"),
        ({"memory_mb": 127}, "memory_mb"),
    ],
)
def test_bounds(fields, named):
    """A field outside what Lambda accepts fails when the function is declared, by name and with its value."""
    (value,) = fields.values()

    with pytest.raises(ValueError, match=rf"Function\.{named}: expected .*, got {value!r}"):
        Function(**{"name": "users", "handler": "app.run", **fields})


@pytest.mark.parametrize("handler", ["services.users.app.handler", "services.users.app:handler"])
def test_handler_forms(handler):
    """A handler is written with a dot, as on Lambda, or with a colon, as servers do."""
    assert Function("users", handler).dotted_handler == "services.users.app.handler"


def test_root_defaults_to_the_current_directory(tmp_path, monkeypatch):
    """Without a directory workers run where this process runs."""
    monkeypatch.chdir(tmp_path)

    assert tmp_path.resolve() == Function("users", "app.run").root
    assert Path("/") == Function("users", "app.run", directory=Path("/")).root


def test_repr_hides_the_environment():
    """Values of the environment, which may be secret, are not printed."""
    assert "hunter2" not in repr(Function("users", "app.run", environment={"PASSWORD": "hunter2"}))
