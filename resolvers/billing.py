"""Billing: what the viewer pays for. Nobody is told what others pay."""

from __future__ import annotations

from typing import Any

from strawberry.permission import BasePermission

from dataloaders.billing import MembershipStatus, membership_of
from dataloaders.users import UserRecord
from gateway import Info, enum_of, load

enum_of(
    MembershipStatus,
    description="How somebody stands with their payments.",
    values={
        "ACTIVE": "Paid.",
        "TRIAL": "Free until the day of renewal.",
        "PAST_DUE": "A payment is missing.",
        "CANCELLED": "Paid until the day of renewal, and not renewed then.",
    },
)


class ThemselvesOnly(BasePermission):
    """The viewer is the person whose field it is."""

    message = "only the person themselves may see this"

    def has_permission(self, source: UserRecord, info: Info, **_arguments: Any) -> bool:
        """Whether the viewer is *source*."""
        return source.id == info.context.identity.subject


membership = load(
    membership_of,
    key=UserRecord.id,
    permission_classes=[ThemselvesOnly],
    description="What the person pays for; null for who pays nothing. Only the person themselves may ask.",
)
