"""The figures as Markdown tables, for the terminal and for `docs/performance.md`, and as a JSON file."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from operator import truediv
from pathlib import Path
from typing import Any

import gateway

from .contestants import CONTESTANTS, PEERS, ROOT
from .goals import Verdict, verdicts
from .intervals import figure, interval, paired
from .samples import Cell, Samples, Session

_PYTHON_PEERS = ("strawberry-graphql", "graphql-core", "granian", "aiohttp", "httpx", "httptools")
_NODE_PEERS = ("mercurius", "graphql", "fastify", "undici", "@tailcallhq/core-linux-x64-gnu")
# Below it stand figures, above it what they mean.
_MARK = "<!-- Written by `make bench ARGS='--page docs/performance.md'`. -->"
_MARKS = {True: "reached", False: "**missed**", None: "not measured"}


def machine() -> dict[str, Any]:
    """Where and with what the figures came about."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "commit": _output("git", "rev-parse", "--short", "HEAD"),
        "files edited since": len(_output("git", "status", "--short", "gateway").splitlines()),
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "load": round(os.getloadavg()[0], 1),
        "onehop": gateway.__version__,
        "python": platform.python_version(),
        "node": _output("node", "--version"),
        **{name: version(name) for name in _PYTHON_PEERS},
        **dict(_node_versions()),
    }


def text(facts: Mapping[str, Any], sessions: Mapping[str, Session]) -> str:
    """Everything as Markdown."""
    parts = [", ".join(f"{name} {value}" for name, value in facts.items() if value)]
    parts += [f"### {session.title}\n\n{table(session)}" for session in sessions.values()]
    parts.append(f"### Goals\n\n{goals_table(verdicts(sessions))}")
    return "\n\n".join(parts)


def table(session: Session) -> str:
    """A line a cell: its cost, and the gateway's cost as a multiple of it."""
    if session.name == "start":
        return _rows(("what", "wall ms"), _start_rows(session))
    head = ("contestant", "work", "CPU ms", "gateway / it", "requests/s", "p50 ms", "calls")
    return _rows(head, (_cell_row(session, cell, samples) for cell, samples in session.cells.items()))


def goals_table(judged: Iterable[Verdict]) -> str:
    """A line a goal."""
    return _rows(("work", "goal", "measured", ""), map(_verdict_row, judged))


def write(page: Path, figures: str) -> None:
    """Put *figures* in the place of all that stands below the mark in *page*."""
    above, mark, _ = page.read_text().partition(_MARK)
    page.write_text(f"{above}{mark or _MARK}\n\n{figures}\n")


def save(path: Path, facts: Mapping[str, Any], sessions: Mapping[str, Session]) -> None:
    """Write every sample to *path*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    goals = [
        {"work": verdict.work, "goal": verdict.goal, "unit": verdict.unit, "measured": str(verdict.measured)}
        | {"reached": verdict.is_reached}
        for verdict in verdicts(sessions)
    ]
    content = {
        "machine": dict(facts),
        "sessions": {name: session.to_json() for name, session in sessions.items()},
        "goals": goals,
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


def _cell_row(session: Session, cell: Cell, samples: Samples) -> tuple[str, ...]:
    ours = session.get("gateway", cell.work, shares=cell.shares)
    is_ours = cell.contestant == "gateway" or ours is None
    return (
        _title(cell.contestant),
        cell.work,
        str(interval(samples.cpu_ms)),
        "" if is_ours or ours is None else str(paired(ours.cpu_ms, samples.cpu_ms, truediv)),
        figure(interval(samples.per_s).median),
        figure(interval(samples.p50_ms).median) if samples.p50_ms else "",
        figure(interval(samples.calls).median) if samples.calls else "",
    )


def _start_rows(session: Session) -> Iterator[tuple[str, ...]]:
    for cell, samples in session.cells.items():
        yield _title(cell.contestant), str(interval(samples.cpu_ms))


def _verdict_row(verdict: Verdict) -> tuple[str, ...]:
    bound = "at least" if verdict.at_least else "at most"
    goal = f"{bound} {verdict.goal:g} {verdict.unit}"
    return verdict.work, goal, str(verdict.measured or ""), _MARKS[verdict.is_reached]


def _title(contestant: str) -> str:
    return CONTESTANTS[contestant].title if contestant in CONTESTANTS else contestant


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _node_versions() -> Iterator[tuple[str, str]]:
    for name in _NODE_PEERS:
        manifest = PEERS / "node_modules" / name / "package.json"
        if manifest.exists():
            yield name, json.loads(manifest.read_text())["version"]


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
