"""What clients may send: the input types."""

from __future__ import annotations

import strawberry


@strawberry.input(description="What to change of one's own profile; a field left out stays as it is.")
class UpdateProfileInput:
    """What to change of a profile."""

    name: strawberry.Maybe[str] = strawberry.field(description="1 to 80 characters.")
    email: strawberry.Maybe[str] = strawberry.field(description="An e-mail address.")
    headline: strawberry.Maybe[str | None] = strawberry.field(description="At most 140 characters; null removes it.")


_IDEMPOTENCY_KEY = (
    "1 to 64 visible ASCII characters of one's own, such as a UUID. Sent again with the same key within a day, a change"
    " is not made again and has the same answer."
)


@strawberry.input(description="What to enrol on.")
class EnrolInput:
    """What to enrol on."""

    course_id: strawberry.ID = strawberry.field(description="The course's global id.")
    idempotency_key: str | None = strawberry.field(default=None, description=_IDEMPOTENCY_KEY)


@strawberry.input(description="Which lecture is completed.")
class CompleteLectureInput:
    """Which lecture is completed."""

    lecture_id: strawberry.ID = strawberry.field(description="The lecture's global id.")
    idempotency_key: str | None = strawberry.field(default=None, description=_IDEMPOTENCY_KEY)


@strawberry.input(description="A comment to post.")
class PostCommentInput:
    """A comment to post."""

    discussion_id: strawberry.ID = strawberry.field(description="The discussion's global id.")
    text: str = strawberry.field(description="1 to 2,000 characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=_IDEMPOTENCY_KEY)
