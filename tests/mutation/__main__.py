"""`python -m tests.mutation`: change one thing at a time in the generator and the completion pass; some test must fail.

A survivor that changes nothing that anybody could see is explained in docs/mutation.md. Any other one is a test that is
missing: then the command fails.
"""

# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation.judging import Fate, Judge
from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
EXECUTION = ROOT / "gateway" / "execution"
EXPLAINED = ROOT / "docs" / "mutation.md"
GENERATOR = ("generating", "guarantees", "joining", "projections", "leaves", "lists", "placing", "writing")
TESTS = ("execution", "application/test_shared_runs.py", "application/test_masking.py")
COMPLETION = ("shapes", "nulls", "columns", "awaiting", "rows", "failure")


def main() -> int:
    """Judge the mutants that the command line asks for; 1 when one survives without an explanation."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", default=[*GENERATOR, *COMPLETION], help="of gateway/execution")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="only mutants whose description has this text")
    parser.add_argument("--new", action="store_true", help="only mutants that docs/mutation.md does not explain")
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    options = parser.parse_args()
    explained = set(EXPLAINED.read_text(encoding="utf-8").splitlines())
    mutants = [
        mutant
        for module in options.modules
        for mutant in _mutants(module)
        if options.only in str(mutant) and not (options.new and f"- {mutant}" in explained)
    ]
    if options.list:
        print(*mutants, f"{len(mutants)} mutants", sep="\n")
        return 0
    began_s = time.monotonic()
    judge = Judge(mutants, options.jobs)
    # Uncaptured: the processes would share the file that captured output goes to.
    options_of_pytest = ["-q", "-s", "--no-header", "--tb=native", "-o", "timeout=10"]
    if pytest.main([*options_of_pytest, *(str(ROOT / "tests" / name) for name in TESTS)], plugins=[judge]):
        return 2
    _print_figures(judge.fates)
    print(f"{time.monotonic() - began_s:.0f} s")
    survivors = [str(mutant) for mutant, fate in judge.fates if fate is Fate.SURVIVED]
    open_ones = [text for text in survivors if f"- {text}" not in explained]
    print(*(f"not explained: {text}" for text in open_ones), sep="\n")
    return 1 if open_ones else 0


def _mutants(module: str) -> list[Mutant]:
    return mutants_of(module, (EXECUTION / f"{module}.py").read_text(encoding="utf-8"))


def _print_figures(fates: list[tuple[Mutant, Fate]]) -> None:
    """A table of Markdown, a module a line."""
    counts: dict[str, Counter[Fate]] = {}
    for mutant, fate in fates:
        counts.setdefault(mutant.module, Counter())[fate] += 1
    counts["all"] = sum(counts.values(), Counter())
    print("| module | mutants | a test fails | only a random case disagrees | hangs | survive |")
    print("|---|---:|---:|---:|---:|---:|")
    for module, count in counts.items():
        figures = (count.total(), *(count[fate] for fate in (Fate.BROKE_A_TEST, Fate.DISAGREED, Fate.HUNG)))
        print(f"| {module} | {' | '.join(map(str, figures))} | {count[Fate.SURVIVED]} |")


if __name__ == "__main__":
    sys.exit(main())
