"""Values that JSON cannot say, found when an answer is written: each is its field's error, not that of the answer.

A scalar of the application may give anything, which nobody looks at before: to do so would cost every answer. Nulls are
propagated as section 6.4.4 of the GraphQL specification says, in a finished answer, whichever way it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from graphql.error import located_error

from ..vocabulary.errors import EngineError
from .outcome import Outcome

Path: TypeAlias = tuple[str | int, ...]

#: What becomes null, step by step: a mapping below a step that stays, None below one that does not.
_Nulls: TypeAlias = dict[Any, Any]

_ROOT: Final = "data"


class _Place(NamedTuple):
    """The field to which a path leads, how many of its steps that takes, and how many the value that may be null."""

    nodes: Sequence[FieldNode]
    length: int
    null_at: int


class Selected:
    """One operation's fields by response path."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        """Of *operation*, which is valid."""
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._known: dict[Path, _Place] = {}

    def place(self, path: Path) -> _Place:
        """The field to which *path* leads, or within whose value."""
        # Items of one list are alike.
        pattern = tuple(0 if isinstance(step, int) else step for step in path)
        known = self._known.get(pattern)
        if known is None:
            known = self._known[pattern] = self._found(pattern)
        return known

    def _found(self, path: Path) -> _Place:
        parents: list[tuple[Any, SelectionSetNode | None]] = [
            (self._schema.get_root_type(self._operation.operation), self._operation.selection_set)
        ]
        place, at = _Place((), 0, 0), 0
        while at < len(path):
            fields = [found for parent, below in parents for found in self._fields(parent, below, path[at])]
            if not fields:
                break
            # Fields of one key are of one shape: GraphQL specification, section 5.3.2.
            at, null_at = _walked(fields[0][0], path, at + 1, place.null_at)
            place = _Place([node for _, node in fields], at, null_at)
            parents = [(get_named_type(type_), node.selection_set) for type_, node in fields]
        return place

    def _fields(
        self, parent: Any, selections: SelectionSetNode | None, key: str | int
    ) -> Iterator[tuple[Any, FieldNode]]:
        """The fields of that response key, with their types."""
        for node in selections.selections if selections is not None else ():
            if isinstance(node, FieldNode):
                name = node.alias.value if node.alias else node.name.value
                field = self._schema.get_field(parent, node.name.value) if name == key else None
                if field is not None:
                    yield field.type, node
                continue
            fragment: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)  # noqa: S101 - there is no more
            condition = fragment.type_condition
            inner = parent if condition is None else self._schema.get_type(condition.name.value)
            yield from self._fields(inner, fragment.selection_set, key)


def without(data: Any, faults: Iterable[tuple[Path, str]], selected: Selected, *, max_errors: int) -> Outcome:
    """*data* without what is at the paths of *faults*, which begin with `data`, and an error for each.

    Nothing is changed: parts of *data* may belong to other answers.
    """
    nulls: _Nulls = {}
    errors: list[GraphQLError] = []
    left_out = 0
    for path, why in faults:
        place = selected.place(path[1:])
        if path[0] != _ROOT or not _mark(nulls, path[: place.null_at + 1]):
            continue
        if len(errors) < max_errors:
            errors.append(located_error(EngineError(why), place.nodes, path[1 : place.length + 1]))
        else:
            left_out += 1
    return Outcome(_nulled(data, nulls[_ROOT]) if nulls else data, tuple(errors), left_out)


def _walked(type_: Any, path: Path, at: int, null_at: int) -> tuple[int, int]:
    """How far *path* goes within a field's lists, and the last step that may be null."""
    while True:
        null_at = null_at if is_non_null_type(type_) else at
        inner: Any = get_nullable_type(type_)
        if not is_list_type(inner) or at == len(path) or not isinstance(path[at], int):
            return at, null_at
        type_, at = inner.of_type, at + 1


def _mark(nulls: _Nulls, position: Path) -> bool:
    """Let *position* become null; False where something above it does already."""
    *above, last = position
    for step in above:
        below = nulls.setdefault(step, {})
        if below is None:
            return False
        nulls = below
    is_new = nulls.get(last, ()) is not None
    nulls[last] = None
    return is_new


def _nulled(value: Any, nulls: _Nulls | None) -> Any:
    if nulls is None:
        return None
    copy = value.copy()
    for step, below in nulls.items():
        copy[step] = _nulled(value[step], below)
    return copy
