"""Discussions: of a course, by id, their comments, a new one, and the ones that come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Final

import msgspec
import strawberry
from strawberry import relay

from dataloaders.catalogue import CourseRecord, course_by_id
from dataloaders.discussions import (
    CommentDraft,
    CommentRecord,
    DiscussionRecord,
    comments_by_discussion,
    comments_since,
    discussion_by_id,
    discussions_by_course,
    post_comment,
)
from dataloaders.problems import Problem, Problems
from dataloaders.users import user_by_id
from gateway import ClientError, Info, arg, load
from resolvers.changes import as_input_fields, checked_key, raw_id, subject_of
from resolvers.inputs import PostCommentInput

#: A Lambda function cannot push: how often the service is asked for comments while somebody listens.
POLL_S: Final = 1.0

_PAGE = {"first": "How many, 1 to 100.", "after": "The cursor to continue behind."}

discussion = load(
    discussion_by_id,
    key=arg("id", relay.GlobalID, description="The discussion's global id."),
    description="One discussion, or null when there is none with that id.",
)

discussions_of_course = load(
    discussions_by_course,
    key=CourseRecord.id,
    description="What is discussed about the course, latest first.",
    argument_descriptions=_PAGE,
)

comments = load(
    comments_by_discussion,
    key=DiscussionRecord.id,
    description="What was said, earliest first.",
    argument_descriptions=_PAGE,
)

course_of_discussion = load(course_by_id, key=DiscussionRecord.course_id, description="The course it is about.")
author_of_discussion = load(user_by_id, key=DiscussionRecord.author_id, description="Who began it.")
author_of_comment = load(user_by_id, key=CommentRecord.author_id, description="Who wrote it.")
discussion_of_comment = load(discussion_by_id, key=CommentRecord.discussion_id, description="Where it stands.")


class CommentPosting(msgspec.Struct, frozen=True):
    """What became of a comment: it, or why it was not posted."""

    comment: CommentRecord | None
    problems: list[Problem]


async def post_comment_of_viewer(
    info: Info, change: Annotated[PostCommentInput, strawberry.argument(name="input", description="What to post.")]
) -> CommentPosting:
    """Post a comment of the viewer's."""
    author_id = subject_of(info.context, "postComment")
    discussion_id = raw_id("input.discussionId", change.discussion_id, "Discussion")
    draft = CommentDraft(discussion_id, author_id, change.text)
    answer = await post_comment.send(info.context, draft, idempotency_key=checked_key(change.idempotency_key))
    if isinstance(answer, Problems):
        return CommentPosting(None, as_input_fields(answer.problems))
    return CommentPosting(answer, [])


async def comments_as_posted(
    info: Info,
    discussion_id: Annotated[strawberry.ID, strawberry.argument(description="The discussion's global id.")],
    after: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="The last comment that one knows: what was posted since comes first."),
    ] = None,
) -> AsyncGenerator[CommentRecord, None]:
    """Comments in the order in which they are posted, until the subscription's time is over.

    Raises:
        ClientError: an id is malformed or of another type, or there is no such discussion.
    """
    raw = raw_id("argument discussionId", discussion_id, "Discussion")
    if after is None:
        found = await discussion_by_id.load(info.context, raw)
        if found is None:
            raise ClientError(f"argument discussionId: there is no discussion {discussion_id!r}")
        last_id = found.last_comment_id
    else:
        last_id = raw_id("argument after", after, "Comment")
    while True:
        for comment in await comments_since.send(info.context, raw, after_id=last_id):
            yield comment
            last_id = comment.id
        if info.context.deadline.remaining_s() < 2 * POLL_S:
            return
        await asyncio.sleep(POLL_S)


# `Any`, as of `load`: the class annotates the field with its GraphQL type, which is over the record given here.
post_a_comment: Any = strawberry.mutation(
    resolver=post_comment_of_viewer, description="Post a comment of the viewer's to a discussion."
)
comment_posted: Any = strawberry.subscription(
    resolver=comments_as_posted,
    description="Comments of a discussion as they are posted, seen within a second or so. It ends when a subscription's"
    " time is over: subscribe again `after` the last comment, and none is missed.",
)
