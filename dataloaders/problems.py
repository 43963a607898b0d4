"""What services say of a request that they do not serve: a change that a rule forbids, or an argument they cannot read.

The shapes are the same for all of them: a list of problems with status 422, a message with status 400.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from gateway import Call, ClientError

PROBLEMS_STATUS: Final = 422
_UNREADABLE_STATUS: Final = 400

T = TypeVar("T")


class Problem(msgspec.Struct, frozen=True):
    """One reason why a change was not made."""

    field: str
    message: str


class Problems(msgspec.Struct, frozen=True):
    """Every reason why a change was not made."""

    problems: list[Problem]


class Unreadable(msgspec.Struct, frozen=True):
    """Why a request was not understood."""

    message: str


def telling_clients(call: Call[T]) -> Call[T]:
    """*call*, of which only its service can tell whether an argument is good: what is wrong with it is the client's."""
    return call.on_status(_UNREADABLE_STATUS, into=Unreadable, raises=lambda said: ClientError(said.message))
