"""Dangerous combinations of settings: the gateway does not start, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.vocabulary.dangers import danger_of_host, danger_on_lambda, wrong_origin
from gateway.vocabulary.errors import SettingsError
from gateway.vocabulary.settings import DevSettings, Settings
from gateway.vocabulary.settings_sources import load_settings

DEVELOPMENT = Settings(mode="development")
OPENED = Settings(mode="development", dev=DevSettings(any_host=True))


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"IDENTITY__DEVELOPMENT_HEADER": "true"}, "where anybody could say who they are"),
        ({"CORS__ORIGINS": "*", "CORS__CREDENTIALS": "true"}, "any site could act as its visitor"),
        ({"CORS__ORIGINS": "null"}, "got 'null', which is what every sandboxed page sends"),
        ({"CORS__ORIGINS": "https://*.example.com"}, "a pattern is not matched"),
        ({"CORS__ORIGINS": "app.example.com"}, "expected an origin such as https://app.example.com"),
        ({"CORS__ORIGINS": "https://a.com", "CORS__CREDENTIALS": "true", "CSRF": "off"}, "expected csrf to be on"),
        ({"HOPS__SECRET": "a" * 40}, "expected hops.secret to be random"),
        ({"HOPS__SECRET": " " * 40}, "expected hops.secret to be random"),
        ({"BACKENDS__BILLING__HEADERS__X_API_KEY": ""}, "backends.billing.headers.x-api-key: expected a value"),
        ({"BACKENDS__BILLING__HEADERS__X_API_KEY": "  "}, "is the variable that holds the secret set?"),
    ],
)
def test_a_dangerous_combination_refuses_to_start(environment: dict[str, str], said: str, tmp_path: Path) -> None:
    """One sentence says what was expected, what came, and what it would do."""
    empty = tmp_path / "empty.toml"
    empty.touch()

    with pytest.raises(SettingsError, match="expected") as refused:
        load_settings(empty, environ={f"GATEWAY_{name}": value for name, value in environment.items()})

    assert said in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"cors": {"origins": ["*"]}},
        {"cors": {"origins": ["https://a.com"], "credentials": True}},
        {"mode": "development", "cors": {"origins": ["http://localhost:3000"], "credentials": True}},
        {"introspection": "on", "csrf": "off"},
        {"hops": {"secret": "correct-horse-battery-staple-0001"}},
    ],
)
def test_what_is_safe_starts(settings: dict[str, object], tmp_path: Path) -> None:
    """Each of these is a choice that one may make."""
    empty = tmp_path / "empty.toml"
    empty.touch()

    assert load_settings(empty, environ={}, overrides=settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.internal", ""])
def test_development_is_for_this_machine(host: str) -> None:
    """What development shows is not served to others, unless that is said."""
    said = danger_of_host(DEVELOPMENT, host)

    assert said is not None
    assert "dev.any_host" in said
    assert (None, None) == (danger_of_host(Settings(), host), danger_of_host(OPENED, host))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_development_is_served_on_loopback(host: str) -> None:
    """Every way to name this machine is one."""
    assert danger_of_host(DEVELOPMENT, host) is None


def test_a_lambda_function_is_for_production() -> None:
    """A function is reachable by others, so development must be asked for twice."""
    assert "expected mode = production on Lambda" in (danger_on_lambda(DEVELOPMENT) or "")
    assert (None, None) == (danger_on_lambda(Settings()), danger_on_lambda(OPENED))


@pytest.mark.parametrize(
    "origin",
    ["*", "https://app.example.com", "http://localhost:3000", "http://[::1]:5173", "capacitor://localhost"],
)
def test_an_origin_is_what_a_browser_sends(origin: str) -> None:
    """Scheme, host and a port that is not the scheme's own."""
    assert wrong_origin(origin) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://a.com/",
        "https://a.com/path",
        "https://a.com?x",
        "https://a.com#x",
        "https://a.com:443",
        "http://a.com:80",
        "https://a.com:99999",
        "HTTPS://a.com",
        "https://A.com",
        "https://u@a.com",
        "https://a.com,https://b.com",
        "https://é.com",
        "https://",
        "a.com",
        "",
    ],
)
def test_what_no_browser_sends_is_no_origin(text: str) -> None:
    """It would never match, and look as if it did."""
    assert f"got {text!r}" in (wrong_origin(text) or "")
