"""Many cases in a row: how many agree, have errors, fell back to graphql-core, and which disagree."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.testing import captured_logs
from tests.differential.reduce import reduced
from tests.differential.trials import Case, Trials, draw_trial

#: Runs of each operation: other variables, other faults.
RUNS = 8
#: Operations of each world.
OPERATIONS = 25

_WORTH_REPORTING = 3


@dataclass(slots=True)
class Tally:
    """Counts of cases, and the text of each disagreement by its case."""

    cases: int = 0
    ran: int = 0
    with_errors: int = 0
    with_null_data: int = 0
    mutations: int = 0
    fallbacks: int = 0
    disagreements: dict[str, str] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add the counts of *other*."""
        for name in ("cases", "ran", "with_errors", "with_null_data", "mutations", "fallbacks"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.disagreements |= other.disagreements

    @property
    def fallback_share(self) -> float:
        """Fallen back cases of all that ran."""
        return self.fallbacks / max(1, self.ran)

    def __str__(self) -> str:
        def share(count: int) -> str:
            return f"{count / max(1, self.cases):.0%}"

        return (
            f"{self.cases} cases: {len(self.disagreements)} disagree, {share(self.ran)} ran,"
            f" {share(self.with_errors)} with errors, {share(self.with_null_data)} without data,"
            f" {share(self.mutations)} mutations, {self.fallback_share:.2%} by graphql-core"
        )


def cases_of(world: int) -> list[Case]:
    """The cases of one world."""
    return [Case(world, operation, run) for operation in range(OPERATIONS) for run in range(RUNS)]


def tally(cases: Iterable[Case], *, cuts_down: bool = True) -> Tally:
    """Judge *cases*; of those that disagree the first few are cut down, or else the first one ends it."""
    counts, trials = Tally(), Trials()
    try:
        with captured_logs(), warnings.catch_warnings():
            # graphql-core leaves coroutines behind where an error nulls what they were for.
            warnings.simplefilter("ignore", RuntimeWarning)
            for case in cases:
                _count(counts, trials, case, cuts_down=cuts_down)
                if counts.disagreements and not cuts_down:
                    break
            # Coroutines that nobody awaits complain when they are freed: not when the interpreter ends.
            gc.collect()
    finally:
        trials.close()
    return counts


def _count(counts: Tally, trials: Trials, case: Case, *, cuts_down: bool) -> None:
    verdict = trials.judge(draw_trial(case))
    oracle = verdict.answers["oracle"]
    ran = "data" in oracle.result
    counts.cases += 1
    counts.ran += ran
    counts.with_errors += ran and bool(oracle.errors)
    counts.with_null_data += ran and oracle.result["data"] is None
    counts.mutations += verdict.trial.is_mutation
    counts.fallbacks += any(answer.fallback for way, answer in verdict.answers.items() if way != "oracle")
    if not verdict.agrees:
        text = str(verdict)
        if cuts_down and len(counts.disagreements) < _WORTH_REPORTING:
            smaller = reduced(verdict.trial, lambda trial: not trials.judge(trial).agrees)
            text = f"{trials.judge(smaller)}\n--- drawn as\n{verdict.trial.text}"
            text += f"\n--- schema\n{verdict.trial.world.graph.sdl}"
        counts.disagreements[str(case)] = text
