"""The command as a person runs it, and the processes below it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


async def run_gateway(
    *arguments: str, environment: Mapping[str, str] | None = None, directory: Path = ROOT
) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a command that ends by itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway.cli",
        *arguments,
        cwd=directory,
        env={**os.environ, **(environment or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, output.decode(), errors.decode()


@asynccontextmanager
async def gateway(
    *arguments: str, environment: Mapping[str, str] | None = None, directory: Path = ROOT
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that runs until it is told to end; standard error is read by the test."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway.cli",
        *arguments,
        cwd=directory,
        env={**os.environ, **(environment or {})},
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read_until(process: asyncio.subprocess.Process, text: str) -> str:
    """What the process says up to and with the line that holds *text*."""
    assert process.stderr is not None
    said = ""
    async with asyncio.timeout(30):
        while text not in said:
            line = await process.stderr.readline()
            assert line, f"the command ended; it said:\n{said}"
            said += line.decode()
    return said


def descendants(pid: int) -> set[int]:
    """Every process below *pid*."""
    children: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _parent(int(entry.name))
            children.setdefault(parent, set()).add(int(entry.name))
    found: set[int] = set()
    waiting: Sequence[int] = [pid]
    while waiting:
        found |= (below := set().union(*(children.get(parent, set()) for parent in waiting)))
        waiting = list(below)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of *pids* that still run; a zombie does not."""
    return {pid for pid in pids if _state(pid) not in {"", "Z", "X"}}


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["", "0"]


def _state(pid: int) -> str:
    return _stat(pid)[0]


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])
