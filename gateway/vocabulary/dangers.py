"""Settings that are each allowed and together, or in this place, dangerous: the gateway does not start with them.

Every function gives a sentence that says what was expected, what came and why that is refused; None where all is well.
What one setting alone may be is said by its type in `settings`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .settings import Settings

#: A secret of fewer different characters is a placeholder, such as one character repeated.
MIN_DISTINCT_CHARACTERS: Final = 8

_OWN_PORTS: Final = {"http": 80, "https": 443}
# A user's name, a pattern, or what only quoting would allow.
_NOT_OF_A_HOST: Final = r"[^a-z0-9.:_\[\]-]"


def danger_in(settings: Settings) -> str | None:
    """What is dangerous in *settings* wherever they are used."""
    dangers = (_anybody_is_anybody(settings), _cross_site_reads(settings), _weak_secret(settings), _no_secret(settings))
    return next((danger for danger in dangers if danger is not None), None)


def danger_of_host(settings: Settings, host: str) -> str | None:
    """What is dangerous in listening on *host* with *settings*."""
    if settings.mode == "production" or settings.dev.any_host or is_loopback(host):
        return None
    return (
        f"expected an address of this machine alone, such as 127.0.0.1, with mode = development, got {host}: everybody"
        " who reaches it would see the schema, the causes of errors and, by a header, be whoever they say. Use mode ="
        " production, or allow it with dev.any_host = true"
    )


def danger_on_lambda(settings: Settings) -> str | None:
    """What is dangerous in running as a Lambda function with *settings*."""
    if settings.mode == "production" or settings.dev.any_host:
        return None
    return (
        "expected mode = production on Lambda, got development: everybody who reaches the function would see the schema"
        " and the causes of errors. Allow it with dev.any_host = true"
    )


def wrong_origin(text: str) -> str | None:
    """Why *text* is no origin that a browser could send; `*` stands for any.

    Source: RFC 6454 section 6.2; browsers write scheme and host in lower case and leave a scheme's own port out.
    """
    if text == "*" or _is_origin(text):
        return None
    why = ""
    if text == "null":
        why = ", which is what every sandboxed page sends"
    elif "*" in text:
        why = "; a pattern is not matched, each origin must be named"
    return f"expected an origin such as https://app.example.com, got {text!r}{why}"


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    is_nothing_more = text == f"{parts.scheme}://{parts.netloc}".lower() and not re.search(_NOT_OF_A_HOST, parts.netloc)
    own_port = _OWN_PORTS.get(parts.scheme)
    return is_nothing_more and bool(parts.hostname) and (own_port is None or port != own_port)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on *host*."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _anybody_is_anybody(settings: Settings) -> str | None:
    if not settings.identity.development_header or settings.mode == "development":
        return None
    return (
        "expected identity.development_header only with mode = development, got it with production,"
        " where anybody could say who they are"
    )


def _cross_site_reads(settings: Settings) -> str | None:
    if not settings.cors.credentials or settings.guards_against_csrf or settings.mode == "development":
        return None
    return (
        "expected csrf to be on with cors.credentials = true, got off: where cookies say who asks, another site's page"
        " could run queries as its visitor"
    )


def _weak_secret(settings: Settings) -> str | None:
    secret = settings.hops.secret
    if secret is None or len(set(secret)) >= MIN_DISTINCT_CHARACTERS:
        return None
    return (
        f"expected hops.secret to be random, with at least {MIN_DISTINCT_CHARACTERS} different characters, got fewer,"
        " which are guessed"
    )


def _no_secret(settings: Settings) -> str | None:
    for name, backend in settings.backends.items():
        for header, value in backend.headers.items():
            if not value.strip():
                return (
                    f"backends.{name}.headers.{header}: expected a value, got an empty one; is the variable that holds"
                    " the secret set?"
                )
    return None
