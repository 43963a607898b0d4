"""The partition of a viewer at a backend: who may be given an answer that somebody else's call brought.

Two requests are in one partition when the backend is told the same of both, and their tenant is the same. It is known
before anything shared is looked up.
"""

from __future__ import annotations

from collections.abc import Hashable
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
    if not backend.identity and not backend.forward:
        return (sender.identity.tenant, (), ())
    forwarded = [name.lower() for name in backend.forward]
    if not CREDENTIAL_HEADERS.isdisjoint(forwarded):
        return None
    claims = tuple(freeze(sender.identity.claim(name)) for name in backend.identity)
    headers = tuple(map(sender.headers.get, forwarded))
    return (sender.identity.tenant, claims, headers)
