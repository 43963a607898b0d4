"""What is compiled keeps to what mypyc translates faithfully."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_HOOK = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"][
    "mypyc"
]


def _named_by(pattern: str) -> set[Path]:
    return set(ROOT.glob(pattern if "/" in pattern else f"gateway/**/{pattern}"))


def _modules() -> list[Path]:
    included = set().union(*map(_named_by, _HOOK["include"]))
    return sorted(included.difference(*map(_named_by, _HOOK["exclude"])))


MODULES = pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(ROOT / "gateway").as_posix())


def test_each_pattern_names_modules() -> None:
    """None is left over from a module that was renamed."""
    assert [] == [pattern for pattern in (*_HOOK["include"], *_HOOK["exclude"]) if not _named_by(pattern)]


@MODULES
def test_nothing_is_awaited_while_an_exception_is_handled(path: Path) -> None:
    """A compiled coroutine that waits there leaves the exception with whatever else runs: other requests see it."""
    tree = ast.parse(path.read_text())

    handled = [node for handling in _handling(tree) for node in ast.walk(handling)]
    assert [] == [node.lineno for node in handled if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom)]
    assert [] == [node.lineno for node in ast.walk(tree) if isinstance(node, ast.AsyncWith | ast.AsyncFor)]


@MODULES
def test_an_exceptions_name_has_one_type(path: Path) -> None:
    """A compiled function has one type for each name: the first `except` says which, whatever is caught by the next."""
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            caught: dict[str, set[str]] = {}
            for node in ast.walk(function):
                if isinstance(node, ast.ExceptHandler) and node.name and node.type:
                    caught.setdefault(node.name, set()).add(ast.unparse(node.type))
            assert {} == {name: types for name, types in caught.items() if len(types) > 1}


def _handling(tree: ast.AST) -> Iterator[ast.stmt]:
    """The statements that may run while an exception is handled."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try | ast.TryStar):
            for handler in node.handlers:
                yield from handler.body
            yield from node.finalbody
