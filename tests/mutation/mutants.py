"""Mutants: the source of a module with one small thing wrong in it, such as a condition that always holds.

Not mutated is what only people or checkers read: annotations, docstrings, decorators, `__repr__`, assertions, `strict`;
nor what msgspec has made a class of, which no other code of a function changes.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_SWAPPED: dict[type[ast.AST], type[Any]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
}  # fmt: skip
_UNSEEN = {"annotation", "returns", "decorator_list", "bases", "type"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one statement."""

    module: str
    #: The function or class, with those around it.
    where: str
    before: str
    after: str
    #: The lines of the changed statement; a run that does not come by cannot tell the difference.
    lines: range
    #: The mutated statement of the module that the change is in.
    statement: ast.stmt
    #: Whether the change is made when the module is imported, whatever is run.
    is_at_import: bool

    def __str__(self) -> str:
        return f"`{self.module}.{self.where}`: `{self.before}` → `{self.after}`"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, what holds it, and the innermost statement around it."""

    node: ast.AST
    owner: Any
    at: str | int
    statement: ast.stmt
    where: str
    is_at_import: bool

    def put(self, node: ast.AST) -> None:
        if isinstance(self.at, int):
            self.owner[self.at] = node
        else:
            setattr(self.owner, self.at, node)


def mutants_of(module: str, source: str) -> list[Mutant]:
    """All mutants of the module of that name and source."""
    tree = ast.parse(source)
    found = []
    for number, statement in enumerate(tree.body):
        for place in list(_places(statement, tree.body, number, None, "")):
            before = _first_line(place.statement)
            for changed in _changes(place):
                place.put(ast.copy_location(changed, place.node))
                innermost = changed if isinstance(changed, ast.stmt) else place.statement
                found.append(
                    Mutant(
                        module, place.where, before, _first_line(innermost), _lines(place.statement),
                        ast.fix_missing_locations(copy.deepcopy(tree.body[number])), place.is_at_import,
                    )
                )  # fmt: skip
                place.put(place.node)
    return found


def _places(node: Any, owner: Any, at: str | int, around: _Place | None, field: str) -> Iterator[_Place]:
    """The places of *node* and of everything in it."""
    if field in _UNSEEN or _is_for_readers(node) or (around is not None and _is_of_a_struct(around.node, node)):
        return
    where = around.where if around else ""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        where = f"{where}.{node.name}".lstrip(".")
    elif around is None:
        where = "module"
    statement = node if isinstance(node, ast.stmt) or around is None else around.statement
    in_function = around is not None and (not around.is_at_import or isinstance(around.node, _FUNCTIONS))
    place = _Place(node, owner, at, statement, where, is_at_import=not in_function)
    yield place
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield from _places(each, value, index, place, name)
        elif isinstance(value, ast.AST):
            yield from _places(value, node, name, place, name)


def _is_for_readers(node: ast.AST) -> bool:
    match node:
        case ast.Assert() | ast.Import() | ast.ImportFrom() | ast.keyword(arg="strict"):
            return True
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.FunctionDef(name="__repr__") | ast.Assign(targets=[ast.Name(id="__slots__")]):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
    return False


def _is_of_a_struct(around: ast.AST, node: ast.AST) -> bool:
    """Whether *node* is an option or a field of a class of msgspec's."""
    if not isinstance(around, ast.ClassDef) or not isinstance(node, ast.keyword | ast.AnnAssign):
        return False
    return any(isinstance(base, ast.Attribute) and base.attr == "Struct" for base in around.bases)


def _changes(place: _Place) -> Iterator[ast.AST]:
    """What may stand in the place instead."""
    node = place.node
    yield from _operators(node)
    yield from _conditions(node)
    yield from _values(node)
    if not place.is_at_import:
        yield from _statements(node)


def _operators(node: ast.AST) -> Iterator[ast.AST]:
    """The opposite of an operator, its neighbour, or one of its operands alone."""
    match node:
        case ast.Compare(ops=operators):
            for index, operator in enumerate(operators):
                yield _with(node, ops=[*operators[:index], _SWAPPED[type(operator)](), *operators[index + 1 :]])
        case ast.BoolOp(op=operator, values=values):
            yield _with(node, op=_SWAPPED[type(operator)]())
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in _SWAPPED:
            yield _with(node, op=_SWAPPED[type(operator)]())


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    """A condition that always holds, and one that never does."""
    match node:
        case ast.If() | ast.IfExp():
            yield from (_with(node, test=ast.Constant(holds)) for holds in (True, False))
        case ast.While():
            yield _with(node, test=ast.Constant(False))
        case ast.comprehension(ifs=[_, *_]):
            yield from (_with(node, ifs=[ast.Constant(holds)]) for holds in (True, False))


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """Another constant, other arguments, nothing returned."""
    match node:
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str() as value):
            yield ast.Constant(value + "!")
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Call(args=arguments):
            for index in range(len(arguments) - 1):
                first, second = arguments[index : index + 2]
                yield _with(node, args=[*arguments[:index], second, first, *arguments[index + 2 :]])


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Nothing instead of a statement, or the other way out of a loop."""
    match node:
        case ast.Expr() | ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Raise() | ast.Return(value=None):
            yield ast.Pass()
        case ast.Delete() | ast.Continue() | ast.Break():
            yield ast.Pass()
            if not isinstance(node, ast.Delete):
                yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _first_line(statement: ast.stmt) -> str:
    """The statement, or its head where it has a body."""
    bare = _with(statement, decorator_list=[]) if hasattr(statement, "decorator_list") else statement
    return ast.unparse(ast.fix_missing_locations(bare)).splitlines()[0].rstrip(":").replace("`", "'")


def _lines(statement: ast.stmt) -> range:
    body = getattr(statement, "body", None)
    if body is None or isinstance(statement, _FUNCTIONS):
        return range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    return range(statement.lineno, max(statement.lineno + 1, body[0].lineno))
