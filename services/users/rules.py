"""Which changes of a profile are allowed. Pure: it looks at the change only, and names every broken rule at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

NAME_MAX_CHARACTERS = 80
HEADLINE_MAX_CHARACTERS = 140
# RFC 5321, section 4.5.3.1.3, less the two angle brackets.
EMAIL_MAX_CHARACTERS = 254


def problems_of(changes: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every broken rule, in the order the fields were sent: `[{"field": "email", "message": "..."}]`."""
    return [
        {"field": field, "message": message}
        for field, value in changes.items()
        for message in _RULES.get(field, _unknown)(value)
    ]


def _name(value: object) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"expected text, got {_json_type(value)}"
    elif not value.strip():
        yield "must not be blank"
    elif len(value) > NAME_MAX_CHARACTERS:
        yield f"expected at most {NAME_MAX_CHARACTERS} characters, got {len(value)}"


def _email(value: object) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"expected text, got {_json_type(value)}"
        return
    local, _, domain = value.partition("@")
    if value.count("@") != 1 or not local:
        yield "expected one @ with a name before it"
    elif "." not in domain or not all(domain.split(".")):
        yield "expected a domain with a dot after the @"
    if any(character.isspace() for character in value):
        yield "must not contain spaces"
    if len(value) > EMAIL_MAX_CHARACTERS:
        yield f"expected at most {EMAIL_MAX_CHARACTERS} characters, got {len(value)}"


def _headline(value: object) -> Iterator[str]:
    if value is not None and not isinstance(value, str):
        yield f"expected text or null, got {_json_type(value)}"
    elif value is not None and len(value) > HEADLINE_MAX_CHARACTERS:
        yield f"expected at most {HEADLINE_MAX_CHARACTERS} characters, got {len(value)}"


def _unknown(_value: object) -> Iterator[str]:
    yield f"unknown field; expected one of {', '.join(_RULES)}"


_RULES: dict[str, Callable[[object], Iterator[str]]] = {"name": _name, "email": _email, "headline": _headline}


def _json_type(value: object) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "null")
