"""The graph in plain Strawberry, as its documentation has it, with resolvers and DataLoaders, over any source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from benchmarks.data import GREETING, POSTS, WIDE_FIELDS

Info = strawberry.Info["Context", None]


class Source(Protocol):
    """Where rows come from."""

    async def rows(self, path: str, query: Sequence[tuple[str, str]], viewer: str) -> Any:
        """The decoded answer to `GET path?query`."""
        ...


@dataclass
class Context:
    """One request: its viewer and its loaders."""

    source: Source
    viewer: str

    def __post_init__(self) -> None:
        self.users = self._loader(User, "/users")
        self.companies = self._loader(Company, "/companies")
        self.cities = self._loader(City, "/cities")
        self.countries = self._loader(Country, "/countries")

    def _loader(self, kind: type[Any], path: str) -> DataLoader[int, Any]:
        return DataLoader(load_fn=partial(self._by_id, kind, path))

    async def _by_id(self, kind: type[Any], path: str, keys: list[int]) -> list[Any]:
        rows = await self.source.rows(path, [("id", str(key)) for key in keys], self.viewer)
        found = {row["id"]: kind.of(row) for row in rows}
        return [found.get(key) for key in keys]


@strawberry.type
class Country:
    id: int
    name: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> Country:
        return cls(id=row["id"], name=row["name"])


@strawberry.type
class City:
    id: int
    name: str
    country_id: strawberry.Private[int]

    @strawberry.field
    async def country(self, info: Info) -> Country:
        return await info.context.countries.load(self.country_id)

    @classmethod
    def of(cls, row: dict[str, Any]) -> City:
        return cls(id=row["id"], name=row["name"], country_id=row["countryId"])


@strawberry.type
class Company:
    id: int
    name: str
    city_id: strawberry.Private[int]

    @strawberry.field
    async def city(self, info: Info) -> City:
        return await info.context.cities.load(self.city_id)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Company:
        return cls(id=row["id"], name=row["name"], city_id=row["cityId"])


@strawberry.type
class User:
    id: int
    name: str
    email: str
    company_id: strawberry.Private[int]

    @strawberry.field
    async def company(self, info: Info) -> Company:
        return await info.context.companies.load(self.company_id)

    @classmethod
    def of(cls, row: dict[str, Any]) -> User:
        return cls(id=row["id"], name=row["name"], email=row["email"], company_id=row["companyId"])


@strawberry.type
class Post:
    id: int
    user_id: int
    title: str

    @strawberry.field
    async def user(self, info: Info) -> User:
        return await info.context.users.load(self.user_id)


_FIELDS = {f"f{number}": str if number % 2 else int for number in range(WIDE_FIELDS)}
Wide = strawberry.type(type("Wide", (), {"__annotations__": _FIELDS}))


async def _posts(info: Info, count: int, broken: int) -> list[Post]:
    query = [("count", str(count)), ("broken", str(broken))]
    rows = await info.context.source.rows("/posts", query, info.context.viewer)
    return [Post(id=row["id"], user_id=row["userId"], title=row["title"]) for row in rows]


@strawberry.type
class Query:
    @strawberry.field
    async def posts(self, info: Info, count: int = POSTS, broken: int = 0) -> list[Post]:
        return await _posts(info, count, broken)

    @strawberry.field
    async def mixed(self, info: Info, count: int = POSTS, broken: int = 0) -> list[Post | None]:
        return await _posts(info, count, broken)  # type: ignore[return-value]  # a list of posts without gaps

    @strawberry.field
    async def wide(self, info: Info) -> list[Wide]:  # type: ignore[valid-type]  # its class is made at run time
        return [Wide(**row) for row in await info.context.source.rows("/wide", [], info.context.viewer)]

    @strawberry.field
    def greet(self) -> str:
        return GREETING


schema = strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache])
