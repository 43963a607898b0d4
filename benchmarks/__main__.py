"""`make bench`: the gateway beside its peers, over HTTP and in process, and each goal beside what was measured.

Everything that is compared took turns with it; every answer is compared byte for byte. The method is in
`docs/performance.md`; `--quick` runs the harness itself, within a minute, for figures that mean nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import uvloop

from . import startup
from .contestants import CONTESTANTS, ROOT, SCRATCH, importable
from .cpu import CORES, pinned, stay_on
from .report import machine, save, text, write
from .rounds import Field, Pace
from .samples import Cell, Samples, Session
from .servers import running_servers, running_upstream
from .sessions import PLANS, QUICK_PLANS, SLOW_PLAN, SLOW_UPSTREAM_MS

_IN_PROCESS_LIMIT_S = 900


async def main(options: argparse.Namespace) -> None:
    """Measure, print and save."""
    facts, sessions = machine(), {}
    async for session in _sessions(options):
        sessions[session.name] = session
        # What is measured stays, whatever becomes of the rest.
        save(options.out, facts, sessions)
        print(f"{session.name}: done", file=sys.stderr, flush=True)
    figures = text(facts, sessions)
    print(figures)
    if options.page:
        write(options.page, figures)
    print(f"\nevery sample: {options.out}")


async def _sessions(options: argparse.Namespace) -> AsyncIterator[Session]:
    def wanted(name: str) -> bool:
        return name in options.only if options.only else not options.quick or name in _quick_names()

    if wanted("in process"):
        yield await asyncio.to_thread(_in_process, options)
    plans = [plan for plan in (QUICK_PLANS if options.quick else PLANS) if wanted(plan[0].name)]
    async for session in _over_http(plans, Pace(options.rounds, options.turn_s)):
        yield session
    if wanted("slow"):
        # A turn is about ten requests, whatever the pace: they wait.
        slow = Pace(options.rounds, 1.0, concurrency=1)
        async for session in _over_http([SLOW_PLAN], slow, delay_ms=SLOW_UPSTREAM_MS):
            yield session
    if wanted("start"):
        async with running_upstream() as upstream:
            session = Session("start", "Process start to the first right q1")
            yield await startup.measure(session, upstream, options.rounds, lambda name: CONTESTANTS[name].is_here)


def _quick_names() -> set[str]:
    return {"in process", *(session.name for session, _ in QUICK_PLANS)}


async def _over_http(
    plans: Sequence[tuple[Session, list[Cell]]], pace: Pace, *, delay_ms: float = 0
) -> AsyncIterator[Session]:
    async with (
        running_upstream(delay_ms) as upstream,
        running_servers(_contestants(plans), upstream) as servers,
    ):
        field = Field(servers, upstream, pace)
        for session, cells in plans:
            yield await field.run(session, cells)


def _contestants(plans: Iterable[tuple[Session, list[Cell]]]) -> list[str]:
    """Those who take part, each once."""
    return list(dict.fromkeys(cell.contestant for _, cells in plans for cell in cells))


def _in_process(options: argparse.Namespace) -> Session:
    """The in-process session, in a process of its own on the servers' core."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    pace = ["--rounds", str(options.rounds), "--turn-s", str(options.turn_s / 2)]
    command = [sys.executable, "-m", "benchmarks.in_process", *pace, *(["--quick"] if options.quick else [])]
    with (SCRATCH / "in_process.log").open("w+") as log:
        done = subprocess.run(
            pinned(command, CORES[0]),
            env={**os.environ, **importable()},
            cwd=SCRATCH,
            stdout=subprocess.PIPE,
            stderr=log,
            timeout=_IN_PROCESS_LIMIT_S,
            check=False,
        )
        if done.returncode:
            log.seek(0)
            raise SystemExit(f"in process: {log.read()[-3000:]}")
    session = Session("in process", "In process: CPU ms a request")
    for name, samples in json.loads(done.stdout).items():
        contestant, work = name.split("/")
        session.cells[Cell(contestant, work)] = Samples(**samples)
    return session


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, help="rounds of each session; 30 unless said")
    parser.add_argument("--turn-s", type=float, help="seconds of each cell's turn in a round; 0.3 unless said")
    parser.add_argument("--only", nargs="+", default=[], metavar="SESSION", help="such as q1, q3, 'in process', start")
    parser.add_argument("--quick", action="store_true", help="the harness alone: few requests to few servers")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json")
    parser.add_argument("--page", type=Path, help="the Markdown page whose figures are replaced")
    options = parser.parse_args()
    rounds, turn_s = (2, 0.05) if options.quick else (30, 0.3)
    options.rounds, options.turn_s = options.rounds or rounds, options.turn_s or turn_s
    return options


if __name__ == "__main__":
    stay_on(CORES[-1])
    with suppress(KeyboardInterrupt):
        uvloop.run(main(_options()))
