"""Generated code: one function a level, which reads the plain fields of all its records in one loop.

The source holds names of the response and of attributes, which GraphQL's lexer and Python's own class bodies have
validated, as `repr()`, and nothing else of the outside; values, types and functions are bound as globals `v0`, `v1`...
What is not exactly as the schema promises ends in IrregularError, and the interpreter takes over for that value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain
from keyword import iskeyword
from typing import Any

from graphql import GraphQLID, Undefined
from msgspec.structs import replace
from strawberry.execution import optimized_is_awaitable as is_awaitable

from ..declare.strawberry_types import strawberry_field_of
from ..operations.plan import GlobalId, Projection, TypeName
from .guarantees import promised_types
from .joining import Joining
from .leaves import Leaf, global_id_leaf, leaf_of
from .linked import LinkedField, LinkedPlan, LinkedSelection
from .load_step import LoadStep
from .placing import IrregularError, Placer, Project, Projections
from .shapes import LeafShape, ListShape, ObjectShape
from .writing import Join, Row

#: Classes remembered a level; applications have a handful.
_MAX_CLASSES = 64


def generate(plan: LinkedPlan) -> None:
    """Give *plan* generated code wherever its types allow; doing it again changes nothing."""
    plan.has_code = True
    # Where requests may share an answer no code of the application runs that could tell when objects are made.
    _generate_below(plan.root, set(), joins=plan.sharing is not None)


def _generate_below(selection: LinkedSelection, seen: set[int], *, joins: bool) -> None:
    if id(selection) in seen:
        return
    seen.add(id(selection))
    for fields in selection.by_type.values():
        for field in fields:
            if field.selection is not None:
                _generate_below(field.selection, seen, joins=joins)
                field.placer = _placer_of(field, field.selection, joins=joins)


def _placer_of(field: LinkedField, selection: LinkedSelection, *, joins: bool) -> Placer | None:
    shape = field.shape
    item = shape.item if isinstance(shape, ListShape) else shape
    if not isinstance(item, ObjectShape) or item.asks_the_application:
        return None
    ((type_name, fields),) = selection.by_type.items()
    leaves = {below.key: _leaf(below) for below in fields}
    for below in fields:
        below.is_projected = leaves[below.key] is not None
    # Objects whose paths are asked for cannot be shared by their parents.
    shares = selection.is_shareable and not field.keeps_path
    joining = _joining(item.record, fields, leaves) if joins and item is not shape else None
    return Placer(shape, type_name, _projections(item.record, leaves), joining, cells=len(fields), shares=shares)


def _projections(record: type[Any] | None, leaves: Mapping[str, Leaf | None]) -> Projections:
    """The functions for instances of *record*, or for objects of any class where there is none."""

    def make(of_validated: bool) -> Project:
        return _Source(record).project(_promised(leaves, promised_types(record) if of_validated else {}))

    return Projections(make)


def _joining(
    record: type[Any] | None, fields: tuple[LinkedField, ...], leaves: Mapping[str, Leaf | None]
) -> Joining | None:
    """What makes the objects whole, where all but one field is read from *record*, and that one ends the branch."""
    waiting = [field for field in fields if not field.is_projected]
    attribute = _key_of_last(waiting[0]) if len(waiting) == 1 else None
    if record is None or (waiting and (attribute is None or not _is_name(attribute))):
        return None
    types = promised_types(record)
    # What nobody can change is still what it was when the load was asked for it.
    if waiting and attribute not in types:
        return None

    def make(row: Row | None) -> Join:
        return _Source(record).join(_promised(leaves, types), attribute, row)

    last = [below for field in waiting if field.selection is not None for below in field.selection.all_fields()]
    is_json = all(leaf is None or leaf.is_json for leaf in chain(leaves.values(), map(_leaf, last)))
    return Joining(record, make, [*leaves] if is_json else None, waits=bool(waiting))


def _key_of_last(field: LinkedField) -> str | None:
    """The attribute of parents that is the key of the field's load, if that gives objects that end the branch."""
    step, placer, selection = field.step, field.placer, field.selection
    if not isinstance(step, LoadStep) or placer is None or placer.is_list or selection is None:
        return None
    ends = all(below.is_projected for fields in selection.by_type.values() for below in fields)
    return step.key_attribute if ends else None


def _promised(leaves: Mapping[str, Leaf | None], types: Mapping[str, frozenset[Any]]) -> dict[str, Leaf | None]:
    return {key: leaf and leaf.promised(types) for key, leaf in leaves.items()}


