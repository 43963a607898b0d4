"""The example of the tiers: what it measures, on short delays."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree as ET

import pytest

from examples.hops.delays import Delays
from examples.hops.picture import drawn
from examples.hops.platform import running
from examples.hops.table import printed
from examples.hops.tiers import Tier, longest_chain, measure
from gateway.observe.calls import CallRecord

DELAYS = Delays(warm_s=0.06, cold_s=0.24, third_party_s=0.04)


# What is measured once is looked at in one process.
pytestmark = pytest.mark.xdist_group("hops")


@pytest.fixture(scope="module")
def tiers() -> list[Tier]:
    """All of them, measured."""

    async def measured() -> list[Tier]:
        async with running(DELAYS) as platform:
            return await measure(platform, DELAYS)

    return asyncio.run(measured())


def test_every_tier_answers_the_same_page(tiers) -> None:
    """All hold the same data, and hits of every kind among it."""
    data = tiers[0].data

    assert [data] * 5 == [tier.data for tier in tiers]
    assert {"Course", "Lecture", "Discussion"} == {hit["item"]["__typename"] for hit in data["search"]}
    assert data["me"]["membership"]
    assert data["me"]["enrolments"]
    assert data["me"]["teaches"]


def test_each_tier_takes_fewer_hops_and_less_time(tiers) -> None:
    """Service to service > gateway > data at hand, in hops, invokes and milliseconds."""
    service_cold, service_warm, gateway_cold, gateway_warm, at_hand = tiers

    # Each call of a service waits for the one before.
    assert service_cold.hops == service_cold.calls == service_warm.hops == service_warm.calls
    # The budget of the operation in `examples/operations/hops.toml`.
    assert max(gateway_cold.hops, gateway_warm.hops) <= 4
    assert service_warm.hops > gateway_warm.hops > at_hand.hops
    assert service_warm.invokes > gateway_warm.invokes > at_hand.invokes == 0
    # Search and billing.
    assert 2 == at_hand.calls
    assert service_cold.ms > service_warm.ms > gateway_warm.ms > at_hand.ms
    assert service_cold.ms > gateway_cold.ms


def test_delays_are_paid_in_full(tiers) -> None:
    """What is measured is at least the delays of the chain, one after another."""
    _, service_warm, _, gateway_warm, at_hand = tiers
    third_parties = 2
    least_s = (service_warm.hops - third_parties) * DELAYS.warm_s + third_parties * DELAYS.third_party_s
    assert least_s <= service_warm.ms / 1000
    assert (gateway_warm.hops - 1) * DELAYS.warm_s + DELAYS.third_party_s <= gateway_warm.ms / 1000
    assert DELAYS.third_party_s <= at_hand.ms / 1000


@pytest.mark.parametrize(
    ("spans", "hops"),
    [([], 0), ([(0, 2), (0, 1)], 1), ([(0, 1), (1, 1), (0, 3)], 2), ([(0, 1), (2, 1), (4, 1)], 3)],
)
def test_the_longest_chain_is_of_calls_that_waited(spans: list[tuple[int, int]], hops: int) -> None:
    """Calls under way at the same time are one hop."""
    records = [CallRecord("search", "hits", 1, 1, 1, start, duration, "backend", 1) for start, duration in spans]

    chain = longest_chain(records)

    assert hops == chain


def test_table_and_picture_say_what_was_measured() -> None:
    """Each tier has its hops, calls, invokes and milliseconds in both; the picture is well-formed."""
    tiers = [Tier("service to service, warm", 26, 25, 16, 5012.4, {}), Tier("data at hand", 1, 2, 0, 170.2, {})]

    table, picture = printed(tiers, Delays()), drawn(tiers, Delays())

    assert table.splitlines()[3].split()[:8] == ["service", "to", "service,", "warm", "26", "25", "16", "5,012"]
    texts = [element.text for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    assert {"26 hops, 25 calls, 16 invokes", "5,012 ms", "1 hop, 2 calls, 0 invokes", "170 ms"} <= set(texts)
