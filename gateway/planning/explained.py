"""What a plan tells before it runs, as plain data: a tree of steps and the totals of their calls.

A step depends on the step that leads to the objects it is asked of: a load, a resolver, or the projection through whose
fields they are reached or where their runtime types part. Totals are upper bounds unless they say `at_least`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from ..operations.plan import OperationKind


class LoaderCalls(msgspec.Struct, frozen=True):
    """One loader of a load and what it costs: one call, or one for each *per_keys* keys.

    `kind` is the value of the kind source that chooses it. An `opaque` loader awaits by itself: at least so many calls.
    `invokes` tells whether these are calls of a Lambda function, `types` which runtime types its records may have; both
    are None where that is not known.
    """

    backend: str
    loader: str
    max_batch: int
    per_keys: int | None = None
    opaque: bool = False
    kind: str | None = None
    invokes: bool | None = None
    types: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """How logs and receipts call it: `users.user_by_id`."""
        return f"{self.backend}.{self.loader}"


class _Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every step has.

    `position` is the response path without list indexes, such as `courses.edges.node.instructor`. `hop` is the length
    of the chain of loads that leads to its values; with `hop_is_least` a step above may add loads that nobody knows of.
    `many` tells whether it may be asked of more than one object. `below_like` is the id of the step of another
    runtime type that has the same steps below it, which are told there alone.
    """

    id: int
    position: str
    depends_on: tuple[int, ...]
    hop: int
    hop_is_least: bool = False
    many: bool = False
    below: tuple[ExplainedStep, ...] = ()
    below_like: int | None = None


class ProjectionStep(_Step, frozen=True, kw_only=True, tag="projection"):
    """The plain fields of the objects at one position: attributes, global ids, type names.

    `fields` are the response keys of leaves. `types` are the runtime types, at a position that may have several.
    """

    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


class GuardStep(_Step, frozen=True, kw_only=True, tag="guard"):
    """Permission classes that stand between a load and its parents."""

    checks: tuple[str, ...]


class LoadStep(_Step, frozen=True, kw_only=True, tag="load"):
    """A declared load. `one_of` tells that only one of its loaders can be asked, since there is one key.

    One that is asked `ahead` leaves with the load that it depends on.
    """

    loaders: tuple[LoaderCalls, ...]
    key: tuple[str, ...] = ()
    ahead: bool = False
    arguments: Mapping[str, str] = {}
    one_of: bool = False


class ResolverStep(_Step, frozen=True, kw_only=True, tag="resolver"):
    """A resolver, run once an object. One that awaits may call anything; one that does not, nothing."""

    resolver: str
    awaits: bool


class BatchedStep(_Step, frozen=True, kw_only=True, tag="batched"):
    """A batched resolver, run once for all objects. It may call anything."""

    resolver: str


ExplainedStep: TypeAlias = ProjectionStep | GuardStep | LoadStep | ResolverStep | BatchedStep


class Figure(msgspec.Struct, frozen=True):
    """A total; `at_least` where something is not known: a resolver that awaits, an opaque loader, an address."""

    value: int
    at_least: bool = False


class Totals(msgspec.Struct, frozen=True):
    """What a plan costs while no load has more keys than its loader takes in one call.

    `calls` counts each loader once for each load that uses it. `invokes` are those to Lambda functions; None where
    nothing is known of addresses. `per_keys` has the limits: `{"users.user_by_id": 100}` is a call per 100 keys.
    `without_address` names backends whose calls may be invokes, `untried` the conditions of which one value alone was
    looked at, since there are too many.
    """

    hops: Figure
    calls: Figure
    invokes: Figure | None
    per_keys: Mapping[str, int] = {}
    without_address: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()


class Explanation(msgspec.Struct, frozen=True):
    """A plan, told. `chain` has the ids of the loads that make up its hops, in order."""

    operation: OperationKind
    name: str | None
    variant: Mapping[str, bool]
    totals: Totals
    chain: tuple[int, ...]
    steps: tuple[ExplainedStep, ...]


def all_steps(steps: Iterable[ExplainedStep]) -> Iterator[ExplainedStep]:
    """Every step, each before those below it."""
    for step in steps:
        yield step
        yield from all_steps(step.below)
