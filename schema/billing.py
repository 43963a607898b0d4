"""What people pay for, as they see it themselves."""

from __future__ import annotations

from datetime import date

import strawberry

from dataloaders.billing import MembershipRecord, MembershipStatus, PlanRecord
from gateway import extend, object_of
from resolvers import billing as resolve
from schema.users import User


@object_of(PlanRecord, description="What can be paid for.")
class Plan:
    """What can be paid for."""

    name: str = strawberry.field(description="Its name.")
    monthly_cents: int = strawberry.field(description="Its price a month, in cents.")


@object_of(MembershipRecord, description="Somebody's plan and how they stand with it.")
class Membership:
    """Somebody's plan and how they stand with it."""

    plan: Plan = strawberry.field(description="What is paid for.")
    status: MembershipStatus = strawberry.field(description="How the person stands with the payments.")
    renews_on: date = strawberry.field(description="The day of the next payment.")


@extend(User)
class Paying:
    """What a person pays for."""

    membership: Membership | None = resolve.membership
