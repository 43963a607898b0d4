"""Discussions and comments, as clients see them, and what they add to courses."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry import relay

from dataloaders.discussions import CommentRecord, DiscussionRecord
from gateway import extend, object_of
from resolvers import discussions as resolve
from resolvers.discussions import CommentPosting
from schema.courses import Course
from schema.problems import UserError
from schema.users import User


@object_of(CommentRecord, description="A comment of a discussion.")
class Comment(relay.Node):
    """A comment of a discussion."""

    id: relay.NodeID[str]
    text: str = strawberry.field(description="What it says.")
    posted_at: datetime = strawberry.field(description="When it was posted.")
    author: User | None = resolve.author_of_comment
    discussion: Discussion = resolve.discussion_of_comment


@object_of(DiscussionRecord, description="A discussion of a course.")
class Discussion(relay.Node):
    """A discussion of a course."""

    id: relay.NodeID[str]
    title: str = strawberry.field(description="What it is about.")
    text: str = strawberry.field(description="What it begins with.")
    posted_at: datetime = strawberry.field(description="When it began.")
    comment_count: int = strawberry.field(description="How many comments it has.")
    author: User | None = resolve.author_of_discussion
    course: Course | None = resolve.course_of_discussion
    comments: relay.Connection[Comment] | None = resolve.comments


@extend(Course)
class Discussing:
    """What is discussed about a course."""

    discussions: relay.Connection[Discussion] | None = resolve.discussions_of_course


@object_of(CommentPosting, description="What became of a comment.")
class PostCommentPayload:
    """What became of a comment."""

    comment: Comment | None = strawberry.field(description="The comment; null when it was not posted.")
    problems: list[UserError] = strawberry.field(name="errors", description="Why it was not; empty on success.")
