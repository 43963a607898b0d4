"""The users service: people, and changes to their profiles."""

from __future__ import annotations

from datetime import date
from enum import Enum

import msgspec

from dataloaders.problems import PROBLEMS_STATUS, Problems
from gateway import Backend, Call, Keys, get, patch


class Role(Enum):
    """What somebody is on the platform."""

    LEARNER = "LEARNER"
    INSTRUCTOR = "INSTRUCTOR"


class UserRecord(msgspec.Struct, frozen=True):
    """A person, as the users service knows them."""

    id: str
    name: str
    email: str
    role: Role
    joined_on: date
    avatar_url: str
    headline: str | None = None


class ProfileChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to change of a profile; a field left out stays as it is."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    headline: str | msgspec.UnsetType | None = msgspec.UNSET


users = Backend("users")


@users.one(by=UserRecord.id, max_batch=100)
def user_by_id(ids: Keys[str]) -> Call[list[UserRecord]]:
    """People by their ids."""
    return get("/users", id=ids, into=list[UserRecord])


@users.write(invalidates=[user_by_id])
def update_profile(user_id: str, change: ProfileChange) -> Call[UserRecord | Problems]:
    """Change a person's profile; a broken rule is an answer, not a failure."""
    return patch("/users/{id}", id=user_id, json=change, into=UserRecord).on_status(PROBLEMS_STATUS, into=Problems)
