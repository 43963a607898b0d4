from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import quote

import botocore.auth
import botocore.awsrequest
import botocore.credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.backends import sigv4
from gateway.backends.sigv4 import Credentials, sign
from gateway.backends.target import request_target

# No lone surrogates: nothing could encode them.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SEGMENTS = TEXTS.map(lambda text: quote(text, safe="")).filter(lambda segment: segment not in {"", ".", ".."})
PATHS = st.lists(SEGMENTS, max_size=4).map(lambda segments: "/" + "/".join(segments))
TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis


def botocore_headers(method, url, headers, body, credentials, region, service, now):
    """The same request signed by botocore, its clock set to *now*."""
    request = botocore.awsrequest.AWSRequest(method=method, url=url, headers=headers, data=body)
    signer = botocore.auth.SigV4Auth(
        botocore.credentials.Credentials(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        ),
        service,
        region,
    )
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=now.replace(tzinfo=None)):
        signer.add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@settings(max_examples=300, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=PATHS,
    query=st.lists(st.tuples(TEXTS.filter(bool), TEXTS), max_size=5),
    headers=st.dictionaries(TOKENS.map(lambda name: f"x-{name}"), VALUES, max_size=4),
    body=st.binary(max_size=64),
    key=st.tuples(TOKENS, TOKENS, st.none() | TOKENS),
    region=TOKENS,
    service=TOKENS,
    now=MOMENTS,
)
def test_signature_is_botocores(method, path, query, headers, body, key, region, service, now):
    """Any request is signed exactly as botocore signs it."""
    credentials, query = Credentials(*key), tuple(query)
    host = "lambda.example.test:8443"
    url = f"https://{host}{request_target('', path, query)}"

    signed = sign(
        method,
        path,
        query,
        (("host", host), *headers.items()),
        body,
        credentials=credentials,
        region=region,
        service=service,
        now=now,
    )

    expected = botocore_headers(method, url, headers, body, credentials, region, service, now)
    assert {name: expected.get(name) for name, _ in signed} == dict(signed)
    assert (credentials.session_token is not None) == ("x-amz-security-token" in dict(signed))


def test_headers_that_hops_change_are_not_signed():
    """User-Agent, Connection and their like stay out of the signature."""
    headers = (("host", "a"), ("user-agent", "x"), ("connection", "close"), ("expect", "100-continue"))

    signed = dict(
        sign(
            "GET",
            "/",
            (),
            headers,
            b"",
            credentials=Credentials("k", "s"),
            region="r",
            service="s",
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )

    assert "SignedHeaders=host;x-amz-date," in signed["authorization"]


def test_signing_keys_are_bounded():
    """However many days and secrets are signed with, only so many keys are kept."""
    sigv4._signing_key.cache_clear()

    for number in range(200):
        sigv4._signing_key(f"secret{number}", "20260101", "eu-west-1", "lambda")

    assert 64 == sigv4._signing_key.cache_info().currsize


def test_secrets_are_in_no_repr():
    """Credentials show their key id only."""
    assert "Credentials(access_key_id='AKID')" == repr(Credentials("AKID", "hunter2", "token"))
