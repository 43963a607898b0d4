"""`docs/cli.md`, typed command by command in a new project. What runs until it is ended, other tests show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.commands import app
from tests.docs.shell_page import ROOT, Command, environment, is_as_shown, steps

PAGE = ROOT / "docs" / "cli.md"
RUNS_ON = ("gateway dev", "gateway serve")


def typed(line: str, directory: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=directory,
        env={**environment(), "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


@pytest.mark.timeout(120)
def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    """The page's commands, in order, in the project that the first of them makes."""
    first, *others = [step for step in steps(PAGE) if isinstance(step, Command)]
    made = typed(first.line, tmp_path).replace(
        "  # put a wheel of onehop-gateway into wheels/: this gateway runs from its source\n", ""
    )
    assert is_as_shown(made, first.printed), made
    typed("git init -q && git add . && git -c user.name=a -c user.email=a@b.c commit -qm made", tmp_path / "shop")

    for each in others:
        if not each.line.startswith(RUNS_ON):
            printed = typed(each.line, tmp_path / "shop")
            assert is_as_shown(printed, each.printed), f"$ {each.line}\n{printed}\n--- shown:\n{each.printed}"


def test_every_command_is_told() -> None:
    """Each has its section."""
    told = re.findall(r"^## `gateway (\w+)`", PAGE.read_text(), re.MULTILINE)

    assert {name for name in app if not name.startswith("-")} == set(told)
