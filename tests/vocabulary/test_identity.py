"""Who asks, as read from verified claims."""

from __future__ import annotations

import pytest

from gateway.vocabulary.identity import ANONYMOUS, Identity


def test_claims_make_an_identity():
    """Subject, tenant and scopes are read from the claims, and every claim is kept."""
    identity = Identity.from_claims({"sub": "u1", "tenant": "acme", "scope": "read write", "plan": "pro"})

    assert ("u1", "acme", {"read", "write"}) == (identity.subject, identity.tenant, identity.scopes)
    assert ["u1", "acme", "pro", None] == [identity.claim(name) for name in ("sub", "tenant", "plan", "none")]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"scope": "read write"}, {"read", "write"}),
        ({"scope": ""}, set()),
        ({"scopes": ["read", "write"]}, {"read", "write"}),
        ({"scope": "read", "scopes": ["write"]}, {"read"}),
        ({"scope": {"read": True}}, set()),
        ({}, set()),
    ],
)
def test_scopes_are_a_string_or_a_list(claims, expected):
    """Scopes are space-separated in `scope`, or a list in `scopes`; anything else grants nothing."""
    assert expected == Identity.from_claims(claims).scopes


def test_a_number_as_subject_is_text():
    """A subject that an issuer sends as a number is the same as its text."""
    assert "7" == Identity.from_claims({"sub": 7}).subject


def test_without_claims_nobody_asks():
    """Without a subject the viewer is anonymous and may nothing."""
    assert Identity.from_claims({}) == ANONYMOUS
    assert (None, None, frozenset()) == (ANONYMOUS.subject, ANONYMOUS.tenant, ANONYMOUS.scopes)


def test_an_identity_cannot_change():
    """Neither the identity nor its claims can be written, and the mapping they came from no longer matters."""
    claims = {"sub": "u1"}
    identity = Identity.from_claims(claims)

    claims["sub"] = "u2"

    assert "u1" == identity.claim("sub")
    with pytest.raises(AttributeError):
        identity.subject = "u2"
    with pytest.raises(TypeError):
        identity.claims["sub"] = "u2"
