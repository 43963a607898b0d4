from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backends.address import HttpAddress, LambdaAddress, LocalAddress, parse_address

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:users-prod"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://users", HttpAddress("http", "users", 80)),
        ("HTTP://users:8080/", HttpAddress("http", "users", 8080)),
        ("https://users.example/v1/api/", HttpAddress("https", "users.example", 443, "/v1/api")),
        ("http://[::1]:9000/a%20b", HttpAddress("http", "[::1]", 9000, "/a%20b")),
        ("lambda:users-prod", LambdaAddress("users-prod")),
        ("lambda:users-prod:live", LambdaAddress("users-prod", "live")),
        ("lambda:users-prod:$LATEST", LambdaAddress("users-prod", "$LATEST")),
        (f"lambda:{ARN}", LambdaAddress(ARN, None, "eu-west-1")),
        (f"lambda:{ARN}:7", LambdaAddress(ARN, "7", "eu-west-1")),
        ("lambda:123456789012:function:users:live", LambdaAddress("123456789012:function:users", "live")),
        ("local:services.users.app:handler", LocalAddress("services.users.app", "handler")),
    ],
)
def test_each_form_is_parsed(text, expected):
    """Every form of address is parsed into its parts."""
    assert expected == parse_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://users",
        "https://users:8443/v1",
        "http://[::1]:9000",
        "lambda:users:live",
        f"lambda:{ARN}:7",
        "local:a.b:c",
    ],
)
def test_text_of_an_address_is_what_was_parsed(text):
    """`str` gives the setting back."""
    assert text == str(parse_address(text))


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("htp://users", ["expected one of http://host[:port][/base]", "got 'htp://users'", "did you mean http?"]),
        ("lamda:users", ["local:package.module:handler", "did you mean lambda?"]),
        ("localhost:8000", ["did you mean http://localhost:8000?"]),
        (f"{ARN}", [f"did you mean lambda:{ARN}?"]),
        ("users", ["got 'users'"]),
        ("", ["got ''"]),
        ("http:users", ["expected http://host[:port][/base]", "no host name"]),
        ("http://", ["no host name"]),
        ("http://bücher.example", ["punycode"]),
        ("http://users:port", ["host or port cannot be read"]),
        ("http://users/a b", ["not percent-encoded"]),
        ("http://users/a#b", ["fragment"]),
        ("http://users?token=hunter2", ["unknown option 'token'", "http: addresses take no options"]),
        ("lambda:users?event=json", ["unknown option 'event'", "lambda: addresses take no options"]),
        ("lambda:us ers", ["neither a function name nor an ARN"]),
        ("lambda:", ["neither a function name nor an ARN"]),
        ("local:services.users", ["expected local:package.module:handler", "got 'local:services.users'"]),
        ("local:a..b:c", ["dotted module"]),
    ],
)
def test_anything_else_says_what_was_expected_and_what_came(text, clauses):
    """A wrong address names the form expected, what came, and the nearest scheme or the cause."""
    with pytest.raises(ValueError) as raised:
        parse_address(text)

    assert [] == [clause for clause in clauses if clause not in str(raised.value)]


def test_credentials_become_an_authorization_header():
    """`user:password@` is kept for the wire, as RFC 7617 writes it, and shown nowhere."""
    address = parse_address("http://al%40ice:s3cr%3At@users:8080/v1")

    assert isinstance(address, HttpAddress)
    assert "Basic YWxAaWNlOnMzY3I6dA==" == address.authorization
    assert "<HttpAddress http://users:8080/v1>" == repr(address)
    assert "http://users:8080/v1" == str(address)


SECRETS = st.text("abcXYZ019/?#:@%[]-_. ", min_size=0, max_size=12).map(lambda text: f"hunter2{text}hunter2")


@given(
    scheme=st.sampled_from(["http://", "https://", "htp://", "lambda:", "local:", "", "ftp://"]),
    secret=SECRETS,
    rest=st.sampled_from(["users", "users:port", "users/a b", "us ers", "users?x=1", "[::1", ""]),
)
def test_no_error_shows_a_password(scheme, secret, rest):
    """Whatever is wrong with an address, what stands before its last @ is in no error and no repr."""
    try:
        shown = repr(parse_address(f"{scheme}user:{secret}@{rest}"))
    except ValueError as error:
        shown = f"{error} {error.__cause__} {error.__context__ if not error.__suppress_context__ else ''}"

    assert "hunter2" not in shown


@given(key=SECRETS)
def test_no_error_shows_what_stands_in_a_query(key):
    """An @ in a key does not make the rest of it a host."""
    with pytest.raises(ValueError, match="got") as raised:
        parse_address(f"http://users/v1?key={key}")

    assert "hunter2" not in str(raised.value)
