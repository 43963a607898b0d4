"""`python -m tests.differential --cases 100000`: many more cases than the tests run, until some disagree."""

# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.differential.schemas import world_of
from tests.differential.tally import OPERATIONS, RUNS, Tally, cases_of, tally
from tests.differential.trials import Case

SEEDS = Path(__file__).with_name("seeds.txt")
MOST_FALLBACKS = 0.02


def main() -> int:
    """Run the cases that the command line asks for; 1 when some disagree."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="how many; the first are those of the seed bank")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after so long")
    parser.add_argument(
        "--world", type=int, default=int(time.time()), help="seed of the first graph; by default the time"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--case", help="only this case, such as 3.14.15, with its graph")
    parser.add_argument("--go-on", action="store_true", help="do not stop at the first disagreements")
    options = parser.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)
    if options.case:
        return _show(Case.of(options.case))
    worlds = range(options.world, options.world + -(-options.cases // (OPERATIONS * RUNS)))
    total, began_s = Tally(), time.monotonic()
    for done in _done(worlds, options.jobs, began_s + options.seconds):
        total.add(done)
        print(f"{total}, {total.cases / (time.monotonic() - began_s):.0f} cases/s", flush=True)
        if total.disagreements and not options.go_on:
            break
    for case, text in total.disagreements.items():
        print(f"\n{text}")
        _bank(case)
    return 1 if total.disagreements or total.fallback_share > MOST_FALLBACKS else 0


def banked() -> list[Case]:
    """The cases of the seed bank."""
    lines = SEEDS.read_text(encoding="utf-8").splitlines()
    return [Case.of(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


def _done(worlds: range, jobs: int, ends_s: float) -> Iterator[Tally]:
    """The tally of the bank, and then of one world after the other, as they come in."""
    # A process is given up after some worlds: classes that Strawberry has seen are never freed.
    with multiprocessing.Pool(jobs, maxtasksperchild=20) as pool:
        done = pool.imap_unordered(tally, chain([banked()], map(cases_of, worlds)))
        try:
            while (left_s := ends_s - time.monotonic()) > 0:
                yield done.next(left_s)
        except (StopIteration, multiprocessing.TimeoutError):
            return


def _show(case: Case) -> int:
    world = world_of(case.world)
    print(world.source, world.graph.sdl, sep="\n\n")
    found = tally([case])
    print(*found.disagreements.values(), found, sep="\n\n")
    return 1 if found.disagreements else 0


def _bank(case: str) -> None:
    if Case.of(case) not in banked():
        with SEEDS.open("a", encoding="utf-8") as bank:
            bank.write(f"{case}\n")


if __name__ == "__main__":
    sys.exit(main())
