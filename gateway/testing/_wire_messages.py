"""Wire conformance: what is sent arrives, and what is answered comes back, octet by octet and within its limits."""

from __future__ import annotations

import gzip
import zlib

from ..backends.wire import WireRequest
from ..vocabulary.errors import BackendError, DecodeError
from ._wire_carrier import AMPLE_S, GET, Carrier, Checks, fails, same
from .fault_peer import Raw, Reply

check = Checks()


@check()
async def _query_is_percent_encoded(carrier: Carrier) -> None:
    """Query pairs arrive in order, repeats kept, each octet but the unreserved percent-encoded."""
    pairs = (("id", "1"), ("id", "2"), ("q", "a b&c=d+e/f%20?#"), ("naïve", "日本"), ("empty", ""), ("un", "-._~"))
    async with carrier.opened() as wire:
        await wire.send(WireRequest("GET", "/s%2Fx/y", pairs), timeout_s=AMPLE_S)

    target = "/s%2Fx/y?id=1&id=2&q=a%20b%26c%3Dd%2Be%2Ff%2520%3F%23&na%C3%AFve=%E6%97%A5%E6%9C%AC&empty=&un=-._~"
    same(target, carrier.peer.received[0].target, "target")


@check()
async def _path_is_left_alone(carrier: Carrier) -> None:
    """A path is sent octet by octet: no dot segment is resolved and no escape rewritten."""
    async with carrier.opened() as wire:
        await wire.send(WireRequest("GET", "/a/../b/%7e//c;v=1:@"), timeout_s=AMPLE_S)

    same("/a/../b/%7e//c;v=1:@", carrier.peer.received[0].target, "target")


@check()
async def _headers_arrive(carrier: Carrier) -> None:
    """Request headers arrive, and the method with them."""
    async with carrier.opened() as wire:
        await wire.send(WireRequest("PATCH", "/", headers=(("x-one", "1"), ("accept", "a/b"))), timeout_s=AMPLE_S)

    received = carrier.peer.received[0]
    same("PATCH", received.method, "method")
    same(("1", "a/b"), (received.headers["x-one"], received.headers["accept"]), "headers")


@check()
async def _bodies_are_bytes(carrier: Carrier) -> None:
    """Every octet passes both ways; an absent body is an empty one."""
    octets = bytes(range(256)) * 3
    carrier.peer.act = lambda received: Reply(body=received.body)
    async with carrier.opened() as wire:
        for body in (octets, '{"ü": "日本"}'.encode(), b"", None):
            response = await wire.send(WireRequest("POST", "/", body=body), timeout_s=AMPLE_S)
            same(body or b"", response.body, "body")

    same([octets, b""], [carrier.peer.received[0].body, carrier.peer.received[3].body], "bodies at the peer")


@check("claims")
async def _claims_arrive(carrier: Carrier) -> None:
    """Claims arrive in the carrier's own place, as strings; none arrive where none were given."""
    claims: dict[str, object] = {"sub": "u1", "admin": True, "groups": ["a", "b"], "age": 7, "none": None}
    async with carrier.opened() as wire:
        await wire.send(WireRequest("GET", "/", claims=claims), timeout_s=AMPLE_S)
        await wire.send(GET, timeout_s=AMPLE_S)

    expected = {"sub": "u1", "admin": "true", "groups": "[a b]", "age": "7"}
    same([expected, {}], [dict(received.claims) for received in carrier.peer.received], "claims")


@check("http")
async def _broken_header_is_refused(carrier: Carrier) -> None:
    """A header with a line break in it is never sent."""
    async with carrier.opened() as wire:
        request = WireRequest("GET", "/", headers=(("x-bad", "1\r\nx-injected: 2"),))
        await fails(wire.send(request, timeout_s=AMPLE_S), BackendError, "BACKEND_REFUSED")

    same(0, len(carrier.peer.received), "requests at the peer")


@check()
async def _every_status_is_an_answer(carrier: Carrier) -> None:
    """Any status comes back as it is; a redirect is not followed."""
    statuses = (200, 201, 204, 301, 302, 304, 307, 400, 401, 404, 409, 429, 500, 502, 503)
    headers = (("Location", "/elsewhere"), ("Retry-After", "1"))
    carrier.peer.act = lambda received: Reply(int(received.target[1:]), headers)
    async with carrier.opened() as wire:
        got = [(await wire.send(WireRequest("GET", f"/{s}"), timeout_s=AMPLE_S)).status for s in statuses]

    same(list(statuses), got, "statuses")
    same(len(statuses), len(carrier.peer.received), "requests at the peer")


