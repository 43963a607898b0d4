"""GraphQL over HTTP, each rule behind every door: in process, over a socket, as a Lambda event of each kind."""

from __future__ import annotations

import re
from typing import Any, Never
from urllib.parse import quote

import httpx
import msgspec
import pytest

from gateway.application.app import GatewayApp
from gateway.application.endpoint import GraphQLEndpoint
from gateway.application.engine import Engine
from gateway.testing.doors import Door, Received
from tests.application.conftest import GRAPH, PRODUCTION

JSON = {"content-type": "application/json"}
MODERN = {**JSON, "accept": "application/graphql-response+json"}


async def post(door: Door, body: object, headers: dict[str, str] | None = None) -> Received:
    return await door.send("POST", "/graphql", headers or MODERN, msgspec.json.encode(body))


def codes(received: Received) -> list[str]:
    return [error["extensions"]["code"] for error in received.json()["errors"]]


async def test_a_posted_query_is_answered(door: Door) -> None:
    """A JSON body with query and variables gets the data, in the media type that was asked for."""
    received = await post(door, {"query": "query H($n: String!) {hello(name: $n)}", "variables": {"n": "Ada"}})

    assert (200, {"data": {"hello": "hello Ada"}}) == (received.status, received.json())
    assert received.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


async def test_text_outside_of_ascii_survives_the_way(door: Door) -> None:
    """UTF-8 goes in and comes out as it is."""
    received = await post(door, {"query": "query H($n: String!) {hello(name: $n)}", "variables": {"n": "Zoë 🚀 中"}})

    assert {"data": {"hello": "hello Zoë 🚀 中"}} == received.json()


async def test_a_query_may_be_a_get(door: Door) -> None:
    """GET carries query and variables in the URL."""
    query, variables = quote("query H($n: String!) {hello(name: $n)}"), quote('{"n": "a b+&c"}')

    received = await door.send("GET", f"/graphql?query={query}&variables={variables}", MODERN)

    assert (200, {"data": {"hello": "hello a b+&c"}}) == (received.status, received.json())


