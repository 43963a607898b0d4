"""Every carrier runs the public conformance suite; what a carrier skips is listed here, by name."""

from __future__ import annotations

import base64
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from gateway.backends.address import LocalAddress, parse_address
from gateway.backends.local import LocalWire
from gateway.backends.options import WireOptions
from gateway.backends.sigv4 import Credentials
from gateway.backends.transport import open_wire
from gateway.testing.wire_conformance import (
    CHECKS,
    Act,
    Carrier,
    Codec,
    FaultPeer,
    Hold,
    Raw,
    Received,
    Reply,
    ScriptedPeer,
)


class StaticCredentials:
    async def current(self):
        return Credentials("AKIDEXAMPLE", "secret", "token")


def call_in(event: dict[str, Any], connection: int = 0) -> Received:
    """The call in an API Gateway event, read without the product's code."""
    body = event.get("body", "")
    query = event["rawQueryString"]
    return Received(
        event["requestContext"]["http"]["method"],
        event["rawPath"] + (f"?{query}" if query else ""),
        event["headers"],
        base64.b64decode(body) if event["isBase64Encoded"] else body.encode(),
        connection,
        event["requestContext"].get("authorizer", {"jwt": {"claims": {}}})["jwt"]["claims"],
    )


def reply_of(reply: Reply) -> dict[str, Any]:
    body = base64.b64encode(reply.body).decode()
    return {"statusCode": reply.status, "headers": dict(reply.headers), "body": body, "isBase64Encoded": True}


class InvokeCodec(Codec):
    """The Invoke API with a proxy function behind it."""

    def unpack(self, received):
        assert received.target == "/2015-03-31/functions/things/invocations?Qualifier=live"
        assert received.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        return call_in(json.loads(received.body), received.connection)

    def pack(self, reply):
        return Reply(body=json.dumps(reply_of(reply)).encode())


class HandlerPeer(ScriptedPeer):
    """A peer that is a function of this process."""

    async def handler(self, event, context):
        replies = []

        async def perform(act: Act) -> None:
            assert not isinstance(act, Raw)
            if isinstance(act, Hold):
                await act.gate.wait()
                act = act.then
            replies.append(act)

        await self.note(call_in(event), perform)
        return reply_of(replies[0])


@asynccontextmanager
async def http_carrier(engine):
    async with FaultPeer() as peer:
        address = parse_address(f"http://127.0.0.1:{peer.port}")
        yield Carrier(
            lambda options: open_wire("things", address, with_engine(options, engine)), peer, {"sockets", "http"}
        )


@asynccontextmanager
async def lambda_carrier(engine):
    async with FaultPeer(InvokeCodec()) as peer:

        def opened(options):
            options = with_engine(
                options, engine, lambda_endpoint=f"http://127.0.0.1:{peer.port}", lambda_region="eu-west-1"
            )
            return open_wire("things", parse_address("lambda:things:live"), options, credentials=StaticCredentials())

        yield Carrier(opened, peer, {"sockets", "claims"})


@asynccontextmanager
async def local_carrier():
    peer = HandlerPeer()
    yield Carrier(lambda options: LocalWire("things", peer.handler, options), peer, {"claims"})


def with_engine(options: WireOptions, engine, **more) -> WireOptions:
    given = {name: getattr(options, name) for name in WireOptions.__struct_fields__}
    return WireOptions(**{**given, "engine": engine, **more})


CARRIERS = {
    "httptools": lambda: http_carrier("httptools"),
    "httpx": lambda: http_carrier("httpx"),
    "lambda": lambda: lambda_carrier("httptools"),
    "lambda over httpx": lambda: lambda_carrier("httpx"),
    "local": local_carrier,
}


@pytest.mark.parametrize("check", CHECKS, ids=str)
@pytest.mark.parametrize("carrier_name", CARRIERS)
async def test_carrier_keeps_the_port(carrier_name, check):
    """A carrier does what every wire must do, as far as it is capable of it at all."""
    async with CARRIERS[carrier_name]() as carrier:
        if lacking := check.lacks(carrier):
            pytest.skip(f"{carrier_name} has no {', '.join(sorted(lacking))}")

        await check.run(carrier)


@pytest.mark.parametrize("check", [check for check in CHECKS if check.needs <= {"sockets", "http"}], ids=str)
def test_default_engine_keeps_the_port_on_the_server_s_loop(check):
    """The server runs on uvloop, whose transports are not asyncio's: there the default engine does the same."""

    async def scenario():
        async with CARRIERS["httptools"]() as carrier:
            await check.run(carrier)

    uvloop.run(scenario())


HTTP_ONLY = {
    "broken_header_is_refused",
    "compressed_answers_are_inflated",
    "decompression_is_bounded",
    "endless_answer_fails",
    "head_has_no_body",
    "wrong_encoding_is_invalid",
}
SOCKETS_ONLY = {
    "a_connection_is_kept",
    "body_cut_short_is_unreachable",
    "close_leaves_no_socket",
    "dead_connection_does_not_fail_an_idempotent_call",
    "dead_connection_never_sends_a_post_twice",
    "drop_idle_forgets_connections",
    "early_end_is_unreachable_and_sent_once",
    "idle_connection_closed_by_the_peer_is_replaced",
    "refused_connection_is_unreachable",
    "silence_inside_the_body_is_a_timeout",
    "what_is_not_http_is_invalid",
}


@pytest.mark.parametrize(
    ("carrier_name", "skipped"),
    [
        ("httptools", {"claims_arrive"}),
        ("httpx", {"claims_arrive"}),
        ("lambda", HTTP_ONLY),
        ("lambda over httpx", HTTP_ONLY),
        ("local", HTTP_ONLY | SOCKETS_ONLY),
    ],
)
async def test_nothing_else_is_skipped(carrier_name, skipped):
    """A carrier skips exactly the checks that are listed for it."""
    async with CARRIERS[carrier_name]() as carrier:
        assert skipped == {check.name for check in CHECKS if check.lacks(carrier)}


def test_local_address_is_what_the_local_carrier_stands_for():
    """The local carrier's wire is the one that a `local:` address opens."""
    wire = open_wire("things", LocalAddress("json", "loads"), WireOptions())

    assert isinstance(wire, LocalWire)
