"""The commands that print and end."""

from __future__ import annotations

from pathlib import Path

import pytest

import schema
from tests.cli.processes import run_gateway


async def test_schema_prints_the_sdl() -> None:
    """The graph of the settings in the working directory, to standard output."""
    code, printed, said = await run_gateway("schema")

    assert (0, schema.graph.sdl + "\n", "") == (code, printed, said)


async def test_schema_writes_a_file(tmp_path: Path) -> None:
    """With --output nothing is printed."""
    path = tmp_path / "schema.graphql"

    code, printed, _ = await run_gateway("schema", "--output", str(path))

    assert (0, "") == (code, printed)
    assert schema.graph.sdl + "\n" == path.read_text()


async def test_the_version_is_told() -> None:
    """One line, for reports."""
    assert (0, "onehop 0.1.0\n", "") == await run_gateway("--version")


@pytest.mark.parametrize("command", ["dev", "serve", "schema"])
async def test_help_shows_an_example(command: str) -> None:
    """Every command's help has a line to copy."""
    code, printed, _ = await run_gateway(command, "--help", environment={"NO_COLOR": "1"})

    assert 0 == code
    assert f"Example: gateway {command}" in printed


async def test_an_unknown_command_names_the_nearest() -> None:
    """A typing mistake costs one sentence."""
    code, _, said = await run_gateway("serv")

    assert 2 == code
    assert said.startswith('gateway: Unknown command "serv". Did you mean "serve"?')
