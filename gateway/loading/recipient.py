"""A backend as one request addresses it: what it is told of the viewer, and who else may be given its answers.

Made once a request and backend, since every call of the one to the other carries the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final
from urllib.parse import quote

import msgspec

from ..backends.client import BackendClient
from ..backends.wire import Pairs
from ..declare.loader import Service
from ..vocabulary.header_fields import REQUEST_ID_HEADER
from .partition import partition_of
from .sender import Sender

DEADLINE_HEADER: Final = "gateway-deadline-ms"
IDENTITY_PREFIX: Final = "gateway-identity-"
CONTENT_TYPE_HEADER: Final = "content-type"


class Recipient:
    """One backend and what is the same in all calls of one request to it.

    `client` is None where the backend is not part of the graph. `headers` lacks what each call says for
    itself, such as the time left. `partition` is None where nothing is shared with other requests.
    """

    __slots__ = ("backend", "claims", "client", "headers", "headers_are_plain", "partition")

    def __init__(self, backend: Service, client: BackendClient | None, sender: Sender) -> None:
        """The recipient *backend* of *sender*'s calls."""
        self.backend = backend
        self.client = client
        self.partition: Hashable | None = partition_of(backend, sender)
        self.claims: Mapping[str, object] = _claims(backend, sender) if backend.identity else {}
        self.headers: Pairs = (("accept", "application/json"), (REQUEST_ID_HEADER, sender.request_id))
        #: Whether no name in `headers` is one that each call has a value of its own for.
        self.headers_are_plain = True
        if backend.identity or backend.forward:
            self._tell(backend, sender)

    def _tell(self, backend: Service, sender: Sender) -> None:
        """Put what the backend is told of the viewer into the headers."""
        headers = dict(self.headers)
        for name in backend.forward:
            if (value := sender.headers.get(name.lower())) is not None:
                headers[name.lower()] = value
        if self.claims:
            headers |= self.claim_headers
        self.headers = tuple(headers.items())
        self.headers_are_plain = DEADLINE_HEADER not in headers and CONTENT_TYPE_HEADER not in headers

    @property
    def claim_headers(self) -> dict[str, str]:
        """The headers that name who asks, which no call may say otherwise."""
        return {IDENTITY_PREFIX + name.lower(): _header_value(value) for name, value in self.claims.items()}


def _claims(backend: Service, sender: Sender) -> dict[str, object]:
    return {name: value for name in backend.identity if (value := sender.identity.claim(name)) is not None}


def _header_value(value: object) -> str:
    """A claim as an RFC 9110 field value: text is percent-encoded where it is not visible ASCII, the rest is JSON."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return quote(text, safe="!#$&'()*+,/:;=?@[]|{}\"<>^`~ ").strip()
