"""The conformance suite is worth something: a wire with one fault fails the check that is about it."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from gateway.backends.address import parse_address
from gateway.backends.transport import open_wire
from gateway.backends.wire import WireResponse
from gateway.testing.wire_conformance import CHECKS, Carrier, FaultPeer
from gateway.vocabulary.errors import BackendError, BackendTimeout


class FaultyWire:
    """A good wire, for a faulty one to spoil."""

    def __init__(self, options, port):
        self.port = port
        self.inner = self.opened(options)

    def opened(self, options):
        return open_wire("things", parse_address(f"http://127.0.0.1:{self.port}"), options)

    async def send(self, request, *, timeout_s):
        return await self.inner.send(request, timeout_s=timeout_s)

    def drop_idle(self):
        self.inner.drop_idle()

    async def close(self):
        await self.inner.close()


class Resending(FaultyWire):
    async def send(self, request, *, timeout_s):
        try:
            return await self.inner.send(request, timeout_s=timeout_s)
        except BackendError:
            return await self.inner.send(request, timeout_s=timeout_s)


class Greedy(FaultyWire):
    def opened(self, options):
        return super().opened(replace(options, max_connections=100, max_response_bytes=100_000_000))


class Swallowing(FaultyWire):
    async def send(self, request, *, timeout_s):
        try:
            return await self.inner.send(request, timeout_s=timeout_s)
        except asyncio.CancelledError:
            return WireResponse(200, {}, b"")


class Shouting(FaultyWire):
    async def send(self, request, *, timeout_s):
        response = await self.inner.send(request, timeout_s=timeout_s)
        return replace(response, headers={name.title(): value for name, value in response.headers.items()})


class Unnamed(FaultyWire):
    async def send(self, request, *, timeout_s):
        try:
            return await self.inner.send(request, timeout_s=timeout_s)
        except BackendTimeout:
            raise TimeoutError from None


class FormEncoding(FaultyWire):
    async def send(self, request, *, timeout_s):
        query = tuple((name.replace(" ", "+"), value.replace(" ", "+")) for name, value in request.query)
        return await self.inner.send(replace(request, query=query), timeout_s=timeout_s)


class Wasteful(FaultyWire):
    async def send(self, request, *, timeout_s):
        self.inner.drop_idle()
        return await self.inner.send(request, timeout_s=timeout_s)


class Clinging(FaultyWire):
    def drop_idle(self):
        pass


class Forgetful(FaultyWire):
    """Leaves its connections open; the test closes them."""

    async def close(self):
        pass


@pytest.mark.parametrize(
    ("faulty", "check_name"),
    [
        (Resending, "dead_connection_never_sends_a_post_twice"),
        (Resending, "early_end_is_unreachable_and_sent_once"),
        (Greedy, "concurrency_is_bounded"),
        (Greedy, "too_large_an_answer_fails"),
        (Greedy, "decompression_is_bounded"),
        (Greedy, "waiting_for_a_place_counts"),
        (Swallowing, "cancellation_frees_the_place"),
        (Shouting, "response_headers_are_lower_case"),
        (Unnamed, "silence_is_a_timeout"),
        (FormEncoding, "query_is_percent_encoded"),
        (Wasteful, "a_connection_is_kept"),
        (Clinging, "drop_idle_forgets_connections"),
        (Forgetful, "closing_twice_is_closing_once"),
    ],
)
async def test_fault_is_caught(faulty, check_name):
    """A wire with this fault does not pass that check."""
    check = next(check for check in CHECKS if check.name == check_name)
    wires = []
    async with FaultPeer() as peer:

        def opened(options):
            wires.append(faulty(options, peer.port))
            return wires[-1]

        with pytest.raises((AssertionError, TimeoutError, ExceptionGroup)):
            await check.run(Carrier(opened, peer, {"sockets", "http"}))
        for wire in wires:
            await wire.inner.close()


def test_every_check_states_its_rule():
    """Names are unique, and each check's docstring says what it is about."""
    names = [check.name for check in CHECKS]

    assert sorted(set(names)) == sorted(names)
    assert [] == [check.name for check in CHECKS if not check.run.__doc__]


def test_check_says_what_a_carrier_lacks():
    """A check applies to a carrier that has what it needs, and names what is missing otherwise."""
    check = next(check for check in CHECKS if check.name == "head_has_no_body")

    assert {"http"} == check.lacks(Carrier(None, None, {"sockets"}))
    assert not check.lacks(Carrier(None, None, {"http"}))
