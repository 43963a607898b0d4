"""The reference graph: an online learning platform. `graph` is what the gateway serves."""

from __future__ import annotations

import strawberry
from strawberry import relay

import gateway
from resolvers import courses as resolve_courses
from resolvers import search as resolve_search
from resolvers import users as resolve_users
from schema.courses import Course
from schema.search import SearchHit
from schema.users import UpdateProfilePayload, User


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    me: User | None = resolve_users.me
    user: User | None = resolve_users.user
    course: Course | None = resolve_courses.course
    courses: relay.Connection[Course] = resolve_courses.courses
    search: list[SearchHit] = resolve_search.search
    node: relay.Node | None = resolve_search.node


@strawberry.type(description="What can be changed.")
class Mutation:
    """What can be changed."""

    update_profile: UpdateProfilePayload = resolve_users.update_own_profile


graph = gateway.graph(query=Query, mutation=Mutation)
