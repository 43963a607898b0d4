"""The billing provider answers for the customer on whose behalf it is asked, and on its terms."""

from __future__ import annotations

from collections import Counter
from datetime import date

import httpx
import pytest

from services.billing.app import handler
from services.billing.seed import CUSTOMER_COUNT, PLANS, STATUSES, subscription_of
from tests.services.asking import asker, digest_of, served

ask = asker(handler)


@pytest.fixture(autouse=True)
def _no_call_log(monkeypatch):
    monkeypatch.delenv("CALL_LOG", raising=False)


def test_most_have_a_plan_and_most_pay():
    """Seven of ten customers have a plan; every plan and every status occurs."""
    rows = [subscription_of(f"u{number}") for number in range(1, CUSTOMER_COUNT + 1)]
    found = [row for row in rows if row]

    assert 0.68 < len(found) / CUSTOMER_COUNT < 0.72
    statuses = Counter(row["status"] for row in found)
    assert set(STATUSES) == statuses.keys()
    assert ("ACTIVE", set(PLANS)) == (statuses.most_common(1)[0][0], {row["plan"]["id"] for row in found})
    assert all(date.fromisoformat(row["renews_on"]) for row in found)
    assert [None] * 3 == [subscription_of(id_) for id_ in ("u0", f"u{CUSTOMER_COUNT + 1}", "x1")]


def test_the_data_is_the_same_in_every_process():
    """The seed alone decides the data: hashing that differs between processes does not."""
    expression = "[subscription_of(f'u{n}') for n in range(1, 99)]"

    digests = {digest_of(expression, "services.billing.seed", seed) for seed in ("1", "2")}

    assert 1 == len(digests)


def test_only_the_customer_s_own_subscription_is_answered():
    """Whoever is asked for, the answer is about the one on whose behalf it is asked."""
    query = "customer=u1&customer=u4&customer=u1"

    assert subscription_of("u1")
    assert subscription_of("u4")
    assert (200, [subscription_of("u1")]) == ask("GET", "/v1/subscriptions", query, gateway_identity_sub="u1")
    assert (200, [subscription_of("u4")]) == ask("GET", "/v1/subscriptions", query, gateway_identity_sub="u4")
    assert (200, []) == ask("GET", "/v1/subscriptions", query, gateway_identity_sub="u3")
    assert (200, []) == ask("GET", "/v1/subscriptions", query)


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "/v1/subscriptions", "", 400),
        ("GET", "/v1/subscriptions", "&".join(["customer=u1"] * 101), 400),
        ("POST", "/v1/subscriptions", "", 405),
        ("GET", "/v1/plans", "", 404),
    ],
)
def test_every_other_request_is_refused_by_name(method, path, query, status):
    """What cannot be read is 400, an unknown path 404, a known one with another method 405, each with a message."""
    got, answer = ask(method, path, query)

    assert (status, True) == (got, bool(answer["message"]))


def test_the_process_wants_its_key():
    """Over HTTP nothing is told without the key."""
    with served("billing", {"BILLING_API_KEY": "k", "BILLING_DELAY_MS": "0"}) as address:
        url, whose = f"{address}/v1/subscriptions?customer=u1", {"gateway-identity-sub": "u1"}
        refused, answered = httpx.get(url, headers=whose), httpx.get(url, headers={**whose, "x-api-key": "k"})

    assert [401, 200] == [refused.status_code, answered.status_code]
    assert [subscription_of("u1")] == answered.json()
