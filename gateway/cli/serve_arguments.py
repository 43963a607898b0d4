"""What `gateway serve` is told, read without cyclopts, which reads the options of all other commands.

Workers are forks of the process that reads it: they would keep what it has imported, and each start would wait for it.
Only what is usual and right is read here; help, mistakes and rare forms are left to cyclopts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class ServeArguments:
    """The arguments of `gateway serve`, with their defaults."""

    graph: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    reload: bool = False
    settings: str | None = None


_TEXTS: Final = frozenset({"--host", "--settings"})
_NUMBERS: Final = frozenset({"--port", "--workers"})
_FLAGS: Final = {"--reload": True, "--no-reload": False}
_MOST_DIGITS: Final = 9


def read_serve(arguments: Sequence[str]) -> ServeArguments | None:
    """What `serve …` says, or None where cyclopts must have a look: it would say the same or refuse."""
    command, *words = arguments or ("",)
    if command != "serve":
        return None
    told: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        name, value = _read(word, rest)
        if value is None or name in told:
            return None
        told[name] = value
    return ServeArguments(**told)


def _read(word: str, rest: Iterator[str]) -> tuple[str, str | int | bool | None]:
    """The argument's name and value at *word*, which may go on with the next of *rest*; None is no plain value."""
    option, equals, text = word.partition("=")
    if word in _FLAGS:
        return "reload", _FLAGS[word]
    if option not in _TEXTS | _NUMBERS:
        return "graph", _plain(word)
    value = _plain(text if equals else next(rest, ""))
    if option in _NUMBERS and value is not None:
        is_number = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
        return option[2:], int(value) if is_number else None
    return option[2:], value


def _plain(text: str) -> str | None:
    return text if text and not text.startswith("-") else None
