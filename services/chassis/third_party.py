"""The terms of a third party: a key, a rate, and the time that its answers take on their way."""

from __future__ import annotations

import hmac
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from .events import Event, Handler, Response, message

_HEADER = "x-api-key"


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms answers are given; a rate of 0 is none."""

    api_key: str
    per_s: float = 50.0
    delay_s: float = 0.150

    @classmethod
    def of(cls, name: str) -> Terms:
        """From the environment: `SEARCH_API_KEY`, `SEARCH_RATE_PER_S`, `SEARCH_DELAY_MS` for *name* `search`."""
        prefix = name.upper()
        return cls(
            api_key=os.environ.get(f"{prefix}_API_KEY", f"demo-{name}-key"),
            per_s=float(os.environ.get(f"{prefix}_RATE_PER_S", "50")),
            delay_s=float(os.environ.get(f"{prefix}_DELAY_MS", "150")) / 1000,
        )


class Rate:
    """A bucket that holds a second's worth of requests, one at least, and refills evenly."""

    def __init__(self, per_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._most = max(1.0, per_s)
        self._now_s = now_s
        self._left = self._most
        self._at_s = now_s()
        self._lock = threading.Lock()

    def wait_s(self) -> float:
        """0 for a request that may pass, which is counted; else the seconds until one may."""
        if not self._per_s:
            return 0.0
        with self._lock:
            now_s = self._now_s()
            self._left = min(self._most, self._left + (now_s - self._at_s) * self._per_s)
            self._at_s = now_s
            if self._left < 1:
                return (1 - self._left) / self._per_s
            self._left -= 1
            return 0.0


def on_terms(handler: Handler, terms: Terms, *, sleep: Callable[[float], None] = time.sleep) -> Handler:
    """*handler* for those who have the key, at their rate and after the delay; health is for everybody."""
    rate = Rate(terms.per_s)

    def handle(event: Event, context: object) -> Response:
        if event["rawPath"] == "/health":
            return handler(event, context)
        if not hmac.compare_digest((event["headers"].get(_HEADER) or "").encode(), terms.api_key.encode()):
            return message(HTTPStatus.UNAUTHORIZED, f"{_HEADER}: expected a valid key")
        if wait_s := rate.wait_s():
            response = message(HTTPStatus.TOO_MANY_REQUESTS, f"expected at most {terms.per_s:g} requests a second")
            # RFC 9110 section 10.2.3: whole seconds.
            response["headers"]["retry-after"] = str(math.ceil(wait_s))
            return response
        sleep(terms.delay_s)
        return handler(event, context)

    return handle
