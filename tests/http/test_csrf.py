"""Which requests a browser cannot have sent for another site's page without asking first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.csrf import PREFLIGHT_HEADERS, require_preflight
from gateway.vocabulary.errors import ClientError


def is_refused(headers: dict[str, str]) -> bool:
    try:
        require_preflight(headers)
    except ClientError as refused:
        return refused.code == "PREFLIGHT_REQUIRED"
    return False


@pytest.mark.parametrize("name", PREFLIGHT_HEADERS)
def test_one_header_is_enough(name: str):
    """Any value but an empty one counts."""
    assert not is_refused({name: "1"})
    assert is_refused({name: ""})


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_json_forces_a_preflight(content_type: str):
    """A GET that says it has JSON is not simple either."""
    assert not is_refused({"content-type": content_type})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"accept": "application/json"},
        {"accept-language": "en", "content-language": "en"},
        {"content-type": "text/plain"},
        {"content-type": "text/plain;application/json"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=application/json"},
        {"content-type": "application/json, text/plain"},
        {"content-type": "application/graphql"},
        {"range": "bytes=0-"},
        {"cookie": "session=1"},
        {"authorization": "Basic dTpw"},
        {"origin": "https://evil.example", "referer": "https://evil.example", "sec-fetch-site": "cross-site"},
    ],
)
def test_what_a_page_can_send_is_not_enough(headers: dict[str, str]):
    """Neither safelisted headers, nor those that a browser adds by itself, nor a type that is doubtful."""
    assert is_refused(headers)


@given(st.text(max_size=60))
def test_any_other_type_is_simple_for_us(content_type: str):
    """Whatever a browser thinks of a type that it cannot read, only JSON lets a GET pass."""
    essence = content_type.partition(";")[0].strip(" \t").lower()

    assert (essence != "application/json") <= is_refused({"content-type": content_type})
