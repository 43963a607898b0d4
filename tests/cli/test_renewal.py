"""Where the code of a service of `gateway dev` is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.cli.renewal import code_folders
from gateway.vocabulary.settings import ServiceSettings


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ({"handler": "services.users.app.handler"}, ["services/users"]),
        ({"handler": "services.users.handler"}, ["services"]),
        ({"handler": "app.handler"}, []),
        ({"handler": "elsewhere.app.handler"}, []),
        ({"command": ("{python}", "-m", "services.users", "--port", "{port}")}, ["services/users"]),
        ({"command": ("{python}", "-m", "http.server")}, []),
        ({"command": ("node", "main.js")}, []),
        ({"command": ("node", "main.js"), "watch": ("web", "absent", "services")}, ["web", "services"]),
        ({"handler": "services.users.app.handler", "watch": ()}, []),
    ],
)
def test_the_code_is_where_its_module_is_or_where_it_is_said(
    tmp_path: Path, service: dict[str, Any], expected: list[str]
) -> None:
    """Folders that exist, below the working directory; a module that stands in none has none."""
    for folder in ("services/users", "web"):
        (tmp_path / folder).mkdir(parents=True)

    assert [tmp_path / folder for folder in expected] == code_folders(ServiceSettings(**service), tmp_path)
