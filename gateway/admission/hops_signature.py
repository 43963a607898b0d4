"""Who may see `extensions.hops`: everybody in development, else who signs the present time with the setting's secret.

The header is `gateway-hops: t=<unix seconds>,v1=<hex HMAC-SHA256 of t's digits under hops.secret>`. It signs the time
alone: one header serves every operation for some minutes, and a path could not be signed without knowing the prefix
that a deployment puts before it. Whoever reads it on the way can use it as long; it opens the receipt, never data.
"""

from __future__ import annotations

import re
from typing import Final

from ..vocabulary.settings import Settings

HOPS_HEADER: Final = "gateway-hops"

#: How far the signed time may be from ours: clocks differ, and a header is worth typing once.
VALID_S: Final = 300

_SIGNED_TIME: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def may_see_hops(header: str | None, settings: Settings, now_s: float) -> bool:
    """Whether the request with this `gateway-hops` *header* gets `extensions.hops`.

    *now_s* is unix time. A header that is malformed, old or wrongly signed is no error: the answer comes without.
    """
    if settings.mode == "development":
        return True
    if header is None or settings.hops.secret is None:
        return False
    signed = _SIGNED_TIME.fullmatch(header.strip(" \t"))
    if signed is None:
        return False
    time, signature = signed.groups()
    return _is_genuine(signature, settings.hops.secret, time) and abs(now_s - int(time)) <= VALID_S


def sign_hops(secret: str, now_s: float) -> str:
    """The value of the header `gateway-hops`, good for 300 s around the unix time *now_s*.

    *secret* is the gateway's setting `hops.secret`: `{"gateway-hops": sign_hops(secret, time.time())}`.
    """
    time = str(int(now_s))
    return f"t={time},v1={_signature(secret, time)}"


def _is_genuine(signature: str, secret: str, time: str) -> bool:
    import hmac  # noqa: PLC0415 - few requests are signed

    # In constant time, so that a forger does not learn how much of a guess was right.
    return hmac.compare_digest(signature, _signature(secret, time))


def _signature(secret: str, time: str) -> str:
    import hmac  # noqa: PLC0415 - as above

    # What was no UTF-8 in an environment variable is signed as the bytes that it was.
    return hmac.digest(secret.encode(errors="surrogateescape"), time.encode(), "sha256").hex()
