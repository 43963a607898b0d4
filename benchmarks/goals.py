"""What is aimed at, as numbers, and whether the measurements reach it: the worse end of the interval decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import sub, truediv

from .data import MANY_POSTS, POSTS
from .intervals import Interval, interval, paired
from .samples import Samples, Session

Sessions = Mapping[str, Session]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal beside what was measured, in *unit*; `at_least` goals are reached from above."""

    work: str
    goal: float
    unit: str
    measured: Interval | None
    at_least: bool = False

    @property
    def is_reached(self) -> bool | None:
        """None when a part was not measured."""
        if self.measured is None:
            return None
        return self.measured.low >= self.goal if self.at_least else self.measured.high <= self.goal


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the goals; `measure` gives None when a part was not measured."""

    work: str
    goal: float
    unit: str
    measure: Callable[[Sessions], Interval | None]
    at_least: bool = False

    def judge(self, sessions: Sessions) -> Verdict:
        return Verdict(self.work, self.goal, self.unit, self.measure(sessions), self.at_least)


def verdicts(sessions: Sessions) -> Iterator[Verdict]:
    """Each goal, judged."""
    return (goal.judge(sessions) for goal in GOALS)


def _of(
    session: str,
    ours: tuple[str, str],
    theirs: tuple[str, str],
    compare: Callable[[float, float], float] = truediv,
    *,
    shares: bool = False,
) -> Callable[[Sessions], Interval | None]:
    """The comparison of two cells, each a contestant and a work, of one session."""

    def measure(sessions: Sessions) -> Interval | None:
        if session not in sessions:
            return None
        our, their = (sessions[session].get(*cell, shares=shares) for cell in (ours, theirs))
        return paired(our.cpu_ms, their.cpu_ms, compare) if our and their else None

    return measure


def _ratio_to(session: str, work: str, their: str, *, shares: bool = False) -> Callable[[Sessions], Interval | None]:
    return _of(session, ("gateway", work), (their, work), shares=shares)


def _times_faster(work: str, than: str) -> Callable[[Sessions], Interval | None]:
    return _of("in process", ("vanilla", than), ("gateway", work))


def _us_above(our_ms: float, their_ms: float) -> float:
    return (our_ms - their_ms) * 1000


def _slope_ratio(sessions: Sessions) -> Interval | None:
    """How much steeper the gateway's cost grows with posts than the floor's."""
    if "growth" not in sessions:
        return None
    slopes = [_slopes(sessions["growth"], name) for name in ("gateway", "floor")]
    return paired(slopes[0], slopes[1], truediv) if all(slopes) else None


def _slopes(session: Session, contestant: str) -> Sequence[float]:
    few, many = session.get(contestant, "q1"), session.get(contestant, "5000")
    if few is None or many is None:
        return ()
    return [rise / (MANY_POSTS - POSTS) for rise in map(sub, many.cpu_ms, few.cpu_ms)]


def _linear(sessions: Sessions) -> Interval | None:
    """What a post costs among 5,000, as a multiple of what it costs among 100."""
    if "growth" not in sessions:
        return None
    few, many = (sessions["growth"].get("gateway", work) for work in ("q1", "5000"))
    per_post = POSTS / MANY_POSTS
    return paired(many.cpu_ms, few.cpu_ms, lambda a, b: a / b * per_post) if few and many else None


def _p50(sessions: Sessions) -> Interval | None:
    found: Samples | None = sessions["slow"].get("gateway", "q1") if "slow" in sessions else None
    return interval(found.p50_ms) if found else None


def _starts(name: str) -> Callable[[Sessions], Interval | None]:
    return _of("start", (name, "start"), ("imports-baseline", "start"))


GOALS = (
    Goal("q1 over HTTP, no sharing, to the floor on the same client", 1.4, "x", _ratio_to("q1", "q1", "floor")),
    Goal("the same, to Mercurius", 1, "x", _ratio_to("q1", "q1", "mercurius")),
    Goal("the same, to Tailcall", 0.5, "x", _ratio_to("q1", "q1", "tailcall")),
    Goal("q1 in process, faster than Strawberry with its caches", 40, "x", _times_faster("q1", "q1"), at_least=True),
    Goal("the same, records that are ready", 40, "x", _times_faster("ready", "ready"), at_least=True),
    Goal("5 deep in process, faster than Strawberry", 12, "x", _times_faster("deep", "deep"), at_least=True),
    Goal("200 wide in process, faster than Strawberry", 30, "x", _times_faster("wide", "wide"), at_least=True),
    Goal("undeclared async resolvers, the same", 3, "x", _times_faster("undeclared", "q1"), at_least=True),
    Goal("q3 over HTTP, above bare ASGI", 45, "us", _of("q3", ("gateway", "q3"), ("bare", "q3"), _us_above)),
    Goal("q1 in flight together, to Tailcall", 2, "x", _ratio_to("shared", "q1", "tailcall-dedupe", shares=True)),
    Goal("q1 over 50 ms upstream, p50", 103, "ms", _p50),
    Goal("one error, in process", 3, "x", _of("in process", ("gateway", "error"), ("gateway", "clean"))),
    Goal("one error, over HTTP", 3, "x", _of("error", ("gateway", "error"), ("gateway", "clean"))),
    Goal("growth from 100 to 5,000 posts, slope to the floor's", 1.4, "x", _slope_ratio),
    Goal("a post among 5,000 to a post among 100", 1, "x", _linear),
    Goal("`gateway serve` to the first right q1, to imports alone", 1.2, "x", _starts("gateway")),
    Goal("Lambda process to the first right q1, to imports alone", 1.2, "x", _starts("lambda")),
    Goal("imports under gateway.aws_lambda, to imports alone", 1.2, "x", _starts("imports-lambda")),
)
