"""The commands that print and end."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

import schema
from gateway.cli.commands import app
from tests.cli.processes import ROOT, run_gateway


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


async def test_what_a_graph_prints_is_no_output(tmp_path: Path) -> None:
    """Whatever it says while it is imported goes to standard error: a schema and a plan's JSON stay what they are."""
    (tmp_path / "loud.py").write_text(
        "import strawberry, gateway\n"
        "print('connected to the database')\n"
        "@strawberry.type\nclass Query:\n    hello: str = 'world'\n"
        "graph = gateway.graph(query=Query)\n"
    )
    (tmp_path / "hello.graphql").write_text("query Hello {hello}")

    sdl = await run_gateway("schema", "loud:graph", directory=tmp_path)
    plan = await run_gateway("plan", "hello.graphql", "--graph", "loud:graph", "--json", directory=tmp_path)
    served = await run_gateway("serve", "loud:graph", "--port", "0", directory=tmp_path)

    assert (0, "type Query {\n  hello: String!\n}\n", "connected to the database\n") == sdl
    assert ["Hello"] == [each["name"] for each in json.loads(plan[1])]
    assert (0, "connected to the database\n") == (plan[0], plan[2])
    # What serves has no output of its own: there it is the application's.
    assert (2, "connected to the database\n") == served[:2]


async def test_the_version_is_told() -> None:
    """One line, for reports."""
    assert (0, "onehop 0.1.0\n", "") == await run_gateway("--version")


COMMANDS = [name for name in app if not name.startswith("-")]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str, capsys) -> None:
    """Every command's help has a line to copy."""
    app([command, "--help"], result_action="return_value")

    assert re.search(rf"^Example: gateway {command}\b", capsys.readouterr().out, re.MULTILINE)


async def test_help_is_plain_where_there_is_no_terminal() -> None:
    """One command a line, no boxes; each has its line."""
    code, printed, said = await run_gateway("--help")

    assert (0, "") == (code, said)
    assert printed.isascii()
    assert "Example: gateway new shop" in printed.splitlines()
    assert set(COMMANDS) <= {line.strip().partition(":")[0] for line in printed.splitlines()}


def in_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command shows to a person."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gateway.cli", *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    variables |= {"TERM": "xterm-256color", "COLUMNS": "100"} | environment
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=theirs, stderr=theirs, stdin=theirs) as process:
        os.close(theirs)
        shown = b""
        # Linux tells the end of a terminal by an error.
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 65_536):
                shown += chunk
        process.wait(30)
    os.close(ours)
    return shown.decode()


def test_a_terminal_gets_a_table_in_colour() -> None:
    """Headings and rules, findings in their colours, and a line that moves meanwhile."""
    shown = in_a_terminal("doctor")

    assert {"versions", "found", "to", "do"} <= set(re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", " ", shown).split())
    assert "\x1b[32mok" in shown
    assert "looking at settings, graph and backends" in shown


def test_no_color_is_obeyed() -> None:
    """The same table, without colours. Source: no-color.org."""
    shown = in_a_terminal("doctor", NO_COLOR="1")

    assert "\u2500" in shown
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d|10\d)(?:;\d+)*m", shown)


async def test_an_unknown_command_names_the_nearest() -> None:
    """A typing mistake costs one sentence."""
    code, _, said = await run_gateway("serv")

    assert 2 == code
    assert said.startswith('gateway: Unknown command "serv". Did you mean "serve"?')
