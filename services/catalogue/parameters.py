"""Reads query parameters, bounded and checked; what is wrong with one is said with what was expected and what came."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import QueryParams

MAX_KEYS = 100


class BadParameterError(ValueError):
    """A query parameter breaks a rule: the caller's fault, answered as 400 with this text."""


def keys_of(parameters: QueryParams, names: Sequence[str]) -> tuple[str, list[str]]:
    """Which one of *names* was given, and its values, each once.

    Raises:
        BadParameterError: none or several of *names*, or more than `MAX_KEYS` values.
    """
    given = {name: values for name in names if (values := [value for value in parameters.getlist(name) if value])}
    if len(given) != 1:
        raise BadParameterError(
            f"expected exactly one of {' and '.join(names)}, got {' and '.join(given) or 'neither'}"
        )
    name, values = given.popitem()
    if len(values) > MAX_KEYS:
        raise BadParameterError(f"{name}: expected at most {MAX_KEYS} values, got {len(values)}")
    return name, list(dict.fromkeys(values))


def whole_number_of(parameters: QueryParams, name: str, *, default: int, most: int) -> int:
    text = parameters.get(name)
    if text is None:
        return default
    # `int` alone also takes "1_0", " 5 " and the digits of other scripts.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) else 0
    if not 1 <= number <= most:
        raise BadParameterError(f"{name}: expected a whole number from 1 to {most}, got {text[:40]!r}")
    return number


def choice_of(parameters: QueryParams, name: str, choices: Sequence[str]) -> str | None:
    value = parameters.get(name)
    if value is not None and value not in choices:
        raise BadParameterError(f"{name}: expected one of {', '.join(choices)}, got {value[:40]!r}")
    return value


def flag_of(parameters: QueryParams, name: str, *, default: bool) -> bool:
    value = choice_of(parameters, name, ("true", "false"))
    return default if value is None else value == "true"
