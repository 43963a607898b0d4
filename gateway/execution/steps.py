"""The steps of a plan, made runnable: what each does for all parents of a column at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..operations.plan import BatchedCall, GlobalId, Load, Projection, Resolver, TypeName
from .batched_step import BatchedStep
from .load_step import LoadStep
from .projections import GlobalIdStep, ProjectionStep, TypeNameStep
from .resolver_step import ResolverStep
from .rows import Rows

if TYPE_CHECKING:
    from .linked import LinkedField
    from .run import Run


class Step(Protocol):
    """Gives a field's values."""

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Begin to give the values for *rows*, whose parents took *hop* dependent calls; called once a column."""
        ...


def step_for(field: LinkedField) -> Step:
    """The step that the field's plan names."""
    match field.plan.step:
        case TypeName():
            return TypeNameStep(field)
        case Projection(attribute):
            return ProjectionStep(field, attribute)
        case GlobalId(attribute):
            return GlobalIdStep(field, attribute)
        case Load():
            return LoadStep(field)
        case BatchedCall():
            return BatchedStep(field)
        case Resolver():
            return ResolverStep(field)
