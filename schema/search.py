"""Search results, as clients see them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from dataloaders.search import HitRecord
from gateway import object_of
from resolvers import search as resolve
from schema.courses import Course, Lecture
from schema.discussions import Discussion

SearchItem = Annotated[
    Course | Lecture | Discussion, strawberry.union("SearchItem", description="What a search can find.")
]


@object_of(HitRecord, description="One search hit.")
class SearchHit:
    """One search hit."""

    score: float = strawberry.field(description="How well it matches; higher is better.")
    item: SearchItem | None = resolve.hit_item
