"""The discussions service: what people ask and answer about a course."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dataloaders.idempotency import sent_once
from dataloaders.problems import PROBLEMS_STATUS, Problems, telling_clients
from gateway import Backend, Call, Keys, Page, get, post


class DiscussionRecord(msgspec.Struct, frozen=True):
    """A discussion of a course, and the text it begins with."""

    id: str
    course_id: str
    author_id: str
    title: str
    text: str
    posted_at: datetime
    comment_count: int
    last_comment_id: str


class CommentRecord(msgspec.Struct, frozen=True):
    """A comment of a discussion."""

    id: str
    discussion_id: str
    author_id: str
    text: str
    posted_at: datetime


class CommentDraft(msgspec.Struct, frozen=True):
    """A comment to post."""

    discussion_id: str
    author_id: str
    text: str


# Everybody reads the same; who posts is part of what is posted.
discussions = Backend("discussions")


@discussions.one(by=DiscussionRecord.id)
def discussion_by_id(ids: Keys[str]) -> Call[list[DiscussionRecord]]:
    """Discussions by their ids."""
    return get("/discussions", id=ids, into=list[DiscussionRecord])


@discussions.page(by=DiscussionRecord.course_id)
def discussions_by_course(
    course_ids: Keys[str], *, first: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10, after: str | None = None
) -> Call[dict[str, Page[DiscussionRecord]]]:
    """The discussions of each course, latest first."""
    pages = dict[str, Page[DiscussionRecord]]
    return telling_clients(get("/discussions/page", course=course_ids, first=first, after=after, into=pages))


@discussions.one(by=CommentRecord.id)
def comment_by_id(ids: Keys[str]) -> Call[list[CommentRecord]]:
    """Comments by their ids."""
    return get("/comments", id=ids, into=list[CommentRecord])


@discussions.page(by=CommentRecord.discussion_id)
def comments_by_discussion(
    discussion_ids: Keys[str], *, first: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20, after: str | None = None
) -> Call[dict[str, Page[CommentRecord]]]:
    """The comments of each discussion, earliest first."""
    pages = dict[str, Page[CommentRecord]]
    return telling_clients(get("/comments/page", discussion=discussion_ids, first=first, after=after, into=pages))


# Declared as a write although it changes nothing: a load is remembered for the request, and asking again is the point.
@discussions.write()
def comments_since(discussion_id: str, *, after_id: str) -> Call[list[CommentRecord]]:
    """Up to 100 comments of a discussion that were posted after one, earliest first."""
    return get("/comments", discussion=discussion_id, after_id=after_id, into=list[CommentRecord])


@discussions.write(invalidates=[discussion_by_id, discussions_by_course, comments_by_discussion])
def post_comment(draft: CommentDraft, *, idempotency_key: str | None = None) -> Call[CommentRecord | Problems]:
    """Post a comment."""
    call = post("/comments", json=draft, into=CommentRecord).on_status(PROBLEMS_STATUS, into=Problems)
    return sent_once(call, idempotency_key)
