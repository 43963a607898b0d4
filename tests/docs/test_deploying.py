"""`docs/deploying.md` names settings, options, paths and a handler that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from gateway import aws_lambda
from gateway.cli.commands import app
from gateway.vocabulary.settings_sources import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "deploying.md").read_text()


def test_the_variables_shown_are_settings(tmp_path: Path) -> None:
    """Each gives a backend its address."""
    (tmp_path / "gateway.toml").touch()
    variables = dict(re.findall(r"(GATEWAY_\w+)=(\S+?)[`\s]", PAGE))

    settings = load_settings(tmp_path / "gateway.toml", variables)

    assert {"users": "lambda:users-prod", "books": "https://books.internal"} == {
        name: backend.address for name, backend in settings.backends.items()
    }


def test_the_command_shown_has_these_options() -> None:
    """It is parsed as it stands."""
    (options,) = re.findall(r"gateway (serve --.+)", PAGE)

    _, bound, _ = app.parse_args(shlex.split(options), exit_on_error=False, print_error=False)

    assert {"host": "0.0.0.0", "port": 8000, "workers": 2} == bound.arguments


def test_the_handler_and_the_section_named_exist() -> None:
    """What is linked and called is there."""
    assert "`gateway.aws_lambda.handler`" in PAGE
    assert callable(aws_lambda.create_handler)
    assert "## `gateway serve`: production" in (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
