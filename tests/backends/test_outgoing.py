"""A request's bytes: what can begin another request, or end this one early, is never sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backends.outgoing import Outgoing, check_headers, check_request_line


def test_a_message_is_head_and_body():
    """Headers are sent in order, as UTF-8, and the body's length is told."""
    headers = (("host", "users"), ("x-name", "Zoë"))

    message = Outgoing("POST", "http://users", "/a?b=c", headers, b"{}").http1_bytes()

    head = "POST /a?b=c HTTP/1.1\r\nhost: users\r\nx-name: Zoë\r\ncontent-length: 2\r\n\r\n".encode()
    assert head + b"{}" == message


@pytest.mark.parametrize(
    ("method", "body", "told"),
    [("GET", None, False), ("GET", b"", True), ("DELETE", None, False), ("POST", None, True), ("PATCH", None, True)],
)
def test_length_of_no_body(method, body, told):
    """Methods that mean something by a body say that it is empty; others say nothing of one that is absent."""
    message = Outgoing(method, "http://users", "/", (), body).http1_bytes()

    assert told == (b"content-length: 0\r\n" in message)


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/a b"), ("GET", "/a\r\nx: 1"), ("GET", "/ü"), ("GET", ""), ("G T", "/"), ("", "/"), ("GET\n", "/")],
)
def test_request_line_is_of_the_grammar(method, target):
    """A method or target with a space, a control character or another script in it is refused."""
    with pytest.raises(ValueError, match="expected a method and a target"):
        check_request_line(method, target)


@pytest.mark.parametrize(
    "header",
    [
        ("x", "1\r\nx-injected: 2"),
        ("x", "1\n"),
        ("x", "\x00"),
        ("x", "\ud800"),
        ("x\r\ny", "1"),
        ("x y", "1"),
        ("authorization:x", "1"),
        ("", "1"),
        ("content-length", "2"),
        ("Transfer-Encoding", "chunked"),
        # Signs that are the letters k and s but for their case.
        ("\u212aey", "1"),
        ("\u017fign", "1"),
    ],
)
def test_headers_are_of_the_grammar(header):
    """A header with a line break, that is no header, or that says where the request ends, is refused by its name."""
    with pytest.raises(ValueError, match="cannot be sent") as raised:
        check_headers((("accept", "*/*"), header))

    assert repr(header[0]) in str(raised.value)


@given(st.text(), st.text())
def test_no_header_begins_another(name, value):
    """Whatever a header is made of: it is refused, or is one line."""
    try:
        check_headers(((name, value),))
    except ValueError:
        return

    message = Outgoing("GET", "http://users", "/", ((name, value),), None).http1_bytes()
    assert [b"GET / HTTP/1.1", f"{name}: {value}".encode(), b"", b""] == message.split(b"\r\n")
    assert 3 == message.count(b"\n") == message.count(b"\r")
