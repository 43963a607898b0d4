"""The gateway's own graph, as an application would write it: records, loaders and types, by the public API alone."""

from __future__ import annotations

import msgspec
import strawberry

import gateway
from benchmarks.data import GREETING, POSTS, WIDE_FIELDS
from gateway import Backend, Call, Info, Keys, get, load, object_of

upstream = Backend("upstream", forward=("x-viewer",))


class CountryRecord(msgspec.Struct, frozen=True):
    id: int
    name: str


class CityRecord(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    name: str
    country_id: int


class CompanyRecord(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    name: str
    city_id: int


class UserRecord(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    name: str
    email: str
    company_id: int


class PostRecord(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    user_id: int
    title: str


WIDE_TYPES: dict[str, type] = {f"f{number}": str if number % 2 else int for number in range(WIDE_FIELDS)}
WideRecord = msgspec.defstruct("WideRecord", list(WIDE_TYPES.items()), frozen=True)


@upstream.one(by=CountryRecord.id)
def country_by_id(ids: Keys[int]) -> Call[list[CountryRecord]]:
    return get("/countries", id=ids, into=list[CountryRecord])


@upstream.one(by=CityRecord.id)
def city_by_id(ids: Keys[int]) -> Call[list[CityRecord]]:
    return get("/cities", id=ids, into=list[CityRecord])


@upstream.one(by=CompanyRecord.id)
def company_by_id(ids: Keys[int]) -> Call[list[CompanyRecord]]:
    return get("/companies", id=ids, into=list[CompanyRecord])


@upstream.one(by=UserRecord.id)
def user_by_id(ids: Keys[int]) -> Call[list[UserRecord]]:
    return get("/users", id=ids, into=list[UserRecord])


@upstream.many()
def viewers_posts(*, count: int = POSTS, broken: int = 0) -> Call[list[PostRecord]]:
    return get("/posts", count=count, broken=broken, into=list[PostRecord])


@upstream.many()
def wide_rows() -> Call[list[WideRecord]]:
    return get("/wide", into=list[WideRecord])


@object_of(CountryRecord)
class Country:
    id: int
    name: str


@object_of(CityRecord)
class City:
    id: int
    name: str
    country: Country = load(country_by_id, key=CityRecord.country_id)


@object_of(CompanyRecord)
class Company:
    id: int
    name: str
    city: City = load(city_by_id, key=CompanyRecord.city_id)


@object_of(UserRecord)
class User:
    id: int
    name: str
    email: str
    company: Company = load(company_by_id, key=UserRecord.company_id)


@object_of(PostRecord)
class Post:
    id: int
    user_id: int
    title: str
    user: User = load(user_by_id, key=PostRecord.user_id)


@object_of(PostRecord, name="UndeclaredPost")
class UndeclaredPost:
    """A post whose user an ordinary async resolver loads, which tells the engine nothing beforehand."""

    id: int
    user_id: int
    title: str

    @strawberry.field
    async def user(self: PostRecord, info: Info) -> User:
        return await user_by_id.load(info.context, self.user_id)  # type: ignore[return-value]  # a record stands for it


Wide = object_of(WideRecord)(type("Wide", (), {"__annotations__": WIDE_TYPES, "__doc__": "A row of 200 fields."}))


@strawberry.type
class Query:
    posts: list[Post] = load(viewers_posts)
    mixed: list[Post | None] = load(viewers_posts)
    wide: list[Wide] = load(wide_rows)  # type: ignore[valid-type]  # its class is made at run time

    @strawberry.field
    async def undeclared(self, info: Info) -> list[UndeclaredPost]:
        return await viewers_posts.load(info.context, None)  # type: ignore[return-value]  # records stand for them

    @strawberry.field
    def greet(self) -> str:
        return GREETING


graph = gateway.graph(query=Query)
