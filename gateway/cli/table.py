"""Tables, and signs of work, that commands print. Only a person at a terminal gets rules and motion."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Rows = Sequence[Sequence[str]]


def working(console: Console, what: str) -> AbstractContextManager[object]:
    """A line that says *what* is being done while the block runs; nothing where *console* is no terminal."""
    return console.status(what) if console.is_terminal else nullcontext()


def print_table(console: Console, headings: Sequence[str], rows: Rows) -> None:
    """Print *rows* below *headings*. Where *console* is no terminal each row is one line, and there are no headings."""
    if not console.is_terminal:
        console.print(Text("\n".join(_aligned(rows))), soft_wrap=True)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _aligned(rows: Rows) -> list[str]:
    """*rows* as lines whose columns stand below each other, without spaces at the end."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
