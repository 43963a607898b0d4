"""The request target: the one place where a path and query pairs become the text that is sent and signed."""

from __future__ import annotations

from urllib.parse import quote

from .wire import Pairs


def query_string(query: Pairs) -> str:
    """*query* percent-encoded by UTF-8, order and repeats kept: `(("q", "a b+&"),)` is `q=a%20b%2B%26`.

    A space is %20, since only forms read a plus as one. Source: RFC 3986 sections 2.1 and 3.4.
    """
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)


def request_target(base: str, path: str, query: Pairs) -> str:
    """Base, path and query as one origin-form target. Source: RFC 9112 section 3.2.1."""
    return f"{base}{path}?{query_string(query)}" if query else f"{base}{path}"
