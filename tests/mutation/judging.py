"""Judging mutants: a process each, forked once all is imported and the tests are collected, until a test fails.

First run the tests that come by the changed lines, the quickest first; then random cases must agree with graphql-core.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import Any, Self

import pytest

from tests.differential.__main__ import banked
from tests.differential.schemas import world_of
from tests.differential.tally import cases_of, tally
from tests.mutation.applying import PACKAGE, apply
from tests.mutation.mutants import Mutant

#: Each mutant is given so long; what hangs is found out.
LIMIT_S = 60
_WORLDS = range(7000, 7003)
_CASES = [*banked(), *(case for world in _WORLDS for case in cases_of(world)[::2])]
_FORK = multiprocessing.get_context("fork")


class Fate(Enum):
    """What became of a mutant; the value is its process's exit code."""

    SURVIVED = 0
    BROKE_A_TEST = 10
    DISAGREED = 11
    HUNG = 12


@dataclass(frozen=True, slots=True)
class _Ran:
    """How one test ran: how long, and which lines of which modules it came by."""

    seconds: float
    lines: frozenset[tuple[str, int]]


class Judge:
    """A pytest plugin that runs the collected tests against one mutant after the other, instead of once."""

    def __init__(self, mutants: Sequence[Mutant], jobs: int) -> None:
        self._mutants = mutants
        self._jobs = jobs
        self._items: list[pytest.Item] = []
        self._failed = ""
        #: How many mutants each test has found out, told by the processes.
        self._found: Any = []
        self.fates: list[tuple[Mutant, Fate]] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the tests' own run."""
        self._items = session.items
        self._found = _FORK.Array("i", len(self._items))
        for world in _WORLDS:
            world_of(world)
        gc.collect()
        gc.freeze()
        ran = self._unmutated()
        for mutant, fate in self._judged(ran):
            self.fates.append((mutant, fate))
            if fate is Fate.SURVIVED:
                print(f"{len(self.fates)}/{len(self._mutants)} line {mutant.lines.start} {mutant}", flush=True)  # noqa: T201
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hear of each test."""
        if report.failed:
            self._failed = f"{report.nodeid}: {report.longreprtext[-300:]}"

    def _unmutated(self) -> list[_Ran]:
        """Run every test on what is there, in a process of its own: what it says decides nothing but the order."""
        receiver, sender = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=self._trace, args=(sender,))
        process.start()
        ran: list[_Ran] | str = receiver.recv()
        process.join()
        if isinstance(ran, str):
            raise pytest.UsageError(f"expected tests that pass without a mutant: {ran}")
        return ran

    def _trace(self, sender: Connection) -> None:
        _say_nothing()
        modules = {str(sys.modules[f"{PACKAGE}.{mutant.module}"].__file__) for mutant in self._mutants}
        ran = []
        for item, following in pairwise([*self._items, None]):
            began_s = time.monotonic()
            with _Lines(modules) as lines:
                self._run(item, following)
            ran.append(_Ran(time.monotonic() - began_s, frozenset(lines.seen)))
        sender.send(self._failed or str(_disagreement() or "") or ran)

    def _judged(self, ran: Sequence[_Ran]) -> Iterator[tuple[Mutant, Fate]]:
        waiting = list(reversed(self._mutants))
        running: dict[Any, tuple[Mutant, float]] = {}
        while waiting or running:
            while waiting and len(running) < self._jobs:
                mutant = waiting.pop()
                process = _FORK.Process(target=self._try, args=(mutant, self._order(mutant, ran)))
                process.start()
                running[process] = mutant, time.monotonic() + LIMIT_S
            wait([process.sentinel for process in running], timeout=1)
            for process, (mutant, ends_s) in list(running.items()):
                if process.is_alive() and time.monotonic() < ends_s:
                    continue
                hangs = process.is_alive()
                if hangs:
                    process.kill()
                process.join()
                del running[process]
                yield mutant, Fate.HUNG if hangs else Fate(process.exitcode)

    def _try(self, mutant: Mutant, order: Sequence[int]) -> None:
        """Leave this process with the mutant's fate."""
        _say_nothing()
        apply(mutant)
        try:
            for number, following in pairwise([*order, None]):
                self._run(self._items[number], None if following is None else self._items[following])
                if self._failed:
                    self._found[number] += 1
                    os._exit(Fate.BROKE_A_TEST.value)
            os._exit(Fate.DISAGREED.value if _disagreement() else Fate.SURVIVED.value)
        except BaseException:  # noqa: BLE001 - the mutant's doing
            os._exit(Fate.DISAGREED.value)

    def _order(self, mutant: Mutant, ran: Sequence[_Ran]) -> list[int]:
        """The numbers of the tests that may tell the difference: those that often do, then the quickest, first."""
        lines = {(mutant.module, line) for line in mutant.lines}
        telling = [number for number, each in enumerate(ran) if mutant.is_at_import or not lines.isdisjoint(each.lines)]
        return sorted(telling, key=lambda number: (-self._found[number], ran[number].seconds))

    def _run(self, item: Any, following: Any) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _say_nothing() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _disagreement() -> Mapping[str, str]:
    return tally(_CASES, cuts_down=False).disagreements


class _Lines:
    """The lines of some modules that run while it is entered."""

    def __init__(self, modules: set[str]) -> None:
        self._modules = modules
        self.seen: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        path = frame.f_code.co_filename
        if path not in self._modules:
            return None
        name, seen = Path(path).stem, self.seen

        def line_ran(frame: FrameType, _event: str, _argument: Any) -> Any:
            seen.add((name, frame.f_lineno))
            return line_ran

        seen.add((name, frame.f_lineno))
        return line_ran
