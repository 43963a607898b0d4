"""The table that `gateway dev` prints: what runs where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich import box
from rich.table import Table


class Row(NamedTuple):
    """One thing that runs; `pid` is None for what runs inside of this process or starts on demand."""

    name: str
    kind: str
    address: str
    pid: int | None


def table_of(rows: Iterable[Row], *, title: str) -> Table:
    """The table, as narrow as its content."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for heading in ("name", "what", "where"):
        table.add_column(heading, no_wrap=True)
    table.add_column("pid", justify="right")
    for row in rows:
        table.add_row(row.name, row.kind, row.address, "" if row.pid is None else str(row.pid))
    return table
