"""The page in each of the three ways, measured: what it took, and that all say the same."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import schema
from gateway.application.engine import Answer, Engine, Viewer
from gateway.http.request import GraphQLRequest
from gateway.observe.calls import CallRecord
from gateway.vocabulary.identity import Identity
from gateway.vocabulary.settings import AwsSettings, BackendSettings, Settings

from .api_gateway import ApiGateway
from .delays import Delays, Tally
from .functions import home
from .platform import HANDLERS, LAMBDAS, THIRD_PARTIES, Platform

SUBJECT = "u1"
# Found are courses, lectures and discussions.
TEXT = "python"

_OPERATION = Path(__file__).parents[1] / "operations" / "home.graphql"
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Tier:
    """One way, and what one answer took: measured time, and calls that crossed the network."""

    name: str
    hops: int
    calls: int
    invokes: int
    ms: float
    data: Any


async def measure(platform: Platform, delays: Delays) -> list[Tier]:
    """The tiers, slowest first. The gateway itself is warm; cold are the functions that it invokes.

    Raises:
        ValueError: two tiers do not say the same, or the gateway's receipt and API Gateway count differently.
    """
    api_gateway = platform.api_gateway
    through, at_hand = _engine_through(platform), _engine_at_hand(platform)
    try:
        await _warm_up(api_gateway, delays, through, at_hand)
        api_gateway.instances.cool()
        tiers = [await _service_to_service("service to service, cold", api_gateway)]
        api_gateway.instances.warm()
        tiers.append(await _service_to_service("service to service, warm", api_gateway))
        api_gateway.instances.cool()
        tiers.append(await _by_gateway("gateway, cold", api_gateway, through))
        api_gateway.instances.warm()
        tiers.append(await _by_gateway("gateway, warm", api_gateway, through))
        tiers.append(await _by_gateway("data at hand", api_gateway, at_hand))
    finally:
        await through.close()
        await at_hand.close()
    _check_same(tiers)
    return tiers


async def _warm_up(api_gateway: ApiGateway, delays: Delays, *engines: Engine) -> None:
    """Answer once each way: processes start, plans are made, connections opened. What is measured is the calls."""
    api_gateway.instances.delays = delays.scaled(0)
    await home(api_gateway.caller(SUBJECT), SUBJECT, TEXT)
    # With delays, as many calls are under way at one time as later, hence as many processes started.
    api_gateway.instances.delays = delays
    for engine in engines:
        await _ask(engine)


async def _service_to_service(name: str, api_gateway: ApiGateway) -> Tier:
    api_gateway.tally = tally = Tally()
    caller = api_gateway.caller(SUBJECT)
    began_s = time.perf_counter()
    data = await home(caller, SUBJECT, TEXT)
    ms = (time.perf_counter() - began_s) * 1000
    return Tier(name, caller.hops, tally.calls, tally.invokes, ms, data)


async def _by_gateway(name: str, api_gateway: ApiGateway, engine: Engine) -> Tier:
    api_gateway.tally = tally = Tally()
    began_s = time.perf_counter()
    answer = await _ask(engine)
    ms = (time.perf_counter() - began_s) * 1000
    backends = engine.settings.backends
    at_hand = {name for name, backend in backends.items() if (backend.address or "").startswith("local:")}
    sent = [record for record in answer.calls if record.backend not in at_hand]
    hops = longest_chain(sent) if at_hand else answer.receipt.hops
    invokes = sum(engine.invoked[record.backend] for record in sent)
    if invokes != tally.invokes:
        raise ValueError(f"{name}: expected {tally.invokes} invokes, as API Gateway counted, got {invokes}")
    return Tier(name, hops, len(sent), invokes, ms, answer.result["data"])


async def _ask(engine: Engine) -> Answer:
    request = GraphQLRequest(query=_OPERATION.read_text(), variables={"text": TEXT})
    answer = await engine.execute(request, Viewer("hops", _LONGEST_S, Identity.from_claims({"sub": SUBJECT})))
    if "errors" in answer.result:
        raise ValueError(f"expected the whole page, got {answer.result['errors']}")
    return answer


def longest_chain(records: Iterable[CallRecord]) -> int:
    """The most of *records* that one after another began when the one before was over.

    Where some of a receipt's calls are none (data at hand), its hops count too many.
    """
    chain, over_s = 0, 0.0
    for record in sorted(records, key=lambda record: record.start_s + record.duration_s):
        if record.start_s >= over_s:
            chain, over_s = chain + 1, record.start_s + record.duration_s
    return chain


def _engine_through(platform: Platform) -> Engine:
    """A gateway to which functions are as far away as they are to each other."""
    endpoint = platform.api_gateway.endpoint
    addresses = {name: f"lambda:{name}" for name in LAMBDAS} | {"catalogue": f"{endpoint}/catalogue"}
    return _engine(platform, addresses, AwsSettings(lambda_endpoint=endpoint, region="eu-west-1"))


def _engine_at_hand(platform: Platform) -> Engine:
    """A gateway that has the data of our own services beside it, in its process, as a replica would."""
    return _engine(platform, {name: f"local:{handler}" for name, handler in HANDLERS.items()}, AwsSettings())


def _engine(platform: Platform, addresses: dict[str, str], aws: AwsSettings) -> Engine:
    backends = {name: BackendSettings(address=address, timeout_s=_LONGEST_S) for name, address in addresses.items()}
    for name in THIRD_PARTIES:
        key = {"x-api-key": f"demo-{name}-key"}
        backends[name] = BackendSettings(address=platform.third_parties[name], headers=key)
    return Engine(schema.graph, Settings(mode="development", backends=backends, aws=aws))


def _check_same(tiers: Sequence[Tier]) -> None:
    for tier in tiers[1:]:
        if tier.data != tiers[0].data:
            raise ValueError(f"expected the data of {tiers[0].name!r}, got from {tier.name!r}: {tier.data}")