async def test_a_mutation_is_never_a_get(door: Door) -> None:
    """GET is safe (RFC 9110 section 9.2.1): a mutation is answered 405 and does not run."""
    mutation = quote('mutation {shout(text: "x")}')

    received = await door.send("GET", f"/graphql?query={mutation}", MODERN)

    assert (405, ["METHOD_NOT_ALLOWED"]) == (received.status, codes(received))
    assert "POST" in received.headers["allow"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_refused(door: Door, method: str) -> None:
    """Only GET and POST ask."""
    received = await door.send(method, "/graphql", MODERN, b"{}")

    assert (405, ["METHOD_NOT_ALLOWED"]) == (received.status, codes(received))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"query": "{', 400, "BAD_REQUEST"),
        (b"[]", 400, "BAD_REQUEST"),
        (b'{"query": 7}', 400, "BAD_REQUEST"),
        (b'{"query": "\xff"}', 400, "BAD_REQUEST"),
        (b'{"query": "{nope}"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{"}', 400, "GRAPHQL_PARSE_FAILED"),
        (b'{"query": "query A {hello} query B {hello}"}', 400, "OPERATION_RESOLUTION_FAILURE"),
        (b'{"query": "query A {hello}", "operationName": "B"}', 400, "OPERATION_RESOLUTION_FAILURE"),
        (b'{"query": "query H($n: Int!) {hello(name: $n)}"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "query H($n: String!) {hello(name: $n)}"}', 400, "BAD_USER_INPUT"),
        (b'{"query": "' + b" " * 2000 + b'{hello}"}', 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_a_wrong_request_gets_a_clear_error(door: Door, body: bytes, status: int, code: str) -> None:
    """What cannot run is answered with a status, a code and no data."""
    received = await door.send("POST", "/graphql", MODERN, body)

    assert (status, [code]) == (received.status, codes(received))
    assert "data" not in received.json()


async def test_a_body_that_says_it_is_too_long_is_refused_unread() -> None:
    """By its header alone: nothing is received, thus no body is held or waited for."""

    async def receive() -> Never:
        raise AssertionError("the body was asked for")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"2001")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await GraphQLEndpoint(Engine(GRAPH, PRODUCTION))(scope, receive, send)

    assert [413, None] == [message.get("status") for message in sent]
    assert b'"message":"expected a body of at most 2000 bytes"' in sent[1]["body"]


async def test_several_headers_of_one_name_are_one_list() -> None:
    """Source: RFC 9110 section 5.3. What the second one accepts can be answered."""
    headers = [("accept", "image/png"), ("accept", "application/json"), ("content-type", "application/json")]

    async with httpx.AsyncClient(transport=httpx.ASGITransport(GatewayApp(Engine(GRAPH, PRODUCTION)))) as client:
        response = await client.post("http://gateway/graphql", content=b'{"query": "{hello}"}', headers=headers)

    assert (200, {"data": {"hello": "hello world"}}) == (response.status_code, response.json())


async def test_an_unacceptable_media_type_is_406(door: Door) -> None:
    """A client that takes no JSON gets none."""
    received = await post(door, {"query": "{hello}"}, {**JSON, "accept": "image/png"})

    assert (406, ["NOT_ACCEPTABLE"]) == (received.status, codes(received))


async def test_a_body_of_another_type_is_415(door: Door) -> None:
    """Only JSON is read."""
    received = await post(door, {"query": "{hello}"}, {"content-type": "text/plain"})

    assert (415, ["UNSUPPORTED_MEDIA_TYPE"]) == (received.status, codes(received))


async def test_a_failed_field_keeps_the_rest(door: Door) -> None:
    """A resolver that raises nulls its field; exception text, stack and addresses stay inside."""
    received = await post(door, {"query": "{hello broken}"})

    assert {"hello": "hello world", "broken": None} == received.json()["data"]
    (error,) = received.json()["errors"]
    assert {
        "message": "Something went wrong on our side.",
        "locations": [{"line": 1, "column": 8}],
        "path": ["broken"],
        "extensions": {"code": "INTERNAL_SERVER_ERROR"},
    } == error
    assert b"hunter2" not in received.body


async def test_development_shows_the_cause(development_door: Door) -> None:
    """A developer sees what was raised."""
    received = await post(development_door, {"query": "{broken}"})

    assert "hunter2" in received.json()["errors"][0]["extensions"]["detail"]


async def test_a_failure_is_logged_once_with_the_request_id(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    """The client's header leads to the log line that holds what was hidden."""
    received = await post(door, {"query": "{broken}"})

    logged = capsys.readouterr()
    text = logged.out + logged.err
    assert 1 == text.count("field failed")
    assert received.headers["x-request-id"] in text
    assert "hunter2" in text


async def test_every_answer_carries_a_request_id(door: Door) -> None:
    """A fresh id, unless the client sent a usable one."""
    own = {**MODERN, "x-request-id": "client-7"}

    answers = [await post(door, {"query": "{hello}"}, headers) for headers in (MODERN, own, MODERN)]

    first, second, third = (answer.headers["x-request-id"] for answer in answers)
    assert "client-7" == second
    assert first != third
    assert re.fullmatch(r"[0-9a-f]{32}", first)


async def test_the_client_may_shorten_the_deadline(door: Door) -> None:
    """What is still running when the client's time is over becomes an error at its path; the rest is answered."""
    received = await post(door, {"query": "{hello slow}"}, {**MODERN, "gateway-timeout-ms": "50"})

    assert {"hello": "hello world", "slow": None} == received.json()["data"]
    (error,) = received.json()["errors"]
    assert (["slow"], "DEADLINE_EXCEEDED") == (error["path"], error["extensions"]["code"])


async def test_a_wrong_deadline_is_refused(door: Door) -> None:
    """The error says what was expected and what came."""
    received = await post(door, {"query": "{hello}"}, {**MODERN, "gateway-timeout-ms": "soon"})

    assert (400, ["BAD_REQUEST"]) == (received.status, codes(received))
    assert "soon" in received.json()["errors"][0]["message"]


async def test_the_development_identity_is_ignored_in_production(door: Door) -> None:
    """Nobody becomes somebody by a header."""
    received = await post(door, {"query": "{viewer}"}, {**MODERN, "gateway-development-identity": "u1"})

    assert {"data": {"viewer": None}} == received.json()


@pytest.mark.parametrize("identity", ["u1", '{"sub": "u1", "tenant": "acme"}'])
async def test_the_development_identity_counts_in_development(development_door: Door, identity: str) -> None:
    """In development a header says who asks."""
    headers = {**MODERN, "gateway-development-identity": identity}

    received = await post(development_door, {"query": "{viewer}"}, headers)

    assert {"viewer": "u1"} == received.json()["data"]


async def test_resolvers_read_only_allowed_headers(door: Door) -> None:
    """The allow-list lets a language through, and no cookie."""
    headers = {**MODERN, "accept-language": "nl", "cookie": "session=1"}

    received = await post(door, {"query": "{language secretHeader}"}, headers)

    assert {"data": {"language": "nl", "secretHeader": None}} == received.json()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_is_told(door: Door, path: str) -> None:
    """A load balancer learns that the process lives and takes requests."""
    assert 200 == (await door.send("GET", path)).status


async def test_an_unknown_path_is_404(door: Door) -> None:
    """Nothing else is served."""
    assert 404 == (await door.send("GET", "/nothing")).status


async def test_production_shows_no_console(door: Door) -> None:
    """GraphiQL is for development."""
    received = await door.send("GET", "/graphql", {"accept": "text/html"})

    assert 406 == received.status
    assert b"<html" not in received.body.lower()


async def test_development_shows_the_console(development_door: Door) -> None:
    """A browser that visits the address gets GraphiQL, whose policy lets it load from here alone."""
    received = await development_door.send("GET", "/graphql", {"accept": "text/html,*/*;q=0.8"})

    assert 200 == received.status
    assert "text/html; charset=utf-8" == received.headers["content-type"]
    assert "default-src 'none'" in received.headers["content-security-policy"]
