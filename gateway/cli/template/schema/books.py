"""Books, as clients see them."""

from __future__ import annotations

import strawberry
from strawberry import relay

from dataloaders.books import BookRecord
from gateway import object_of


@object_of(BookRecord, description="A book.")
class Book(relay.Node):
    """A book."""

    id: relay.NodeID[str]
    title: str = strawberry.field(description="The title on the cover.")
    year: int = strawberry.field(description="The year of the first edition.")
