"""A request as an engine sends it: nothing is left to encode, and nothing in it can begin another request.

Source: RFC 9110 sections 5.1, 5.5 and 9.1, RFC 9112 section 3.
"""

from __future__ import annotations

import re

import msgspec

from ..vocabulary.header_fields import FRAMING, NAME, TCHAR, VALUE
from .wire import Pairs

_REQUEST_LINE = re.compile(rf"{TCHAR}+ [!-~]+")
# Parted by what neither may hold, so that a colon in a name is seen.
_HEADER_LINES = re.compile(rf"(?:(?!{FRAMING}\x00){NAME}\x00{VALUE}\n)*", re.IGNORECASE | re.ASCII)


class Outgoing(msgspec.Struct, frozen=True):
    """Method, where to, headers and body."""

    method: str
    origin: str
    target: str
    headers: Pairs
    body: bytes | None

    def http1_bytes(self) -> bytes:
        """The whole message of HTTP/1.1."""
        head = "".join([f"{name}: {value}\r\n" for name, value in self.headers])
        body = self.body or b""
        # RFC 9110 section 8.6: these methods have a body, if only an empty one.
        if self.body is not None or self.method in {"POST", "PUT", "PATCH"}:
            head += f"content-length: {len(body)}\r\n"
        return f"{self.method} {self.target} HTTP/1.1\r\n{head}\r\n".encode() + body


def check_request_line(method: str, target: str) -> None:
    """Raise ValueError unless both are of HTTP's grammar."""
    if not _REQUEST_LINE.fullmatch(f"{method} {target}"):
        raise ValueError(f"expected a method and a target of printable ASCII, got {method!r} and {target!r}")


def check_headers(headers: Pairs) -> None:
    """Raise ValueError unless all are of HTTP's grammar and a caller's to give; no value is told."""
    if not _are_lines(headers):
        wrong = next(name for name, value in headers if not _are_lines(((name, value),)))
        raise ValueError(f"the header {wrong!r} or its value cannot be sent")


def _are_lines(headers: Pairs) -> bool:
    """Whether each of *headers* is a line, all looked at together."""
    lines = "".join([f"{name}\x00{value}\n" for name, value in headers])
    # A line's end inside of one could make two good lines of it.
    return lines.count("\n") == len(headers) and _HEADER_LINES.fullmatch(lines) is not None
