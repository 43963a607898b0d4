"""The header by which a change may be sent twice and is made once: a service answers the same key as it did before.

Source: IETF draft "The Idempotency-Key HTTP Header Field", section 2.1.
"""

from __future__ import annotations

from typing import TypeVar

from gateway import Call

T = TypeVar("T")


def sent_once(call: Call[T], key: str | None) -> Call[T]:
    """*call* with *key*, if there is one."""
    return call.with_headers({"idempotency-key": key}) if key is not None else call
