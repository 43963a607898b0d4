"""The settings objects: complete descriptions, right defaults, and nothing secret in what they print."""

from __future__ import annotations

import io

import msgspec
import msgspec.inspect
import pytest
from rich.console import Console
from rich.pretty import pprint

from gateway.backends.outgoing import check_headers
from gateway.local_lambda import Function
from gateway.vocabulary.masking import mask_credentials
from gateway.vocabulary.settings import (
    AwsSettings,
    BackendSettings,
    DevSettings,
    HopsSettings,
    IdentitySettings,
    LimitSettings,
    ServiceSettings,
    Settings,
)

STRUCTS = [
    BackendSettings,
    IdentitySettings,
    AwsSettings,
    HopsSettings,
    LimitSettings,
    ServiceSettings,
    DevSettings,
    Settings,
]
UNITS = {"_s": "Seconds", "_bytes": "Bytes"}


def full_of_secrets() -> Settings:
    users = BackendSettings(address="https://us3r:pa55@users.internal/v1", headers={"x-api-key": "k3y"})
    service = ServiceSettings(command=("run", "--db=redis://us3r:pa55@db"), environment={"TOKEN": "t0ken"})
    return Settings(
        backends={"users": users},
        dev=DevSettings(services={"users": service}),
        aws=AwsSettings(lambda_endpoint="http://us3r:pa55@lambda"),
        hops=HopsSettings(secret="h0ps-4nd-m4lt"),
    )


@pytest.mark.parametrize("struct", STRUCTS)
def test_each_setting_is_described(struct):
    """Every setting has a description; one with a unit in its name begins with the unit."""
    fields = msgspec.structs.fields(struct)

    for field in fields:
        description = msgspec.inspect.type_info(field.type).extra_json_schema["description"]
        unit = next((unit for ending, unit in UNITS.items() if field.name.endswith(ending)), "")
        assert description.startswith(unit)
        assert description.endswith(".")


@pytest.mark.parametrize("struct", STRUCTS)
def test_defaults_are_within_limits(struct):
    """A default is a value that the setting itself accepts."""
    fields = [field for field in msgspec.structs.fields(struct) if field.default is not msgspec.NODEFAULT]

    assert [field.default for field in fields] == [msgspec.convert(field.default, field.type) for field in fields]


def test_settings_are_frozen():
    """A setting cannot be changed once made."""
    settings = Settings()

    with pytest.raises(AttributeError):
        settings.deadline_s = 1.0


def test_defaults_are_for_production():
    """Without any setting nothing is exposed and no header says who asks."""
    settings = Settings()

    assert "production" == settings.mode
    assert not settings.identity.development_header
    assert ("accept-language",) == settings.forward_headers
    assert {} == settings.backends


@pytest.mark.parametrize("show", [repr, str, "{}".format])
def test_secrets_are_never_printed(show):
    """What is printed holds the names of headers and variables and the hosts of addresses, never a secret."""
    printed = show(full_of_secrets())

    for secret in ("us3r", "pa55", "k3y", "t0ken", "h0ps"):
        assert secret not in printed
    for name in (
        "secret='***'",
        "'x-api-key': '***'",
        "'TOKEN': '***'",
        "https://***@users.internal/v1",
        "http://***@lambda",
    ):
        assert name in printed


def test_secrets_are_not_printed_by_rich():
    """Rich, which asks structs for their fields, gets masked ones."""
    written = io.StringIO()

    pprint(full_of_secrets(), console=Console(file=written, width=40), expand_all=True)

    assert "x-api-key" in written.getvalue()
    for secret in ("us3r", "pa55", "k3y", "t0ken", "h0ps"):
        assert secret not in written.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://users", "http://users"),
        ("lambda:users-prod", "lambda:users-prod"),
        ("http://ann:pa55@users:80/v1", "http://***@users:80/v1"),
        ("http://ann@users", "http://***@users"),
        # Characters that should have been escaped.
        ("http://ann:p@55/#@users", "http://***@users"),
        ("http://ann:pa\n55@users", "http://***@users"),
        # No scheme: the user name must not pass for one.
        ("ann:pa55@users", "***@users"),
        ("https://users/base?key=pa55", "https://users/base?***"),
        ("https://ann:pa55@users?key=pa55", "https://***@users?***"),
        # A question mark in a password, or an @ in a query: which of them it is cannot be seen.
        ("https://ann:pa?55@users", "https://***"),
        ("https://users?key=pa@55", "https://***"),
        ("ann:pa?55@users", "***"),
    ],
)
def test_credentials_are_masked(text, expected):
    """All between the scheme and the last @ is masked, and all behind a question mark."""
    assert expected == mask_credentials(text)


@pytest.mark.parametrize(
    ("fields", "came"),
    [({}, "neither"), ({"handler": "a.b", "command": ("c",)}, "both"), ({"command": ()}, "neither")],
)
def test_a_service_is_a_function_or_a_command(fields, came):
    """A service has exactly one of handler and command."""
    with pytest.raises(ValueError) as caught:
        ServiceSettings(**fields)

    assert f"expected exactly one of handler and command, got {came}" == str(caught.value)


@pytest.mark.parametrize("handler", ["app.handler", "app:handler", "services.users.app.handler", "src/app.handler"])
def test_a_handler_is_what_the_local_lambda_takes(handler):
    """What the settings let pass starts."""
    assert handler == ServiceSettings(handler=handler).handler == Function("users", handler).handler


@pytest.mark.parametrize("handler", ["", "nodot", ".handler", "app.", "a..b", "a b.c", "a\0.b", "a:b:c"])
def test_what_names_no_function_is_no_handler(handler):
    """Nothing could be imported by it."""
    with pytest.raises(ValueError, match=r"^handler: expected module\.function, such as .+, got '"):
        ServiceSettings(handler=handler)


@pytest.mark.parametrize("header", [("x-api-key", "s3cret"), ("X_Key", "a\tb"), ("authorization", "Bearer é")])
def test_a_backends_header_is_what_http_carries(header):
    """What the settings let pass is sent."""
    BackendSettings(headers=dict([header]))

    check_headers((header,))


@pytest.mark.parametrize(
    "name", ["x api key", "x:key", "x\r\ny", "", "é", "\u212a", "Content-Length", "transfer-encoding"]
)
def test_what_no_header_is_called_is_refused(name):
    """It could not be sent, or would say where the request ends."""
    with pytest.raises(ValueError) as caught:
        BackendSettings(headers={name: "s3cret"})

    assert f"headers: expected a header's name that a caller may give, such as x-api-key, got {name!r}" == str(
        caught.value
    )


@pytest.mark.parametrize("value", ["s3cret\n", "s3cret\r\nx: y", "s3cret\0", "s3cret\x7f", "s3cret\udc80"])
def test_what_no_header_holds_is_refused_untold(value):
    """A line's end, such as that of a file with a secret, would end the header; the value is not quoted."""
    with pytest.raises(ValueError) as caught:
        BackendSettings(headers={"x-api-key": value})

    expected = "headers.x-api-key: expected a value of one line without control characters, got another"
    assert expected == str(caught.value)