@check()
async def _response_headers_are_lower_case(carrier: Carrier) -> None:
    """Header names come back in lower case, whatever the peer wrote."""
    carrier.peer.act = lambda _: Reply(headers=(("X-MiXeD", "Value"), ("Content-Type", "a/b")))
    async with carrier.opened() as wire:
        headers = (await wire.send(GET, timeout_s=AMPLE_S)).headers

    same(("Value", "a/b"), (headers.get("x-mixed"), headers.get("content-type")), "headers")
    same([], [name for name in headers if name != name.lower()], "names with capitals")


@check()
async def _no_cookie_is_kept(carrier: Carrier) -> None:
    """A cookie that one answer sets is not sent with the next request."""
    carrier.peer.act = lambda _: Reply(headers=(("Set-Cookie", "session=secret; Path=/"),))
    async with carrier.opened() as wire:
        for _ in range(2):
            await wire.send(GET, timeout_s=AMPLE_S)

    same(None, carrier.peer.received[1].headers.get("cookie"), "cookie")


@check("http")
async def _head_has_no_body(carrier: Carrier) -> None:
    """A HEAD's Content-Length announces nothing to read, however large."""
    carrier.peer.act = lambda _: Reply(body=b"x" * 200)
    async with carrier.opened(max_response_bytes=100) as wire:
        response = await wire.send(WireRequest("HEAD", "/"), timeout_s=AMPLE_S)

    same((200, b""), (response.status, response.body), "answer")


@check()
async def _too_large_an_answer_fails(carrier: Carrier) -> None:
    """A body of max_response_bytes is read, one byte more is BACKEND_RESPONSE_TOO_LARGE, and the wire goes on."""
    carrier.peer.act = lambda received: Reply(body=b"x" * int(received.target[1:]))
    async with carrier.opened(max_response_bytes=70_000, max_connections=1) as wire:
        for size, fits in ((70_000, True), (70_001, False), (90_000, False), (70_000, True)):
            sending = wire.send(WireRequest("GET", f"/{size}"), timeout_s=AMPLE_S)
            if fits:
                same(size, len((await sending).body), "body")
            else:
                await fails(sending, DecodeError, "BACKEND_RESPONSE_TOO_LARGE")


@check("http")
async def _endless_answer_fails(carrier: Carrier) -> None:
    """A body that does not announce its size is cut off at the limit, before its end."""
    chunk = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 20
    carrier.peer.act = lambda _: Raw(data, end="hang")
    async with carrier.opened(max_response_bytes=100_000) as wire:
        await fails(wire.send(GET, timeout_s=AMPLE_S), DecodeError, "BACKEND_RESPONSE_TOO_LARGE")


@check("http")
async def _compressed_answers_are_inflated(carrier: Carrier) -> None:
    """Both gzip and deflate are decoded, and the headers that described the encoded body are gone."""
    plain = b'{"a": 1}' * 1000
    carrier.peer.act = lambda received: (
        Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(plain))
        if received.target == "/gzip"
        else Reply(headers=(("Content-Encoding", "deflate"),), body=zlib.compress(plain))
    )
    async with carrier.opened() as wire:
        for path in ("/gzip", "/deflate"):
            response = await wire.send(WireRequest("GET", path), timeout_s=AMPLE_S)
            same(plain, response.body, path)
            same(set(), {"content-encoding", "content-length"} & set(response.headers), "headers left")

    same("gzip, deflate", carrier.peer.received[0].headers["accept-encoding"], "accept-encoding")


@check("http")
async def _decompression_is_bounded(carrier: Carrier) -> None:
    """The limit counts decoded bytes: a small body that inflates beyond it fails."""
    bomb = gzip.compress(b"\0" * 20_000_000)
    carrier.peer.act = lambda _: Reply(headers=(("Content-Encoding", "gzip"),), body=bomb)
    async with carrier.opened(max_response_bytes=100_000) as wire:
        await fails(wire.send(GET, timeout_s=AMPLE_S), DecodeError, "BACKEND_RESPONSE_TOO_LARGE")


@check("http")
async def _wrong_encoding_is_invalid(carrier: Carrier) -> None:
    """A body that is not what its Content-Encoding says is BACKEND_INVALID_RESPONSE."""
    carrier.peer.act = lambda _: Reply(headers=(("Content-Encoding", "gzip"),), body=b"this is no gzip")
    async with carrier.opened() as wire:
        await fails(wire.send(GET, timeout_s=AMPLE_S), DecodeError, "BACKEND_INVALID_RESPONSE")


@check("sockets")
async def _what_is_not_http_is_invalid(carrier: Carrier) -> None:
    """A peer that speaks something else is BACKEND_INVALID_RESPONSE."""
    carrier.peer.act = lambda _: Raw(b"220 mail.example ESMTP ready\r\n\r\n")
    async with carrier.opened() as wire:
        await fails(wire.send(GET, timeout_s=AMPLE_S), DecodeError, "BACKEND_INVALID_RESPONSE")
