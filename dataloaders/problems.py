"""What a service of ours says of a change that its rules forbid: the same shape for all of them, with status 422."""

from __future__ import annotations

from typing import Final

import msgspec

PROBLEMS_STATUS: Final = 422


class Problem(msgspec.Struct, frozen=True):
    """One reason why a change was not made."""

    field: str
    message: str


class Problems(msgspec.Struct, frozen=True):
    """Every reason why a change was not made."""

    problems: list[Problem]
