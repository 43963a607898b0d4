"""Who asks: the identity that admission establishes and backends may be told, claim by claim."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """The viewer of one request. Anonymous when `subject` is None.

    `claims` holds all verified claims, `sub` included; claim values are JSON values.
    """

    subject: str | None = None
    tenant: str | None = None
    scopes: frozenset[str] = frozenset()
    claims: Mapping[str, object] = msgspec.field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_claims(cls, claims: Mapping[str, object]) -> Identity:
        """The identity that verified JWT-like *claims* describe.

        `sub` and `tenant` are read as strings, `scope` (RFC 8693 section 4.2: space-separated) or `scopes` (a list) as
        the scopes.
        """
        scope = claims.get("scope") or claims.get("scopes") or ()
        scopes = scope.split() if isinstance(scope, str) else scope if isinstance(scope, list | tuple) else ()
        subject = _text(claims.get("sub"))
        if subject is not None:
            # RFC 7519 section 4.1.2: a subject is a string; some issuers send a number.
            claims = {**claims, "sub": subject}
        return cls(
            subject=subject,
            tenant=_text(claims.get("tenant")),
            scopes=frozenset(map(str, scopes)),
            claims=MappingProxyType(dict(claims)),
        )

    def claim(self, name: str) -> object | None:
        """The claim *name*, or None; `sub` and `tenant` are claims like any other."""
        return self.claims.get(name)


ANONYMOUS = Identity()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
