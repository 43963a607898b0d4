"""Search, a third party: references to courses, lectures and discussions by their words."""

from __future__ import annotations

from typing import Annotated

import msgspec

from dataloaders.problems import telling_clients
from gateway import Backend, Call, get


class HitRecord(msgspec.Struct, frozen=True):
    """A search hit: a reference to a course, a lecture or a discussion."""

    kind: str
    id: str
    score: float


# Its API key is a header of the settings. Of viewers it is told nothing, so that its answers are the same for all.
search = Backend("search")


@search.many()
def search_hits(
    *,
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=200)],
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 20,
) -> Call[list[HitRecord]]:
    """References to what matches, best first."""
    return telling_clients(get("/search", text=text, limit=limit, into=list[HitRecord]))
