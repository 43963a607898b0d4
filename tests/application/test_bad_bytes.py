"""Whatever a stranger sends, the answer is a clear refusal, never a 500: named cases, and random ones."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.application.engine import Engine
from gateway.testing.doors import Door, over_socket
from gateway.vocabulary.settings import Settings
from tests.application.conftest import DOORS, GRAPH, PRODUCTION

JSON = {"content-type": "application/json"}
GET = {"gateway-preflight": "1"}
ROOMY = Settings(max_body_bytes=1_000_000)


def nested(levels: int, opened: bytes = b"[", closed: bytes = b"]") -> bytes:
    return b'{"query":"{hello}","variables":{"x":' + opened * levels + b"1" + closed * levels + b"}}"


BODIES = {
    "empty": b"",
    "blank": b" \r\n\t ",
    "invalid UTF-8": b'{"query": "\xff\xfe"}',
    "half a character": b'{"query": "{hello(name: \\"\xf0\x9f\\")}"}',
    "UTF-16": '{"query": "{hello}"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "{hello}"}',
    "NUL": b'{"query": "{hello}\x00"}',
    "a lone surrogate": b'{"query": "{hello(name: \\"\\ud800\\")}"}',
    "a lone surrogate in a key": b'{"query": "{hello}", "\\udfff": 1}',
    "100,000 arrays": nested(100_000),
    "100,000 objects": nested(100_000, b'{"a":', b"}"),
    "100,000 open arrays": b"[" * 100_000,
    "100,000 open objects": b'{"a":' * 100_000,
    "an array": b"[]",
    "a batch": b'[{"query": "{hello}"}]',
    "a number": b"7",
    "a huge exponent": b'{"query": 1e999999}',
    "a huge integer": b'{"query": ' + b"9" * 100_000 + b"}",
    "a string": b'"{hello}"',
    "null": b"null",
    "true": b"true",
    "NaN": b'{"query": "{hello}", "variables": {"x": NaN}}',
    "Infinity": b'{"query": "{hello}", "variables": {"x": -Infinity}}',
    "a key twice": b'{"query": "{hello}", "query": "{viewer}"}',
    "a key twice, deeper": b'{"query": "{hello}", "variables": {"a": 1, "\\u0061": 2}}',
    "two values": b'{"query": "{hello}"}{"query": "{hello}"}',
    "a comma too many": b'{"query": "{hello}",}',
    "single quotes": b"{'query': '{hello}'}",
    "a form": b"query=%7Bhello%7D",
    "gzip": gzip.compress(b'{"query": "{hello}"}'),
    "query is a number": b'{"query": 1}',
    "query is an object": b'{"query": {}}',
    "variables are an array": b'{"query": "{hello}", "variables": []}',
    "extensions are a string": b'{"query": "{hello}", "extensions": "x"}',
    "operationName is a boolean": b'{"query": "{hello}", "operationName": true}',
    "a document of NULs": json.dumps({"query": "\x00" * 1000}).encode(),
    "a document of brackets": json.dumps({"query": "{" * 10_000}).encode(),
    "a document of one string": json.dumps({"query": '"""' * 1001}).encode(),
}


