"""Asking a gateway in production for its receipt. The page `docs/hops.md` shows this."""

from __future__ import annotations

import time

from gateway.testing import sign_hops


def signed(secret: str) -> dict[str, str]:
    """The header that asks a gateway with this `hops.secret` for its receipt."""
    return {"gateway-hops": sign_hops(secret, time.time())}
