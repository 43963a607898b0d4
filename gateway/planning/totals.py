"""The totals of explained steps: hops, calls and invokes, and the chain of loads that makes up the hops.

Where one object has one of several runtime types, only one type's steps run: the dearest counts. In lists all do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from .explained import (
    BatchedStep,
    ExplainedStep,
    Figure,
    LoaderCalls,
    LoadStep,
    ProjectionStep,
    ResolverStep,
    Totals,
    all_steps,
)


class Sums:
    """What *steps* add up to; *serial* when each root field begins after the one before it has ended."""

    def __init__(self, steps: tuple[ExplainedStep, ...], *, serial: bool) -> None:
        self._steps = steps
        self._serial = serial
        self._by_id = {step.id: step for step in all_steps(steps)}
        # Steps that others point to are summed once.
        self._chains: dict[int, _Chains] = {}

    @property
    def has_unknown(self) -> bool:
        """Whether something may make calls that nobody knows of."""
        return any(map(_is_unknown, self._by_id.values()))

    def longest_chain(self) -> tuple[LoadStep, ...]:
        """The loads of which each waits for the one before it; the first of the longest chains."""
        if not self._serial:
            return self._longest(self._steps)
        turns = groupby(self._steps, key=lambda step: step.position.partition(".")[0])
        return tuple(load for _, turn in turns for load in self._longest(turn))

    def totals(self, *, with_invokes: bool) -> Totals:
        """All figures; that of invokes only where something is known of addresses."""
        unknown = self.has_unknown
        without = sorted({each.backend for each in self._loaders() if with_invokes and each.invokes is None})
        calls, invokes = (_Counter(self._by_id, only_invokes=only).sum(self._steps) for only in (False, True))
        return Totals(
            hops=Figure(len(self.longest_chain()), unknown),
            calls=Figure(calls, unknown),
            invokes=Figure(invokes, unknown or bool(without)) if with_invokes else None,
            per_keys={loader.label: loader.per_keys for loader in self._loaders() if loader.per_keys},
            without_address=tuple(without),
        )

    def _loaders(self) -> Iterator[LoaderCalls]:
        for step in self._by_id.values():
            if isinstance(step, LoadStep):
                yield from step.loaders

    def _longest(self, steps: Iterable[ExplainedStep]) -> tuple[LoadStep, ...]:
        return self._chains_of(steps).after

    def _chains_of(self, steps: Iterable[ExplainedStep]) -> _Chains:
        """The longest of the chains of *steps*, which have the same parent."""
        chains = list(map(self._chain, steps))
        return _Chains(
            max((chain.after for chain in chains), key=len, default=()),
            max((chain.beside for chain in chains), key=len, default=()),
        )

    def _chain(self, step: ExplainedStep) -> _Chains:
        known = self._chains.get(step.id)
        if known is None:
            below = self._chains_of(_below(step, self._by_id))
            if isinstance(step, LoadStep):
                longest = max((step, *below.after), below.beside, key=len)
                known = _Chains((), longest) if step.ahead else _Chains(longest, ())
            else:
                known = below
            self._chains[step.id] = known
        return known


class _Chains(NamedTuple):
    """The longest chain of loads that begins after the load above, and the longest that leaves with it."""

    after: tuple[LoadStep, ...]
    beside: tuple[LoadStep, ...]


class _Counter:
    """Counts calls, or of them only those to Lambda functions."""

    def __init__(self, by_id: Mapping[int, ExplainedStep], *, only_invokes: bool) -> None:
        self._by_id = by_id
        self._only_invokes = only_invokes
        self._known: dict[int, int] = {}

    def sum(self, steps: Iterable[ExplainedStep]) -> int:
        """The calls of *steps*, which have the same parents."""
        together, alternatives = 0, [0]
        for step in steps:
            if isinstance(step, ProjectionStep) and step.types and not step.many:
                alternatives.append(self._calls(step))
            else:
                together += self._calls(step)
        return together + max(alternatives)

    def _calls(self, step: ExplainedStep) -> int:
        known = self._known.get(step.id)
        if known is None:
            own = self._own(step) if isinstance(step, LoadStep) else 0
            known = self._known[step.id] = own + self.sum(_below(step, self._by_id))
        return known

    def _own(self, load: LoadStep) -> int:
        # Two kinds may have the same loader, which is then asked once.
        asked = {loader.label for loader in load.loaders if loader.invokes or not self._only_invokes}
        return min(1, len(asked)) if load.one_of else len(asked)


def _below(step: ExplainedStep, by_id: Mapping[int, ExplainedStep]) -> tuple[ExplainedStep, ...]:
    return step.below if step.below_like is None else by_id[step.below_like].below


def _is_unknown(step: ExplainedStep) -> bool:
    if isinstance(step, ResolverStep):
        return step.awaits
    return isinstance(step, BatchedStep) or (isinstance(step, LoadStep) and any(map(_is_opaque, step.loaders)))


def _is_opaque(loader: LoaderCalls) -> bool:
    return loader.opaque
