"""Why a change was not made, as clients see it."""

from __future__ import annotations

import strawberry

from dataloaders.problems import Problem
from gateway import object_of


@object_of(Problem, description="One reason why a change was not made.")
class UserError:
    """One reason why a change was not made."""

    field: str = strawberry.field(description="The input field at fault.")
    message: str = strawberry.field(description="What is wrong, for the person who typed it.")
