"""A batched step: one call of a batched resolver for all parents at one response position."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from strawberry.types.arguments import convert_arguments

from ..declare.batched import BINDING, Batched
from ..declare.strawberry_types import strawberry_field_of
from .columns import Column
from .rows import Rows

if TYPE_CHECKING:
    from .linked import LinkedField
    from .run import Run


class BatchedStep:
    """What one `@batched` field does for a column of parents."""

    def __init__(self, field: LinkedField) -> None:
        self._field = field
        declared = strawberry_field_of(field.definition)
        assert declared is not None  # noqa: S101 - the plan says that it is a batched field
        self._declared = declared
        self._batched: Batched = declared.metadata[BINDING]

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Call the resolver once; it may await."""
        column = Column(run, self._field, hop)
        try:
            given = self._arguments(run)
        except Exception as refusal:  # noqa: BLE001 - the field's error at each parent
            self._answered(column, rows, [refusal] * len(rows), None)
            return
        if run.gave_up is not None:
            self._answered(column, rows, [], run.gave_up)
            return
        run.resolve_batched(self._batched, list(rows.values), given, partial(self._answered, column, rows))

    def _arguments(self, run: Run) -> dict[str, Any]:
        field, converter = self._field, self._field.converter
        coerced = field.arguments.coerced(run.variables)
        return convert_arguments(coerced, self._declared.arguments, converter.scalar_registry, converter.config)

    @staticmethod
    def _answered(column: Column, rows: Rows, values: list[Any], gave_up: Exception | None) -> None:
        column.fill(rows, values if gave_up is None else [gave_up] * len(rows))
        column.filled()
