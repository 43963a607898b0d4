"""AWS Signature Version 4 for requests whose body is at hand. Pure: no clock, no environment, no I/O.

Source: AWS IAM User Guide, "Create a signed AWS API request". S3's exceptions (single encoding, payload header) are
left out, and paths must have no dot segments.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from .wire import Pairs

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
#: Hops change these, so a signature over them would break.
_UNSIGNED: Final = frozenset({"authorization", "connection", "expect", "transfer-encoding", "user-agent"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a signature is made with; secrets stay out of the repr."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def sign(
    method: str,
    path: str,
    query: Pairs,
    headers: Pairs,
    body: bytes,
    *,
    credentials: Credentials,
    region: str,
    service: str,
    now: datetime,
) -> Pairs:
    """The headers to add: `authorization`, `x-amz-date` and, for temporary credentials, `x-amz-security-token`.

    *path* is as it is sent, percent-encoded once; *query* is not encoded; *headers* have lower-case names, contain
    `host`, and are all signed but for those that hops change. *now* is aware.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    added: Pairs = (("x-amz-date", stamp),)
    if credentials.session_token is not None:
        added += (("x-amz-security-token", credentials.session_token),)
    signed_names, canonical_headers = _canonical_headers((*headers, *added))
    canonical_request = "\n".join(
        (
            method,
            quote(path, safe="/~"),
            _canonical_query(query),
            canonical_headers,
            signed_names,
            sha256(body).hexdigest(),
        )
    )
    day = stamp[:8]
    scope = f"{day}/{region}/{service}/aws4_request"
    to_sign = f"{_ALGORITHM}\n{stamp}\n{scope}\n{sha256(canonical_request.encode()).hexdigest()}"
    key = _signing_key(credentials.secret_access_key, day, region, service)
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    parts = f"Credential={credentials.access_key_id}/{scope}, SignedHeaders={signed_names}, Signature={signature}"
    return (*added, ("authorization", f"{_ALGORITHM} {parts}"))


def _canonical_query(query: Pairs) -> str:
    """Sorted after encoding, by name and then by value."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _canonical_headers(headers: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The names to sign, and a line for each: values trimmed, runs of spaces made one, repeats joined."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        if name not in _UNSIGNED:
            values.setdefault(name, []).append(" ".join(value.split()))
    names = sorted(values)
    return ";".join(names), "".join(f"{name}:{','.join(values[name])}\n" for name in names)


# Four hash rounds that stay the same for a day; 64 covers the regions, services and credentials of one process.
@lru_cache(maxsize=64)
def _signing_key(secret_access_key: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret_access_key}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
