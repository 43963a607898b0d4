"""The totals of explained steps: hops, calls and invokes, and the chain of loads that makes up the hops.

Where one object has one of several runtime types, only one type's steps run: the dearest counts. In lists all do. What
each of several loaders gives goes on by itself, so that a load below them may be called for each.
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


class _Cost(NamedTuple):
    """Calls of steps: *once* in any case, *each* more for every arrival of their parents.

    Parents arrive apart where loaders that gave them answer apart. Those of several runtime types that have the same
    fields are in one arrival several groups, which load together, so that what they load is one call, and yet may get
    what they need apart, where some of it was under way for somebody else: *group* more for every one of them.
    """

    each: int = 0
    group: int = 0
    once: int = 0

    def and_(self, other: _Cost) -> _Cost:
        return _Cost(self.each + other.each, self.group + other.group, self.once + other.once)

    def times(self, arrivals: int, groups: int) -> _Cost:
        """The cost for one arrival above, of which this sees so many arrivals and, in all of them, so many groups."""
        return _Cost(self.each * arrivals, self.group * groups, self.once)

    @property
    def total(self) -> int:
        """For a single arrival of a single group."""
        return self.each + self.group + self.once


class _Counter:
    """Counts calls, or of them only those to Lambda functions."""

    def __init__(self, by_id: Mapping[int, ExplainedStep], *, only_invokes: bool) -> None:
        self._by_id = by_id
        self._only_invokes = only_invokes
        self._known: dict[int, _Cost] = {}

    def sum(self, steps: Iterable[ExplainedStep]) -> int:
        """The calls of *steps*, which have no parents, or the same one."""
        return self._sum(steps).total

    def _sum(self, steps: Iterable[ExplainedStep], above: LoadStep | None = None) -> _Cost:
        """The cost of *steps*, which have the same parents: those that *above*, where it is given, gives directly."""
        together, alternatives = _Cost(), [_Cost()]
        for step in steps:
            cost = self._cost(step)
            if isinstance(step, ProjectionStep) and step.types and not step.many:
                alternatives.append(cost)
            elif above is not None and step.many and not above.one_of:
                together = together.and_(cost.times(*_arrivals(above, step)))
            elif isinstance(step, ProjectionStep) and step.types:
                together = together.and_(cost.times(1, len(step.types)))
            else:
                together = together.and_(cost)
        return together.and_(max(alternatives, key=lambda cost: cost.total))

    def _cost(self, step: ExplainedStep) -> _Cost:
        known = self._known.get(step.id)
        if known is None:
            below = _below(step, self._by_id)
            known = self._load(step, below) if isinstance(step, LoadStep) else self._sum(below)
            self._known[step.id] = known
        return known

    def _load(self, load: LoadStep, below: Iterable[ExplainedStep]) -> _Cost:
        own, cost = self._own(load), self._sum(below, load)
        if not varies(load.key):
            # One key for all, so that whoever comes later finds what the first has got, and all that is below it.
            return _Cost(once=own + cost.total)
        # What is asked for together may come apart, to each group.
        return _Cost(own, cost.each + cost.group, cost.once)

    def _own(self, load: LoadStep) -> int:
        asked = _labels(loader for loader in load.loaders if loader.invokes or not self._only_invokes)
        return min(1, len(asked)) if load.one_of else len(asked)


def varies(key: tuple[str, ...]) -> bool:
    """Whether parents may have different keys: of all sources only a record's field is written without parentheses."""
    return any("(" not in source for source in key)


def _arrivals(load: LoadStep, step: ExplainedStep) -> tuple[int, int]:
    """In how many parts those objects come from *load* that *step* is for, and how many groups of one type these hold.

    One at least, as in the tree, where no loader has records of these types.
    """
    if isinstance(step, ProjectionStep) and step.types:
        givers = [_labels(loader for loader in load.loaders if _may_give(loader, name)) for name in step.types]
    else:
        givers = [_labels(load.loaders)]
    return max(1, len(set().union(*givers))), max(1, sum(map(len, givers)))


def _may_give(loader: LoaderCalls, type_name: str) -> bool:
    return loader.types is None or type_name in loader.types


def _labels(loaders: Iterable[LoaderCalls]) -> set[str]:
    """Two kinds may have the same loader, which is then asked once."""
    return {loader.label for loader in loaders}


def _below(step: ExplainedStep, by_id: Mapping[int, ExplainedStep]) -> tuple[ExplainedStep, ...]:
    return step.below if step.below_like is None else by_id[step.below_like].below


def _is_unknown(step: ExplainedStep) -> bool:
    if isinstance(step, ResolverStep):
        return step.awaits
    return isinstance(step, BatchedStep) or (isinstance(step, LoadStep) and any(map(_is_opaque, step.loaders)))


def _is_opaque(loader: LoaderCalls) -> bool:
    return loader.opaque
