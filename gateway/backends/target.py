"""The request target: the one place where a path and query pairs become the text that is sent and signed."""

from __future__ import annotations

import re
from urllib.parse import quote

from .wire import Pairs

# Unreserved characters, by RFC 3986 section 2.3, and the two that part names and values.
_PLAIN = re.compile(r"[A-Za-z0-9._~=&-]*")


def query_string(query: Pairs) -> str:
    """*query* percent-encoded by UTF-8, order and repeats kept: `(("q", "a b+&"),)` is `q=a%20b%2B%26`.

    A space is %20, since only forms read a plus as one. Source: RFC 3986 sections 2.1 and 3.4.
    """
    text = "&".join([f"{name}={value}" for name, value in query])
    # Most queries, however many keys they have, are of characters that stand for themselves.
    if _PLAIN.fullmatch(text) and text.count("=") == len(query) == text.count("&") + 1:
        return text
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)


def request_target(base: str, path: str, query: Pairs) -> str:
    """Base, path and query as one origin-form target. Source: RFC 9112 section 3.2.1."""
    return f"{base}{path}?{query_string(query)}" if query else f"{base}{path}"
