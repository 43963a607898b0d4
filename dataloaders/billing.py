"""Billing, a third party: what people pay for."""

from __future__ import annotations

from datetime import date
from enum import Enum

import msgspec

from gateway import Backend, Call, Keys, get


class MembershipStatus(Enum):
    """How somebody stands with their payments."""

    ACTIVE = "ACTIVE"
    TRIAL = "TRIAL"
    PAST_DUE = "PAST_DUE"
    CANCELLED = "CANCELLED"


class PlanRecord(msgspec.Struct, frozen=True):
    """What can be paid for."""

    id: str
    name: str
    monthly_cents: int


class MembershipRecord(msgspec.Struct, frozen=True):
    """Who pays for which plan; the provider calls it a subscription, which GraphQL means something else by."""

    customer_id: str
    status: MembershipStatus
    renews_on: date
    plan: PlanRecord


# Its API key is a header of the settings. It is told on whose behalf we ask; what it answers is kept for them alone.
billing = Backend("billing", identity=("sub",))


@billing.one(by=MembershipRecord.customer_id)
def membership_of(user_ids: Keys[str]) -> Call[list[MembershipRecord]]:
    """What each person pays for; those of others than the viewer are left out."""
    return get("/v1/subscriptions", customer=user_ids, into=list[MembershipRecord])
