"""Search results, as clients see them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from dataloaders.catalogue import HitRecord
from gateway import object_of
from resolvers import search as resolve
from schema.courses import Course, Lecture

SearchItem = Annotated[Course | Lecture, strawberry.union("SearchItem", description="What a search can find.")]


@object_of(HitRecord, description="One search hit.")
class SearchHit:
    """One search hit."""

    score: float = strawberry.field(description="How well it matches; higher is better.")
    item: SearchItem | None = resolve.hit_item
