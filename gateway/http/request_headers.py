"""Reads what request headers say: the request id, the client's timeout, the body's length.

They come from strangers: the id ends up in logs and in the answer's headers, the timeout in our schedule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..vocabulary.errors import ClientError
from .excerpt import excerpt

TIMEOUT_HEADER: Final = "gateway-timeout-ms"
MAX_TIMEOUT_MS: Final = 600_000

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
_MILLISECONDS: Final = re.compile(r"[0-9]{1,6}")


def request_id_from(value: str | None, fresh: Callable[[], str]) -> str:
    """Keep the client's id when it is 1 to 128 characters of `A-Z a-z 0-9 . _ -`, else take a *fresh* one.

    A bad id is replaced, not refused: it is no reason to fail a request, and unfiltered it could forge log lines.
    """
    if value is not None and _REQUEST_ID.fullmatch(value):
        return value
    return fresh()


def timeout_from(value: str | None) -> float | None:
    """Give the client's timeout in seconds, None without the header.

    Raises:
        ClientError: BAD_REQUEST, the header is not a whole number of milliseconds between 1 and 600000.
    """
    if value is None:
        return None
    text = value.strip(" \t")
    if _MILLISECONDS.fullmatch(text) and 1 <= int(text) <= MAX_TIMEOUT_MS:
        return int(text) / 1000
    expected = f"a whole number of milliseconds from 1 to {MAX_TIMEOUT_MS}"
    raise ClientError(f"{TIMEOUT_HEADER}: expected {expected}, got {excerpt(value)}", code="BAD_REQUEST")


def body_bytes_from(value: str | None) -> float:
    """How long a body says it is; 0 without the header, or where it is malformed, which the server refuses.

    Source: RFC 9110 section 8.6: digits, however many; as a float even a thousand of them can be compared.
    """
    return float(value) if value is not None and value.isascii() and value.isdecimal() else 0.0