def _leaf(field: LinkedField) -> Leaf | None:
    """How generated code gets the field's value, if it can."""
    step = field.plan.step
    if isinstance(step, TypeName):
        return Leaf(constant=field.parent_type.name)
    if not isinstance(field.shape, LeafShape):
        return None
    if not isinstance(step, Projection | GlobalId) or not _is_name(step.attribute):
        return None
    if isinstance(step, GlobalId):
        is_text = field.shape.type is GraphQLID
        return global_id_leaf(field.parent_type.name, step.attribute) if is_text else None
    declared = strawberry_field_of(field.definition)
    reads_attributes = declared is not None and declared.default_resolver is getattr
    return leaf_of(field.shape.type, step.attribute, non_null=field.shape.non_null) if reads_attributes else None


def _is_name(attribute: str) -> bool:
    """Whether source code may have it behind a dot: a class that is made at run time can have other attributes."""
    return attribute.isidentifier() and not iskeyword(attribute)


class _Source:
    """The source of one function, as it is written."""

    def __init__(self, record: type[Any] | None) -> None:
        self._globals: dict[str, Any] = {"Irregular": IrregularError}
        if record is not None:
            self._check = [f"if type(record) is not {self._bind(record)}:", "    raise Irregular"]
        else:
            known: set[type[Any]] = set()
            check = f"{self._bind(partial(_check_object, known))}(record)"
            self._check = [f"if type(record) not in {self._bind(known)}:", f"    {check}"]

    def project(self, leaves: Mapping[str, Leaf | None]) -> Project:
        """The function that gives an object with a key for each of *leaves*, null where there is none."""
        body, values = self._read(leaves, "None")
        project: Project = self._compiled("records", [], [*self._check, *body], _display(values))
        return project

    def join(self, leaves: Mapping[str, Leaf | None], attribute: str | None, row: Row | None) -> Join:
        """The function that, where there is no leaf, takes what was loaded for the *attribute* of a record.

        It gives objects, or what *row* makes of the values of each.
        """
        begin: list[str] = []
        rest: dict[str, Leaf | None] = {}
        for key, leaf in leaves.items():
            rest[key] = leaf
            if leaf is not None and leaf.attribute == attribute and leaf.is_sure and leaf.refused:
                # What is a key stands in many records, and once among what was loaded.
                begin += ["for key in loaded:", f"    if {leaf.refused.format('key')}:", "        raise Irregular"]
                rest[key] = replace(leaf, refused="")
        body, values = self._read(rest, f"loaded[record.{attribute}]")
        made = _display(values) if row is None else f"{self._bind(row)}({', '.join(values.values())})"
        join: Join = self._compiled("records, loaded", begin, body, made)
        return join

    def _read(self, leaves: Mapping[str, Leaf | None], other: str) -> tuple[list[str], dict[str, str]]:
        """What reads a record, and the expressions of its values then, *other* where there is no leaf."""
        lines: list[str] = []
        values: dict[str, str] = {}
        for number, (key, leaf) in enumerate(leaves.items()):
            variable = f"a{number}"
            values[key] = other if leaf is None else leaf.expression(variable)
            if leaf is not None and leaf.attribute is not None:
                lines += leaf.lines(variable, self._bind)
        if lines:
            lines = ["try:", *("    " + line for line in lines)]
            lines += ["except Exception as failure:", "    raise Irregular from failure"]
        return lines, values

    def _compiled(self, parameters: str, begin: list[str], body: list[str], made: str) -> Any:
        """The function that does *begin* once and *body* for each record, and gives a list of what is *made*."""
        lines = [f"def project({parameters}):", *("    " + line for line in begin)]
        lines += ["    made = []", "    for record in records:", *("        " + line for line in body)]
        lines += [f"        made.append({made})", "    return made"]
        names = dict(self._globals)
        exec(compile("\n".join(lines), "<projection>", "exec"), names)  # noqa: S102 - see the module's first lines
        # Taken out: the function keeps these names.
        return names.pop("project")

    def _bind(self, value: Any) -> str:
        """The name under which the function finds *value*."""
        name = f"v{len(self._globals)}"
        self._globals[name] = value
        return name


def _display(values: Mapping[str, str]) -> str:
    """An object of them, as source."""
    return f"{{{', '.join(f'{key!r}: {value}' for key, value in values.items())}}}"


def _check_object(known: set[type[Any]], value: Any) -> None:
    """Let a class pass whose instances are objects of a type without a predicate, and remember it.

    Raises:
        IrregularError: *value* is null, an error, something to be awaited, or cannot be looked at.
    """
    try:
        is_irregular = value is None or value is Undefined or isinstance(value, Exception) or is_awaitable(value)
    except Exception as failure:
        raise IrregularError from failure
    if is_irregular:
        raise IrregularError
    if len(known) >= _MAX_CLASSES:
        known.clear()
    known.add(type(value))
