"""q1's graph over records that are there already: nothing is sent and nothing decoded, in process only."""

from __future__ import annotations

import strawberry

import gateway
from gateway import Backend, Keys, load, object_of

from . import data
from .graph import PostRecord, UserRecord

upstream = Backend("upstream")
_POSTS = [PostRecord(row["id"], row["userId"], row["title"]) for row in data.posts(data.POSTS, viewer=0)]
_USERS = {
    id_: UserRecord(id_, row["name"], row["email"], row["companyId"])
    for id_ in {post.user_id for post in _POSTS}
    for row in (data.user(id_),)
}


@upstream.one(by=UserRecord.id)
async def ready_user_by_id(ids: Keys[int]) -> list[UserRecord]:
    return [_USERS[id_] for id_ in ids]


@upstream.many()
async def ready_posts() -> list[PostRecord]:
    return _POSTS


@object_of(UserRecord, name="User")
class ReadyUser:
    id: int
    name: str
    email: str


@object_of(PostRecord, name="Post")
class ReadyPost:
    id: int
    user_id: int
    title: str
    user: ReadyUser = load(ready_user_by_id, key=PostRecord.user_id)


@strawberry.type
class Query:
    posts: list[ReadyPost] = load(ready_posts)


graph = gateway.graph(query=Query)