@pytest.mark.parametrize("opened", DOORS)
async def test_a_bad_body_is_a_clear_refusal(opened: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind every door each of these is a 400 with a code, and nothing of ours has failed."""
    async with DOORS[opened](Engine(GRAPH, ROOMY)) as door:
        answers = {
            name: await door.send("POST", "/graphql", {**JSON, "accept": "application/graphql-response+json"}, body)
            for name, body in BODIES.items()
        }

    assert dict.fromkeys(BODIES, 400) == {name: answer.status for name, answer in answers.items()}
    for answer in answers.values():
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] in {"BAD_REQUEST", "GRAPHQL_PARSE_FAILED", "LIMIT_EXCEEDED"}
    assert "request failed" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "query",
    [
        "",
        "query=",
        "query=%FF",
        "query=%7Bhello%7D&variables=%7B",
        "query=%7Bhello%7D&variables=[]",
        "query=%7Bhello%7D&variables=NaN",
        "query=%7Bhello%7D&variables=" + "%5B" * 1000,
        "query=%ED%A0%80",
        "query=%00",
        "&".join(["a=1"] * 200),
        "%",
        "=;&%%&==",
    ],
)
async def test_a_bad_query_string_is_a_clear_refusal(door: Door, query: str) -> None:
    """GET is read as strictly as POST."""
    received = await door.send("GET", f"/graphql?{query}", {**GET, "accept": "application/graphql-response+json"})

    assert 400 == received.status
    assert 1 == len(received.json()["errors"])


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": ";;;"},
        {"accept": "application/json;q=" + "9" * 400},
        {"accept": '"' * 2000},
        {"x-request-id": "\x7f" * 10},
        {"gateway-timeout-ms": "-1"},
        {"gateway-timeout-ms": "9" * 5000},
        {"gateway-hops": "t=,v1="},
        {"gateway-development-identity": "{" * 5000},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json; charset"},
        {"content-type": "/"},
        {"content-encoding": "gzip"},
        {"content-encoding": "identity, gzip"},
        {"authorization": "x" * 5000},
        {"cookie": "=;=;"},
        {"origin": "null"},
    ],
)
async def test_an_odd_header_is_no_failure(door: Door, headers: dict[str, str]) -> None:
    """A header of ours is read or refused; any other is let be."""
    received = await door.send("POST", "/graphql", {**JSON, **headers}, b'{"query": "{hello}"}')

    assert received.status in {200, 400, 406, 415}
    assert b"INTERNAL_SERVER_ERROR" not in received.body


class Sent(NamedTuple):
    """One random request."""

    method: str
    query: str
    content_type: str
    body: bytes


PIECES = st.sampled_from([
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"\\u", b"d800", b"query", b'"query":', b'"{hello}"', b"null",
    b"1e9", b"-", b"NaN", b"\xff", b"\x00", b"variables", b" ",
])  # fmt: skip
BODY = (
    st.binary(max_size=300)
    | st.lists(PIECES, max_size=40).map(b"".join)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: json.dumps({"query": value, "variables": value}).encode())
    | st.text('{}()[]!$:=@|&#"\\.,abc \n\ud800', max_size=60).map(lambda text: json.dumps({"query": text}).encode())
)
SENT = st.builds(
    Sent,
    st.sampled_from(["POST", "GET", "HEAD", "PUT"]),
    st.text("abc{}%&=;+query", max_size=40),
    st.sampled_from(["application/json", "text/plain", "application/json; charset=utf-8", "x"]),
    BODY,
)


@pytest.mark.parametrize("opened", DOORS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(requests=st.lists(SENT, min_size=25, max_size=25))
async def test_random_requests_are_never_our_fault(opened: str, requests: list[Sent]) -> None:
    """Any method, query, type and body behind every door: an answer, and not a 5xx."""
    async with DOORS[opened](Engine(GRAPH, PRODUCTION)) as door:
        for sent in requests:
            target = f"/graphql?{sent.query.replace('#', '')}"
            received = await door.send(sent.method, target, {**GET, "content-type": sent.content_type}, sent.body)

            assert received.status < 500, sent


HEAD = b"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"
RAW = {
    "no HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9": b"POST /graphql HTTP/9.9\r\nhost: x\r\n\r\n",
    "a negative length": HEAD + b"content-length: -1\r\n\r\n",
    "a huge length": HEAD + b"content-length: 99999999999999999999999\r\n\r\n",
    "two lengths": HEAD + b"content-length: 2\r\ncontent-length: 20\r\n\r\n{}",
    "length and chunks": HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is no number": HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "an unknown transfer encoding": HEAD + b"transfer-encoding: gzip\r\n\r\n{}",
    "a header without a colon": HEAD + b"nonsense\r\n\r\n",
    "a header with NUL": HEAD + b"x: \x00\r\n\r\n",
    "a header beyond ASCII": HEAD
    + b"accept: \xff\xfe\r\nx-request-id: \xe4\r\norigin: \xf6\r\ncontent-length: 0\r\n\r\n",
    "a type beyond ASCII": b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: \xff\r\ncontent-length: 0\r\n\r\n",
    "a folded header": HEAD + b"x: a\r\n b\r\ncontent-length: 0\r\n\r\n",
    "a million bytes of header": HEAD + b"x: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a path beyond ASCII": b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
    "a path that decodes to no text": b"GET /%ff%00%zz HTTP/1.1\r\nhost: x\r\n\r\n",
    "no host": b"GET /graphql HTTP/1.1\r\n\r\n",
    "a whole URL as path": b"GET http://other/graphql HTTP/1.1\r\nhost: x\r\n\r\n",
    "an unknown method": b"BREW /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
    "CONNECT": b"CONNECT graphql:80 HTTP/1.1\r\nhost: x\r\n\r\n",
    "an upgrade": HEAD + b"upgrade: websocket\r\nconnection: upgrade\r\ncontent-length: 0\r\n\r\n",
    "an expectation": HEAD + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}",
}


async def test_bytes_that_are_no_http_harm_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """Over a raw socket each gets a refusal or a closed connection, and the next client its answer."""
    async with over_socket(Engine(GRAPH, PRODUCTION)) as door:
        port = int(door.url.rsplit(":", 1)[1])
        statuses = {name: await status_of(port, raw) for name, raw in RAW.items()}
        after = await door.send("POST", "/graphql", JSON, b'{"query": "{hello}"}')

    assert {} == {name: status for name, status in statuses.items() if status >= 500}
    assert {"data": {"hello": "hello world"}} == after.json()
    assert "request failed" not in capsys.readouterr().err


async def status_of(port: int, raw: bytes) -> int:
    """The status of the answer to *raw*, 0 when the connection is closed without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        line = await asyncio.wait_for(reader.readline(), 5)
        while line.startswith(b"HTTP/1.1 100"):
            await reader.readline()
            line = await asyncio.wait_for(reader.readline(), 5)
    except ConnectionError:
        return 0
    finally:
        writer.close()
    return int(line.split()[1]) if line else 0
