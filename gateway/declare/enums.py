"""`enum_of`: a plain enum of `dataloaders/` as a GraphQL enum whose values explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from ..vocabulary.errors import DeclarationError
from ..vocabulary.nearest import did_you_mean

E = TypeVar("E", bound=Enum)


def enum_of(
    enum: type[E], *, name: str | None = None, description: str | None = None, values: Mapping[str, str] | None = None
) -> type[E]:
    """Make *enum* a GraphQL enum, before the first field that takes or gives it; *values* describes members by name.

    It is `strawberry.enum` for an enum that knows nothing of GraphQL.

    Raises:
        DeclarationError: *values* names no member.
    """
    for member in values or {}:
        if member not in enum.__members__:
            hint = did_you_mean(member, enum.__members__)
            raise DeclarationError(f"enum_of({enum.__name__}): no member is named {member!r}{hint}")
    bound = strawberry.enum(enum, name=name, description=description)
    for value in bound.__strawberry_definition__.values:  # type: ignore[attr-defined]  # set by strawberry.enum
        value.description = (values or {}).get(value.name)
    return bound
