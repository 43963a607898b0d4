"""Plans, and who has which: the same in every process, drawn for a customer when asked for."""

from __future__ import annotations

import functools
import random
from datetime import date, timedelta

from services.chassis.events import Row
from services.chassis.paging import number_of

CUSTOMER_COUNT = 20_000

PLANS: dict[str, Row] = {
    "basic": {"id": "basic", "name": "Basic", "monthly_cents": 1_500},
    "pro": {"id": "pro", "name": "Pro", "monthly_cents": 2_900},
    "team": {"id": "team", "name": "Team seat", "monthly_cents": 4_900},
}
STATUSES = ("ACTIVE", "TRIAL", "PAST_DUE", "CANCELLED")

_SEED = 20_240_528
_SUBSCRIBED_SHARE = 0.7
_PLAN_WEIGHTS = {"basic": 0.55, "pro": 0.35, "team": 0.10}
_STATUS_WEIGHTS = dict(zip(STATUSES, (0.80, 0.07, 0.08, 0.05), strict=True))
_FIRST_RENEWAL = date(2027, 1, 4)
_DAYS = 365


@functools.lru_cache(maxsize=4_096)
def subscription_of(customer_id: str) -> Row | None:
    """What a customer pays for; None for who pays nothing.

    `{"customer_id": "u1", "status": "ACTIVE", "renews_on": "2027-03-30", "plan": {"id": "pro", ...}}`; who has
    cancelled keeps the plan until that day.
    """
    number = number_of(customer_id, "u")
    if number is None or number > CUSTOMER_COUNT:
        return None
    # `random()` of a seeded generator is the one method Python promises to keep the same from version to version.
    draw = random.Random(_SEED + number).random  # noqa: S311 - demo data, not a secret
    if draw() >= _SUBSCRIBED_SHARE:
        return None
    return {
        "customer_id": customer_id,
        "status": _weighted(_STATUS_WEIGHTS, draw()),
        "renews_on": (_FIRST_RENEWAL + timedelta(days=int(draw() * _DAYS))).isoformat(),
        "plan": PLANS[_weighted(_PLAN_WEIGHTS, draw())],
    }


def _weighted(weights: dict[str, float], share: float) -> str:
    for name, weight in weights.items():
        share -= weight
        if share < 0:
            return name
    return name
