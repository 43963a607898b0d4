"""`make profile CASE=q1`: a flame graph of a Python contestant under load, and the functions that cost the most.

Samples are taken of the threads that run; `build/profile-q1.svg` opens in a browser.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import uvloop

from .contestants import ROOT
from .cpu import CORES, family, stay_on
from .load import Exchange, Load, post
from .servers import Server, running_servers, running_upstream
from .works import WORKS, Work

_PY_SPY = ROOT / ".tools" / "py-spy" / "bin" / "py-spy"
_RATE = 500
_SHOWN = 30
# A thread of the server, which is written in Rust, or code without a Python frame.
_OUTSIDE = "outside of Python"


async def main(options: argparse.Namespace) -> None:
    """Record and print."""
    work = WORKS[options.case]
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    picture, stacks = folder / f"profile-{work.name}.svg", folder / f"profile-{work.name}.txt"
    async with (
        running_upstream() as upstream,
        running_servers([options.contestant], upstream) as servers,
    ):
        server = servers[options.contestant]
        loading = asyncio.create_task(_keep_busy(server, work))
        try:
            await _record(server, picture, "flamegraph", options.seconds)
            await _record(server, stacks, "raw", options.seconds)
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
    _print(stacks.read_text().splitlines(), f"{options.contestant}, {work.name}")
    print(f"\nflame graph: {picture}")


async def _keep_busy(server: Server, work: Work) -> None:
    exchanges = [Exchange(post(server.address, work.body(), viewer)) for viewer in work.viewers]
    load = await Load.open(server.address, exchanges, work.concurrency)
    while True:
        await load.run(exchanges, len(exchanges))


async def _record(server: Server, file: Path, form: str, seconds: int) -> None:
    # The last of the family is the worker; the processes above it wait.
    target = ["--pid", str(family(server.pid)[-1])]
    how = ["--format", form, "--duration", str(seconds), "--rate", str(_RATE), "--function"]
    command = [str(_PY_SPY), "record", *target, *how, "--output", str(file)]
    recorder = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(recorder.communicate(), seconds + 30)
    if recorder.returncode:
        raise SystemExit(f"py-spy: {said.decode()}")


def costs(lines: Iterable[str]) -> tuple[int, Counter[str], Counter[str]]:
    """How many samples there are, and by function those in which it ran itself and those in which it was on the stack.

    A line is `outer (file.py:1);inner (file.py:2) 17`.
    """
    total, own, below = 0, Counter[str](), Counter[str]()
    for stack, count in _stacks(lines):
        total += count
        own[stack[-1]] += count
        below.update(dict.fromkeys(stack, count))
    return total, own, below


def _stacks(lines: Iterable[str]) -> Iterator[tuple[list[str], int]]:
    for line in lines:
        stack, _, count = line.rpartition(" ")
        yield (stack or _OUTSIDE).split(";"), int(count)


def _print(lines: list[str], title: str) -> None:
    total, own, below = costs(lines)
    print(f"{title}: {total} samples; per cent of them in which a function ran itself, and was on the stack")
    # What leads to all else, from the interpreter's start to the server's loop, says nothing.
    branches = Counter({name: count for name, count in below.items() if count < max(below.values())})
    for order in (own, branches):
        print(f"{'itself':>7}{'on the stack':>14}  function")
        for name, _ in order.most_common(_SHOWN):
            print(f"{100 * own[name] / total:>7.1f}{100 * below[name] / total:>14.1f}  {name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make profile")
    parser.add_argument("--case", choices=WORKS, default="q1")
    parser.add_argument("--contestant", choices=("gateway", "floor", "tuned", "vanilla"), default="gateway")
    parser.add_argument("--seconds", type=int, default=10)
    stay_on(CORES[-1])
    uvloop.run(main(parser.parse_args()))
