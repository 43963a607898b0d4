"""Steps that read what is there already: attributes of the parents, ids made of them, the name of their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql.pyutils import Path
from strawberry import relay

from ..declare.objects import record_of
from ..declare.strawberry_types import definition_of, strawberry_field_of
from .columns import Column
from .rows import Rows

if TYPE_CHECKING:
    from .linked import LinkedField
    from .run import Run


class TypeNameStep:
    """`__typename`."""

    def __init__(self, field: LinkedField) -> None:
        self._field = field

    def start(self, _run: Run, rows: Rows, _hop: int) -> None:
        """Write the runtime type's name for every parent."""
        key, name = self._field.key, self._field.parent_type.name
        for out in rows.outs:
            out[key] = name


class ProjectionStep:
    """A plain field: the schema's default resolver reads an attribute."""

    def __init__(self, field: LinkedField, attribute: str) -> None:
        self._field = field
        self._attribute_name = attribute
        declared = strawberry_field_of(field.definition)
        assert declared is not None  # noqa: S101 - only Strawberry's fields are projections
        self._read = declared.default_resolver

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Read the attribute of every parent."""
        column = Column(run, self._field, hop)
        column.fill(rows, [self._value(parent) for parent in rows.values])
        column.filled()

    def _value(self, parent: Any) -> Any:
        try:
            return self._read(parent, self._attribute_name)
        except Exception as failure:  # noqa: BLE001 - an attribute may be computed; it is the field's error
            return failure


class GlobalIdStep:
    """A stock Relay id over a record; a parent that is no record of the type's is left to Relay's own resolver."""

    def __init__(self, field: LinkedField, attribute: str) -> None:
        self._field = field
        self._attribute_name = attribute
        definition = definition_of(field.parent_type)
        self._record = record_of(definition.origin) if definition is not None else None

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Make the id of every parent."""
        column = Column(run, self._field, hop)
        column.fill(rows, [self._value(run, parent) for parent in rows.values])
        column.filled()

    def _value(self, run: Run, parent: Any) -> Any:
        try:
            return self._global_id(run, parent)
        except Exception as failure:  # noqa: BLE001 - as of any resolver; it is the field's error
            return failure

    def _global_id(self, run: Run, parent: Any) -> Any:
        type_name = self._field.parent_type.name
        if type(parent) is self._record:
            node_id = getattr(parent, self._attribute_name)
            if node_id is not None:
                return relay.GlobalID(type_name=type_name, node_id=str(node_id))
        info = run.info(self._field, Path(None, self._field.key, type_name))
        return self._field.definition.resolve(parent, info)  # type: ignore[misc]  # Strawberry gives each field one
