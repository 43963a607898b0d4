"""`gateway config`: every setting with its value and its source. Where in a file a value stands is `toml_lines`'."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from rich.console import Console

from ..vocabulary.nearest import did_you_mean
from ..vocabulary.settings_tree import DEFAULT
from .problems import fail, settings_with_sources_or_fail
from .table import print_table
from .toml_lines import lines_of_settings

_UNSET: Final = "unset"


class Setting(NamedTuple):
    """One setting by its dotted name; secrets in `value` are masked."""

    name: str
    value: Any
    source: str


def run_config(file: Path | None, name: str | None, *, json: bool) -> int:
    """Print the settings, only *name* and what is below it when given, and give the exit code 0."""
    settings, sources = settings_with_sources_or_fail(file)
    known = [*_settings((), settings, sources)]
    chosen = [each for each in known if name is None or f"{each.name}.".startswith(f"{name}.")]
    if not chosen:
        hint = did_you_mean(name or "", _names(known)) or "; `gateway config` prints all"
        fail(f"{name}: no such setting{hint}")
    placed = [*_with_lines(chosen)]
    if json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode([each._asdict() for each in placed])).decode() + "\n")
    else:
        console = Console(highlight=False)
        print_table(
            console, ("setting", "value", "from"), [(each.name, _shown(each.value), each.source) for each in placed]
        )
    return 0


def _settings(path: tuple[str, ...], value: Any, sources: Mapping[str, str]) -> Iterator[Setting]:
    """What stands in *value*, in the order in which it is declared; an empty table is a setting of its own."""
    if isinstance(value, msgspec.Struct):
        # What a struct shows of itself is masked.
        shown: Any = value.__rich_repr__()
    elif isinstance(value, Mapping) and value:
        shown = value.items()
    else:
        yield Setting(".".join(path), value, sources.get(".".join(path), DEFAULT))
        return
    for name, inner in shown:
        yield from _settings((*path, name), inner, sources)


def _names(settings: Iterable[Setting]) -> set[str]:
    """The names of settings and of the tables around them."""
    parts = [each.name.split(".") for each in settings]
    return {".".join(each[:length]) for each in parts for length in range(1, len(each) + 1)}


def _with_lines(settings: Iterable[Setting]) -> Iterator[Setting]:
    """The settings; a source that is a file tells the line too, where it can be found."""
    files: dict[str, Mapping[str, int]] = {}
    for each in settings:
        if each.source not in files:
            # A variable's name is no file's; the look finds none.
            files[each.source] = {} if each.source == DEFAULT else lines_of_settings(Path(each.source))
        line = _line(each.name, files[each.source])
        yield each if line is None else each._replace(source=f"{each.source}:{line}")


def _line(name: str, lines: Mapping[str, int]) -> int | None:
    """The line of *name*, or of the text that stands for the table it is in, as `users = "lambda:users"` does."""
    while name not in lines and "." in name:
        name = name.rpartition(".")[0]
    return lines.get(name)


def _shown(value: Any) -> str:
    if value is None:
        return _UNSET
    return "none" if value in ({}, ()) else msgspec.json.encode(value).decode()
