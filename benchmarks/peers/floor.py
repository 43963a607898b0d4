"""The floor: an ASGI application written by hand for the works alone, with no GraphQL in it.

What it spends, no gateway on the same HTTP client can save. FLOOR_CLIENT chooses the client: the gateway's own wire
with its defaults (`shipped`), `aiohttp`, or `lean`.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import orjson

from benchmarks.data import GREETING, MANY_POSTS, POSTS
from benchmarks.works import WORKS

from .asgi import answer, live, read, viewer_of
from .fetching import Fetch, open_fetch

Handler = Callable[[str], Awaitable[Any]]


class Floor:
    """A function a work, found by the text of its query."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._handlers: dict[str, Handler] = {
            WORKS["q1"].query: lambda viewer: self._q1(viewer, POSTS),
            WORKS["5000"].query: lambda viewer: self._q1(viewer, MANY_POSTS),
            WORKS["q2"].query: self._q2,
            WORKS["q3"].query: self._q3,
            WORKS["deep"].query: self._deep,
            WORKS["wide"].query: self._wide,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        handle = self._handlers[orjson.loads(await read(receive))["query"]]
        await answer(send, orjson.dumps({"data": await handle(viewer_of(scope))}))

    async def _q1(self, viewer: str, count: int) -> Any:
        rows = await self._posts(viewer, count)
        users = await self._by_id("/users", {row["userId"] for row in rows}, viewer)
        shown = {id_: {"id": id_, "name": row["name"], "email": row["email"]} for id_, row in users.items()}
        return {
            "posts": [
                {"id": row["id"], "userId": row["userId"], "title": row["title"], "user": shown[row["userId"]]}
                for row in rows
            ]
        }

    async def _q2(self, viewer: str) -> Any:
        return {"posts": [{"title": row["title"]} for row in await self._posts(viewer, POSTS)]}

    async def _q3(self, _viewer: str) -> Any:
        return {"greet": GREETING}

    async def _deep(self, viewer: str) -> Any:
        rows = await self._posts(viewer, POSTS)
        users = await self._by_id("/users", {row["userId"] for row in rows}, viewer)
        companies = await self._by_id("/companies", {row["companyId"] for row in users.values()}, viewer)
        cities = await self._by_id("/cities", {row["cityId"] for row in companies.values()}, viewer)
        countries = await self._by_id("/countries", {row["countryId"] for row in cities.values()}, viewer)
        of_city = {id_: {"country": {"name": countries[row["countryId"]]["name"]}} for id_, row in cities.items()}
        of_company = {id_: {"city": of_city[row["cityId"]]} for id_, row in companies.items()}
        of_user = {id_: {"company": of_company[row["companyId"]]} for id_, row in users.items()}
        return {"posts": [{"user": of_user[row["userId"]]} for row in rows]}

    async def _wide(self, viewer: str) -> Any:
        return {"wide": orjson.loads(await self._fetch("/wide", (), viewer))}

    async def _posts(self, viewer: str, count: int) -> Any:
        return orjson.loads(await self._fetch("/posts", (("count", str(count)),), viewer))

    async def _by_id(self, path: str, ids: Iterable[int], viewer: str) -> dict[int, Any]:
        rows = orjson.loads(await self._fetch(path, tuple(("id", str(id_)) for id_ in ids), viewer))
        return {row["id"]: row for row in rows}


def create_app() -> Floor:
    return Floor(open_fetch(os.environ["FLOOR_CLIENT"], os.environ["UPSTREAM"]))


app = create_app()
