"""The reference graph: an online learning platform. `graph` is what the gateway serves.

What comes from another service than its parent is nullable: a service that is down costs its own fields alone.
"""

from __future__ import annotations

import strawberry
from strawberry import relay

import gateway
from resolvers import courses as resolve_courses
from resolvers import discussions as resolve_discussions
from resolvers import enrolments as resolve_enrolments
from resolvers import search as resolve_search
from resolvers import users as resolve_users
from schema import billing
from schema.courses import Course
from schema.discussions import Comment, Discussion, PostCommentPayload
from schema.enrolments import CompleteLecturePayload, EnrolPayload
from schema.search import SearchHit
from schema.users import UpdateProfilePayload, User

# `billing` is here for what it adds to people.
__all__ = ["Mutation", "Query", "Subscription", "billing", "graph"]


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    me: User | None = resolve_users.me
    user: User | None = resolve_users.user
    course: Course | None = resolve_courses.course
    courses: relay.Connection[Course] | None = resolve_courses.courses
    discussion: Discussion | None = resolve_discussions.discussion
    search: list[SearchHit] | None = resolve_search.search
    node: relay.Node | None = resolve_search.node


@strawberry.type(description="What can be changed.")
class Mutation:
    """What can be changed."""

    update_profile: UpdateProfilePayload = resolve_users.update_own_profile
    enrol: EnrolPayload = resolve_enrolments.enrol_on_course
    complete_lecture: CompleteLecturePayload = resolve_enrolments.complete_a_lecture
    post_comment: PostCommentPayload = resolve_discussions.post_a_comment


@strawberry.type(description="What can be listened to.")
class Subscription:
    """What can be listened to."""

    comment_posted: Comment = resolve_discussions.comment_posted


graph = gateway.graph(query=Query, mutation=Mutation, subscription=Subscription)
