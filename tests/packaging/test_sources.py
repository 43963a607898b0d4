"""The engine's inner folders as text: no timers but the deadline's, small modules, imports that stand alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiled import interpreted

ROOT = Path(__file__).parents[2]
FOLDERS = ("planning", "operations", "execution", "loading")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / "gateway" / folder).glob("*.py"))

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60

#: What would make a step wait for anything but its inputs.
_TIMER = re.compile(
    r"\b(sleep|call_soon\w*|call_later|call_at)\b|asyncio\.(wait_for|timeout)\b|from asyncio import|\btimeout="
)

#: The deadline's own, and the end of a request: line by line, so that another one is a decision.
_ALLOWED = {
    "loading/cancellation.py": ["over, stubborn = await asyncio.wait(tasks, timeout=GRACE_S)"],
    "loading/departure.py": ["await asyncio.wait([flight.task], timeout=max(0.0, self._deadline.remaining_s()))"],
}


def name_of(path: Path) -> str:
    """`loading/passes.py`."""
    return path.relative_to(ROOT / "gateway").as_posix()


def test_the_folders_are_there() -> None:
    """The other tests look at something."""
    assert set(FOLDERS) == {path.parent.name for path in SOURCES}


def test_no_timer_but_the_deadlines() -> None:
    """A step starts when its inputs are ready and a call leaves with its pass: nothing sleeps or is put off."""
    found = {name_of(path): [line.strip() for line in _code_lines(path) if _TIMER.search(line)] for path in SOURCES}

    assert _ALLOWED == {name: lines for name, lines in found.items() if lines}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_is_what_one_can_hold_in_mind(path: Path) -> None:
    """No module has more than 400 lines, no function more than 60."""
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES]

    assert [] == long
    assert MAX_MODULE_LINES >= len(text.splitlines())


@interpreted
def test_each_module_imports_alone() -> None:
    """None counts on another one having been imported before it: there is no order to know."""
    modules = [f"gateway.{name_of(path)[:-3].replace('/', '.').removesuffix('.__init__')}" for path in SOURCES]

    ended = subprocess.run(
        [sys.executable, "-c", _IMPORT_EACH, *modules], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert ("", 0) == (ended.stderr, ended.returncode)


#: Forgets the project's modules before each import, and leaves out the package's own face, which imports most of them.
_IMPORT_EACH = """
import importlib, sys, types
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.split(".")[0] == "gateway"]:
        del sys.modules[known]
    bare = sys.modules["gateway"] = types.ModuleType("gateway")
    bare.__path__ = ["gateway"]
    try:
        importlib.import_module(name)
    except ImportError as failure:
        sys.exit(f"{name}: {failure}")
"""


def _code_lines(path: Path) -> list[str]:
    """The lines of a module, docstrings and comments left out."""
    text = path.read_text()
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
    return [line for line in lines if not line.lstrip().startswith("#")]
