"""People, as clients see them."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import relay

from dataloaders.users import Role, UserRecord
from gateway import object_of
from resolvers.users import ProfileUpdate
from schema.problems import UserError


@object_of(UserRecord, description="A person on the platform.")
class User(relay.Node):
    """A person on the platform."""

    id: relay.NodeID[str]
    name: str = strawberry.field(description="The full name.")
    headline: str | None = strawberry.field(description="One line about the person.")
    role: Role = strawberry.field(description="Learner or instructor.")
    joined_on: date = strawberry.field(description="The day of registration.")
    avatar_url: str = strawberry.field(description="A picture, as a URL.")


@object_of(ProfileUpdate, description="What became of a change to a profile.")
class UpdateProfilePayload:
    """What became of a change to a profile."""

    user: User | None = strawberry.field(description="The person as they are now; null when nothing changed.")
    problems: list[UserError] = strawberry.field(name="errors", description="Why nothing changed; empty on success.")
