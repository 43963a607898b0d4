"""What every answer says to browsers, which sites may read it, and which requests a browser must ask for first."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from gateway.application.engine import Engine
from gateway.testing.doors import Door, Received, in_process
from gateway.vocabulary.settings import CorsSettings, Settings
from tests.application.conftest import DOORS, GRAPH

APP, STRANGER = "https://app.example.com", "https://evil.example"
POST = {"content-type": "application/json"}
QUERY = b'{"query": "{hello}"}'
GET = f"/graphql?query={quote('{hello}')}"

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


async def sent(settings: Settings, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Received:
    """The answer of a gateway with *settings*."""
    async with in_process(Engine(GRAPH, settings)) as door:
        return await door.send(method, target, headers, body)


def cors_of(received: Received) -> dict[str, str]:
    return {name: value for name, value in received.headers.items() if name.startswith("access-control-")}


def preflight(origin: str, method: str = "POST", asked: str = "content-type") -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": asked,
    }


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/graphql", QUERY),
        ("POST", "/graphql", b"{"),
        ("DELETE", "/graphql", b""),
        ("GET", "/graphql", b""),
        ("GET", "/nothing", b""),
        ("GET", "/healthz", b""),
    ],
)
async def test_every_answer_has_the_security_headers(door: Door, method: str, target: str, body: bytes) -> None:
    """Whatever the route and the outcome, behind every door."""
    received = await door.send(method, target, POST, body)

    assert SECURITY_HEADERS == {name: received.headers.get(name) for name in SECURITY_HEADERS}
    assert "strict-transport-security" not in received.headers


async def test_hsts_is_said_where_it_is_set() -> None:
    """Only who knows that HTTPS stands before the gateway can promise it."""
    received = await sent(Settings(hsts_s=31_536_000), "POST", "/graphql", POST, QUERY)

    assert "max-age=31536000" == received.headers["strict-transport-security"]


async def test_the_console_keeps_its_own_policy(development_door: Door) -> None:
    """A page that runs scripts of its own origin says so; the rest it has like every answer."""
    received = await development_door.send("GET", "/graphql", {"accept": "text/html"})

    assert "script-src 'self'" in received.headers["content-security-policy"]
    assert ("nosniff", "DENY") == (received.headers["x-content-type-options"], received.headers["x-frame-options"])


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"authorization": "Basic dTpw"}])
async def test_a_get_that_a_browser_may_send_unasked_is_refused(door: Door, headers: dict[str, str]) -> None:
    """Another site's <img> sends exactly this, with the visitor's cookies and remembered password."""
    received = await door.send("GET", GET, headers)

    assert 400 == received.status
    assert ["PREFLIGHT_REQUIRED"] == [error["extensions"]["code"] for error in received.json()["errors"]]


@pytest.mark.parametrize(
    "name", ["gateway-preflight", "apollo-require-preflight", "x-apollo-operation-name", "x-requested-with"]
)
async def test_a_get_with_a_header_that_forces_a_preflight_runs(door: Door, name: str) -> None:
    """A page of another origin cannot set it without being asked, and refused."""
    received = await door.send("GET", GET, {name: "1"})

    assert (200, {"data": {"hello": "hello world"}}) == (received.status, received.json())


async def test_development_takes_a_plain_get(development_door: Door) -> None:
    """In development a query may be typed into the address bar of any tool."""
    received = await development_door.send("GET", GET)

    assert {"hello": "hello world"} == received.json()["data"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_post_that_a_browser_may_send_unasked_is_refused(door: Door, content_type: str) -> None:
    """A form of another site cannot be a request, whatever it holds."""
    received = await door.send("POST", "/graphql", {"content-type": content_type}, QUERY)

    assert 415 == received.status


@pytest.mark.parametrize("opened", DOORS)
async def test_an_allowed_origin_reads_the_answer(opened: str) -> None:
    """Its name comes back, and caches are told that the answer depends on it."""
    async with DOORS[opened](Engine(GRAPH, Settings(cors=CorsSettings(origins=(APP,))))) as door:
        received = await door.send("POST", "/graphql", {**POST, "origin": APP}, QUERY)

    expected = {
        "access-control-allow-origin": APP,
        "access-control-expose-headers": "x-request-id, server-timing",
    }
    assert expected == cors_of(received)
    assert {"accept", "origin"} == {name.strip().lower() for name in received.headers["vary"].split(",")}


@pytest.mark.parametrize(
    "origin",
    [
        STRANGER,
        "https://app.example.com.evil.example",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://sub.app.example.com",
        "HTTPS://APP.EXAMPLE.COM",
        "null",
        "",
    ],
)
async def test_no_other_origin_reads_the_answer(origin: str) -> None:
    """Origins are compared whole: neither beginning, end, port, scheme nor case may differ."""
    settings = Settings(cors=CorsSettings(origins=(APP,), credentials=True))

    received = await sent(settings, "POST", "/graphql", {**POST, "origin": origin}, QUERY)

    assert "access-control-allow-origin" not in received.headers
    assert "Origin" in received.headers["vary"]


async def test_without_the_setting_nothing_is_said_of_origins(door: Door) -> None:
    """By default no script of another origin reads anything, and none may ask."""
    asked = await door.send("OPTIONS", "/graphql", preflight(APP))
    received = await door.send("POST", "/graphql", {**POST, "origin": APP}, QUERY)

    assert ({}, {}) == (cors_of(asked), cors_of(received))
    assert 405 == asked.status


async def test_a_preflight_of_an_allowed_origin_is_granted() -> None:
    """It is told which methods and headers, for how long, and whether cookies may come."""
    settings = Settings(cors=CorsSettings(origins=(APP,), credentials=True, headers=("x-tenant",), max_age_s=60))

    received = await sent(settings, "OPTIONS", "/graphql", preflight(APP, asked="content-type,X-Tenant"))

    granted = cors_of(received)
    assert (200, APP, "GET, POST", "true", "60") == (
        received.status,
        granted["access-control-allow-origin"],
        granted["access-control-allow-methods"],
        granted["access-control-allow-credentials"],
        granted["access-control-max-age"],
    )
    assert {"authorization", "content-type", "gateway-timeout-ms", "gateway-preflight", "x-tenant"} <= {
        name.strip().lower() for name in granted["access-control-allow-headers"].split(",")
    }
    assert "Origin" in received.headers["vary"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (preflight(STRANGER), "origin"),
        (preflight(APP, method="DELETE"), "method"),
        (preflight(APP, asked="x-anything"), "headers"),
    ],
)
async def test_a_preflight_of_anything_else_is_refused(headers: dict[str, str], reason: str) -> None:
    """A stranger is granted nothing, a friend no more than what is read."""
    received = await sent(Settings(cors=CorsSettings(origins=(APP,))), "OPTIONS", "/graphql", headers)

    assert (400, f"Disallowed CORS {reason}") == (received.status, received.body.decode())


async def test_any_origin_may_be_allowed_without_credentials() -> None:
    """For public data: the answer says `*`, with which browsers send no cookies."""
    settings = Settings(cors=CorsSettings(origins=("*",)))

    received = await sent(settings, "POST", "/graphql", {**POST, "origin": STRANGER}, QUERY)

    assert "*" == received.headers["access-control-allow-origin"]
    assert "access-control-allow-credentials" not in received.headers
