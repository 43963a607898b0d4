"""Who sends a request's calls."""

from __future__ import annotations

from collections.abc import Mapping

from ..vocabulary.deadline import Deadline
from ..vocabulary.identity import Identity


class Sender:
    """What of a request its calls may carry: who asks, its headers, its id and its deadline. Never changed."""

    # No frozen dataclass: one is made for every request, and those take three times as long to make.
    __slots__ = ("deadline", "headers", "identity", "request_id")

    def __init__(self, identity: Identity, headers: Mapping[str, str], request_id: str, deadline: Deadline) -> None:
        self.identity = identity
        self.headers = headers
        self.request_id = request_id
        self.deadline = deadline
