"""Who asks: from an API Gateway authorizer, or, in development, from a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..vocabulary.errors import ClientError
from ..vocabulary.identity import ANONYMOUS, Identity

DEVELOPMENT_HEADER = "gateway-development-identity"


def identify(headers: Mapping[str, str], event: Mapping[str, Any] | None, *, trust_header: bool) -> Identity:
    """The identity behind a request; anonymous when nothing vouches for one.

    *event* is the Lambda event, whose authorizer claims AWS has verified. The development header is `u1` or a JSON
    object of claims, `{"sub": "u1", "tenant": "acme"}`; it counts only when *trust_header*.

    Raises:
        ClientError: BAD_REQUEST when the header is trusted and malformed.
    """
    claims = authorizer_claims(event) if event is not None else {}
    if not claims and trust_header and DEVELOPMENT_HEADER in headers:
        claims = _development_claims(headers[DEVELOPMENT_HEADER])
    return Identity.from_claims(claims) if claims else ANONYMOUS


def authorizer_claims(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The claims that API Gateway's authorizer put into *event*; empty without one.

    Where they stand: HTTP API `authorizer.jwt.claims` or `authorizer.lambda`; REST API `authorizer.claims` (Cognito) or
    the authorizer's own context. Source: API Gateway developer guide, "payload format" and "Lambda authorizer output".
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer")
    if not isinstance(authorizer, Mapping):
        return {}
    # A REST API's authorizer may name a text of its own `jwt`.
    jwt = authorizer.get("jwt")
    verified = jwt.get("claims") if isinstance(jwt, Mapping) else None
    for claims in (verified, authorizer.get("claims"), authorizer.get("lambda")):
        if isinstance(claims, Mapping) and claims:
            return claims
    own_context: Mapping[str, Any] = {name: value for name, value in authorizer.items() if not isinstance(value, dict)}
    if "principalId" in own_context:
        return {"sub": own_context["principalId"], **own_context}
    return {}


def _development_claims(text: str) -> Mapping[str, Any]:
    if not text.lstrip().startswith("{"):
        return {"sub": text.strip()} if text.strip() else {}
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as wrong:
        raise ClientError(
            f"header {DEVELOPMENT_HEADER}: expected a user id or a JSON object of claims: {wrong}", code="BAD_REQUEST"
        ) from wrong
