"""Type checkers know the declaration API: wrong uses are errors where they stand, right ones have exact types."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
_BIN = Path(sys.executable).parent
_FILES = sorted(path for path in _HERE.glob("*.py") if path != Path(__file__))

Lines = Mapping[str, set[int]]


def marked() -> Lines:
    """The lines of each file that say that they are errors."""
    return {
        path.name: {number for number, line in enumerate(path.read_text().splitlines(), 1) if line.endswith("# error")}
        for path in _FILES
    }


def run(*command: str) -> str:
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run([*command], cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


def by_pyright() -> tuple[Lines, str]:
    told = run(str(_BIN / "pyright"), "--outputjson", "--pythonpath", sys.executable, *map(str, _FILES))
    found: dict[str, set[int]] = {path.name: set() for path in _FILES}
    for diagnostic in json.loads(told)["generalDiagnostics"]:
        found[Path(diagnostic["file"]).name].add(diagnostic["range"]["start"]["line"] + 1)
    return found, told


def by_mypy() -> tuple[Lines, str]:
    told = run(str(_BIN / "mypy"), "--strict", "--explicit-package-bases", "--no-error-summary", *map(str, _FILES))
    found: dict[str, set[int]] = {path.name: set() for path in _FILES}
    for file, line in re.findall(r"^(\S+?):(\d+): error: ", told, re.MULTILINE):
        found[Path(file).name].add(int(line))
    return found, told


@pytest.mark.timeout(180)
@pytest.mark.parametrize("check", [by_pyright, by_mypy])
def test_exactly_the_marked_lines_are_errors(check) -> None:
    """Both checkers, in strict mode, refuse each wrong use at its line and accept everything else."""
    expected = marked()

    found, told = check()

    assert set() == expected["right.py"]
    assert {"wrong_key.py": 13, "wrong_use.py": 15} == {name: len(lines) for name, lines in expected.items() if lines}
    assert expected == found, told
