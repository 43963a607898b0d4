"""Tells a GET that another site's page cannot have made unasked: the defence against cross-site request forgery.

A browser sends simple requests of any page to anywhere, with the visitor's cookies. One that carries certain headers
it sends only after a preflight, which the CORS rules answer. POST needs nothing of this: `request.require_json` takes
`application/json` alone, which is never simple.

Source: Fetch standard, sections "CORS-safelisted request-header" and "CORS-preflight fetch"; Apollo Server's
documentation, "Preventing Cross-Site Request Forgery".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..vocabulary.errors import ClientError
from .media_types import parse_media_range

#: Any of them makes a browser ask first; an empty one does not count. Apollo's clients send one of the middle two by
#: themselves, many libraries the last. `authorization` is none of them: browsers add a remembered password to simple
#: requests.
PREFLIGHT_HEADERS: Final = (
    "gateway-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "x-requested-with",
)


def require_preflight(headers: Mapping[str, str]) -> None:
    """Refuse a request that a browser may have sent for another site's page without asking first.

    *headers* have lower-case names, or find names in any case.

    Raises:
        ClientError: PREFLIGHT_REQUIRED.
    """
    if any(headers.get(name) for name in PREFLIGHT_HEADERS) or _is_json(headers.get("content-type")):
        return
    names = f"{', '.join(PREFLIGHT_HEADERS[:-1])} or {PREFLIGHT_HEADERS[-1]}"
    raise ClientError(
        f"expected one of the headers {names}, or Content-Type: application/json, got none; without it another site's"
        " page could send this request",
        code="PREFLIGHT_REQUIRED",
    )


def _is_json(content_type: str | None) -> bool:
    """Whether the content type forces a preflight, for sure: browsers have had doubts about what they cannot read."""
    media_type = parse_media_range(content_type) if content_type is not None else None
    return media_type is not None and media_type.essence == "application/json"
