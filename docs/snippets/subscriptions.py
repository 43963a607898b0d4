"""A subscription over the library. The page `docs/subscriptions.md` shows this."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import strawberry

import gateway
from gateway import Info

from .library import Mutation, Query, book_by_id

LOOK_S = 1.0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def title_of(self, info: Info, book: str) -> AsyncGenerator[str, None]:
        """The book's title, now and whenever it has changed."""
        last = None
        while (record := await book_by_id.load(info.context, book)) is not None:
            if record.title != last:
                yield record.title
                last = record.title
            await asyncio.sleep(LOOK_S)


graph = gateway.graph(query=Query, mutation=Mutation, subscription=Subscription)
