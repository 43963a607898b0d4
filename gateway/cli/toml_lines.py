"""On which line of a TOML file each value begins. The standard library's parser does not tell.

A file is parsed again with one line more at a time: what appears is what that line ended. This is exact for whatever
TOML allows, and quadratic, hence the limit; a settings file has some dozens of lines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_MOST_LINES: Final = 400


def lines_of_settings(file: Path) -> Mapping[str, int]:
    """Dotted name to line, `{"backends.users": 3}`; empty for a file that is long or cannot be read."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return _lines_of(lines) if len(lines) <= _MOST_LINES else {}


def _lines_of(lines: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    begins: int | None = None
    for number, text in enumerate(lines, 1):
        is_nothing = not text.strip() or text.lstrip().startswith("#")
        if begins is None and is_nothing:
            continue
        # A value over several lines is parsed with its last one and stands where it begins.
        begins = begins or number
        try:
            values = tomllib.loads("\n".join(lines[:number]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
        for name in _leaves((), values):
            found.setdefault(name, begins)
        begins = None
    return found


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield ".".join(path)
        return
    for name, inner in value.items():
        yield from _leaves((*path, name), inner)
