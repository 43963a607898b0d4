"""What clients may send: the input types."""

from __future__ import annotations

import strawberry


@strawberry.input(description="What to change of one's own profile; a field left out stays as it is.")
class UpdateProfileInput:
    """What to change of a profile."""

    name: strawberry.Maybe[str] = strawberry.field(description="1 to 80 characters.")
    email: strawberry.Maybe[str] = strawberry.field(description="An e-mail address.")
    headline: strawberry.Maybe[str | None] = strawberry.field(description="At most 140 characters; null removes it.")
