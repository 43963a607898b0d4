"""People: the viewer, anybody by id, and changes to one's own profile."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import strawberry
from strawberry import relay

from dataloaders.problems import Problem, Problems
from dataloaders.users import ProfileChange, Role, UserRecord, update_profile, user_by_id
from gateway import Info, arg, enum_of, load, viewer
from resolvers.changes import as_input_fields, subject_of
from resolvers.inputs import UpdateProfileInput

enum_of(
    Role,
    description="What somebody is on the platform.",
    values={"LEARNER": "Takes courses.", "INSTRUCTOR": "Teaches courses, and may take some."},
)

me = load(user_by_id, key=viewer("sub"), description="The signed-in person, or null.")

user = load(
    user_by_id,
    key=arg("id", relay.GlobalID, description="The person's global id."),
    description="One person, or null when there is nobody with that id.",
)


class ProfileUpdate(msgspec.Struct, frozen=True):
    """What became of a change: the person as they are now, or why nothing changed."""

    user: UserRecord | None
    problems: list[Problem]


async def change_profile(
    info: Info, change: Annotated[UpdateProfileInput, strawberry.argument(name="input", description="What to change.")]
) -> ProfileUpdate:
    """Change the viewer's own profile."""
    subject = subject_of(info.context, "updateProfile")
    answer = await update_profile.send(info.context, subject, _change_of(change))
    if isinstance(answer, Problems):
        return ProfileUpdate(None, as_input_fields(answer.problems))
    return ProfileUpdate(answer, [])


def _change_of(change: UpdateProfileInput) -> ProfileChange:
    given = {name: value.value for name, value in vars(change).items() if value is not None}
    return msgspec.convert(given, ProfileChange)


# `Any`, as of `load`: the class annotates the field with its GraphQL type, which is over the record given here.
update_own_profile: Any = strawberry.mutation(resolver=change_profile, description="Change the viewer's own profile.")
