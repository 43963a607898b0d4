"""Medians and 95 % intervals of paired rounds, by the bootstrap; seeded: the same samples give the same text."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_DRAWS = 2_000
_SEED = 5
# From here on digits behind the point say nothing.
_WHOLE = 1_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A median and the bounds within which it lies with 95 % probability."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{figure(self.median)} [{figure(self.low)}, {figure(self.high)}]"


def figure(value: float) -> str:
    """*value* with three digits that count."""
    return f"{value:.3g}" if abs(value) < _WHOLE else f"{value:,.0f}"


def interval(samples: Sequence[float]) -> Interval:
    """The interval of the median of *samples*.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13, the percentile interval.
    """
    draw = random.Random(_SEED)
    medians = sorted(statistics.median(draw.choices(samples, k=len(samples))) for _ in range(_DRAWS))
    return Interval(statistics.median(samples), medians[int(0.025 * _DRAWS)], medians[int(0.975 * _DRAWS) - 1])


def paired(ours: Sequence[float], theirs: Sequence[float], compare: Callable[[float, float], float]) -> Interval:
    """The interval of *compare* over rounds that took turns: `paired(a, b, truediv)` is of the ratio."""
    return interval([compare(our, their) for our, their in zip(ours, theirs, strict=True)])
