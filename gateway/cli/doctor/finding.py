"""What comes of one look, and how all of them are told: as a table, as plain lines, or as JSON. Never with a secret."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Status = Literal["ok", "warn", "fail"]

_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}
#: A shorter secret is a word such as `demo`, which may stand in any sentence.
_SHORTEST_SECRET: Final = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One look: at what, how it is, what was seen, and what to do unless all is well."""

    check: str
    status: Status
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", found)


def warn(check: str, found: str, advice: str) -> Finding:
    """It works now or somewhere, and may not later or elsewhere."""
    return Finding(check, "warn", found, advice)


def fail(check: str, found: str, advice: str) -> Finding:
    """It cannot work."""
    return Finding(check, "fail", found, advice)


def masked(findings: Iterable[Finding], secrets: Iterable[str]) -> list[Finding]:
    """*findings* without any of *secrets*, which an error of somebody else's code may quote."""
    # Longer ones first: one may be a part of another.
    known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)

    def without(text: str) -> str:
        for secret in known:
            text = text.replace(secret, "***")
        return text

    return [replace(each, found=without(each.found), advice=without(each.advice)) for each in findings]


def tell(findings: Sequence[Finding], *, json: bool) -> None:
    """Print *findings* to standard output."""
    if json:
        told = {"ok": not any(each.status == "fail" for each in findings), "findings": [*map(asdict, findings)]}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
        return
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(_table(findings))
    else:
        console.print(Text("\n".join(_lines(findings))), soft_wrap=True)
    console.print(Text(_summary(findings)))


def _table(findings: Iterable[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "what", "found", "to do"):
        table.add_column(heading, overflow="fold")
    for each in findings:
        table.add_row(Text(each.status, _COLOURS[each.status]), Text(each.check), Text(each.found), Text(each.advice))
    return table


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    width = max(len(each.check) for each in findings)
    for each in findings:
        yield f"{each.status:<4}  {each.check:<{width}}  {each.found}"
        if each.advice:
            yield f"{'':4}  {'':{width}}  to do: {each.advice}"


def _summary(findings: Sequence[Finding]) -> str:
    """`1 of 6 checks failed, 2 warnings`."""
    failed, warned = (sum(each.status == status for each in findings) for status in ("fail", "warn"))
    told = f"{failed} of {len(findings)} checks failed" if failed else "no check failed"
    return told + (f", {warned} warning{'' if warned == 1 else 's'}" if warned else "")
