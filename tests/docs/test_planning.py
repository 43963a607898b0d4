"""`docs/planning.md` shows operations, budgets and output that are true."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from gateway.cli.commands import app
from gateway.planning.budget import Budget, read_budgets
from gateway.vocabulary.settings_sources import load_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "planning.md").read_text()
EXAMPLE = ROOT / "docs" / "snippets" / "planning"


def shown(language: str) -> list[str]:
    """The page's blocks of that language."""
    return re.findall(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)


def printed(command: str, directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that the page shows prints in *directory*."""
    monkeypatch.chdir(directory)
    with pytest.raises(SystemExit):
        app(shlex.split(command)[1:], exit_on_error=False, print_error=False)
    return capsys.readouterr().out


def test_the_operation_and_the_budget_shown_are_files() -> None:
    """Both stand in the folder that the tests run."""
    assert [(EXAMPLE / "operations" / "shelf.graphql").read_text()] == shown("graphql")
    assert [(EXAMPLE / "operations" / "hops.toml").read_text()] == shown("toml")


def test_the_output_shown_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command, run in that folder; the last one with the smaller budget that the page tells of."""
    smaller = Path(shutil.copytree(EXAMPLE, tmp_path / "smaller"))
    hops = smaller / "operations" / "hops.toml"
    hops.write_text(hops.read_text().replace("max_hops = 3", "max_hops = 2"))

    blocks = [block.removeprefix("$ ").partition("\n") for block in shown("console")]

    assert 3 == len(blocks)
    for (command, _, output), directory in zip(blocks, (EXAMPLE, EXAMPLE, smaller), strict=True):
        assert output == printed(command, directory, monkeypatch, capsys)


def test_every_limit_has_its_row() -> None:
    """The table of keys is the list of limits."""
    assert set(Budget.__struct_fields__) == set(re.findall(r"`((?:max|allow)_\w+)`(?=[^\n]*\|[^\n]*\|)", PAGE))


def test_the_workflow_runs_the_check_with_settings_that_exist(tmp_path: Path) -> None:
    """Its command is the page's, its variables are settings."""
    (workflow,) = shown("yaml")
    variables = dict(re.findall(r"(GATEWAY_\w+): (\S+)", workflow))
    (tmp_path / "gateway.toml").touch()

    settings = load_settings(tmp_path / "gateway.toml", variables)

    assert "- run: gateway plan --check operations\n" in workflow
    written = tomllib.loads((EXAMPLE / "gateway.toml").read_text())["backends"]
    assert written == {name: backend.address for name, backend in settings.backends.items()}


def test_the_budgets_shown_can_be_read() -> None:
    """Those of the page and of the examples."""
    for file in (EXAMPLE / "operations" / "hops.toml", ROOT / "examples" / "operations" / "hops.toml"):
        assert read_budgets(file.read_text(), str(file)).operations
