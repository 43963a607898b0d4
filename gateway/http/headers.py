"""Header fields as ASGI takes them: bytes, names in lower case."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Encoded: TypeAlias = tuple[bytes, bytes]


# Most of an answer's headers are those of every other one.
@lru_cache(maxsize=256)
def encoded(name: str, value: str) -> Encoded:
    """One header field."""
    return name.lower().encode("latin-1"), value.encode("latin-1")


def with_defaults(given: Iterable[Encoded], defaults: Iterable[Encoded]) -> list[Encoded]:
    """*given* and those of *defaults* whose names are not among them."""
    headers = list(given)
    names = {name for name, _ in headers}
    headers += [pair for pair in defaults if pair[0] not in names]
    return headers
