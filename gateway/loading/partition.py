"""The partition of a viewer at a backend: who may be given an answer that somebody else's call brought.

Two requests are in one partition when the backend is told the same of both, and their tenant is the same. It is known
before anything shared is looked up.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Final

from ..declare.loader import Service
from .frozen import freeze
from .sender import Sender

#: What proves who asks. A backend that is passed one of these answers that one request.
CREDENTIAL_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


def partition_of(backend: Service, sender: Sender) -> Hashable | None:
    """The partition of *sender* at *backend*, or None where nothing is shared with other requests.

    It holds exactly what the backend is told, the claims of `identity` and the headers of `forward`, and the tenant.
    """
    forwarded = _forwarded(backend.forward)
    if forwarded is None:
        return None
    claims = tuple([freeze(sender.identity.claim(name)) for name in backend.identity]) if backend.identity else ()
    return (sender.identity.tenant, claims, tuple(map(sender.headers.get, forwarded)))


# A backend says the same for every request.
@lru_cache(maxsize=256)
def _forwarded(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The headers of those *names* as requests have them; None where one of them proves who asks."""
    lower = tuple(map(str.lower, names))
    return lower if CREDENTIAL_HEADERS.isdisjoint(lower) else None
