"""What was measured: samples a cell, cells a session, as they go into tables and into the JSON file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One contestant at one work; with *shares* all requests are one viewer's, and may share what is in flight."""

    contestant: str
    work: str
    shares: bool = False

    def __str__(self) -> str:
        return f"{self.contestant}/{self.work}{'/shared' if self.shares else ''}"


@dataclass(slots=True)
class Samples:
    """What the rounds of one cell took.

    `cpu_ms` is a request's: the same number as CPU seconds of the server's process for 1,000 requests.
    """

    cpu_ms: list[float] = field(default_factory=list)
    per_s: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    requests: int = 0


@dataclass(slots=True)
class Session:
    """Cells whose rounds took turns: only these may be compared with each other."""

    name: str
    title: str
    cells: dict[Cell, Samples] = field(default_factory=dict)

    def get(self, contestant: str, work: str, *, shares: bool = False) -> Samples | None:
        """The samples of a cell that has been measured."""
        found = self.cells.get(Cell(contestant, work, shares))
        return found if found and found.cpu_ms else None

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "cells": {str(cell): asdict(samples) for cell, samples in self.cells.items()}}
