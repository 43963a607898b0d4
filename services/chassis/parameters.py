"""Reads query parameters, bounded and checked; what is wrong with one is said with what was expected and what came."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from .events import RefusedError, Request

MAX_KEYS = 100


def keys_of(request: Request, names: Sequence[str]) -> tuple[str, list[str]]:
    """Which one of *names* was given, and its values, each once.

    Raises:
        RefusedError: none or several of *names*, or more than `MAX_KEYS` values.
    """
    given = {name: request.query[name] for name in names if request.query.get(name)}
    if len(given) != 1:
        expected = names[0] if len(names) == 1 else f"exactly one of {' and '.join(names)}"
        raise _bad(f"expected {expected}, got {' and '.join(given) or 'nothing'}")
    name, values = given.popitem()
    if len(values) > MAX_KEYS:
        raise _bad(f"{name}: expected at most {MAX_KEYS} values, got {len(values)}")
    return name, list(dict.fromkeys(values))


def pairs_of(values: Sequence[str], name: str) -> list[tuple[str, str]]:
    """Two ids each, from `c1:u1`.

    Raises:
        RefusedError: one is no pair.
    """
    pairs = [tuple(value.split(":")) for value in values]
    for value, pair in zip(values, pairs, strict=True):
        if len(pair) != 2 or not all(pair):  # noqa: PLR2004 - a pair
            raise _bad(f"{name}: expected two ids joined by a colon, got {value[:40]!r}")
    return [(first, second) for first, second in pairs]


def text_of(request: Request, name: str, *, most_characters: int) -> str | None:
    """The parameter's value, None without one.

    Raises:
        RefusedError: it is too long.
    """
    (value,) = request.query.get(name, [None])[:1]
    if value is not None and len(value) > most_characters:
        raise _bad(f"{name}: expected at most {most_characters} characters, got {len(value)}")
    return value


def whole_number_of(request: Request, name: str, *, default: int, most: int) -> int:
    (text,) = request.query.get(name, [str(default)])[:1]
    # `int` alone also takes "1_0", " 5 " and the digits of other scripts.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) else 0
    if not 1 <= number <= most:
        raise _bad(f"{name}: expected a whole number from 1 to {most}, got {text[:40]!r}")
    return number


def _bad(text: str) -> RefusedError:
    return RefusedError(HTTPStatus.BAD_REQUEST, text)
