"""A mutant brought to life in this process: functions that exist are given the code of the mutated ones.

So whatever has been imported before, by whatever name, is mutated too, and a process forks for each mutant with
everything in place. Nothing is written to disk.
"""

from __future__ import annotations

import ast
import sys
from types import FunctionType
from typing import Any

from tests.mutation.mutants import Mutant

PACKAGE = "gateway.execution"


def apply(mutant: Mutant) -> None:
    """Make this process's module the mutant."""
    module = sys.modules[f"{PACKAGE}.{mutant.module}"]
    statement = mutant.statement
    future = ast.parse("from __future__ import annotations").body
    code = compile(ast.Module([*future, statement], []), str(module.__file__), "exec", dont_inherit=True)
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        exec(code, vars(module))
        return
    beside = dict(vars(module))
    exec(code, beside)
    _graft(vars(module)[statement.name], beside[statement.name])


def _graft(old: Any, new: Any) -> None:
    if isinstance(old, type):
        for name, member in vars(new).items():
            known = vars(old)[name]
            if isinstance(member, FunctionType | property | type):
                _graft(known, member)
            elif isinstance(member, bool | int | str):
                setattr(old, name, member)
    elif isinstance(old, property):
        _graft(old.fget, new.fget)
    elif isinstance(old, FunctionType):
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
