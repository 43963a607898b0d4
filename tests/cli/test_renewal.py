"""Where the code of a service of `gateway dev` is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.cli.http_service import ServiceFailedError
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
        ({"command": ("node", "main.js"), "watch": ("web", "services")}, ["web", "services"]),
        ({"handler": "services.users.app.handler", "watch": ()}, []),
    ],
)
def test_the_code_is_where_its_module_is_or_where_it_is_said(
    tmp_path: Path, service: dict[str, Any], expected: list[str]
) -> None:
    """Folders that exist, below the working directory; a module that stands in none has none."""
    for folder in ("services/users", "web"):
        (tmp_path / folder).mkdir(parents=True)

    assert [tmp_path / folder for folder in expected] == code_folders("users", ServiceSettings(**service), tmp_path)


def test_a_folder_to_watch_that_is_none_is_told(tmp_path: Path) -> None:
    """A typing mistake would else be a service that is never started again."""
    service = ServiceSettings(command=("node", "main.js"), watch=("wbe",))

    with pytest.raises(ServiceFailedError, match="web: watch: expected a folder, got 'wbe'"):
        code_folders("web", service, tmp_path)
