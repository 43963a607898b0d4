"""Partitions: what of a viewer keeps calls apart."""

from __future__ import annotations

import pytest

from gateway import Backend
from gateway.loading.partition import partition_of
from gateway.vocabulary.identity import ANONYMOUS, Identity
from tests.loading.request import sender

_PUBLIC = Backend("public")
_PERSONAL = Backend("personal", identity=("sub", "roles"))
_FORWARDING = Backend("forwarding", forward=("Accept-Language",))


def viewer(**claims: object) -> Identity:
    return Identity.from_claims(claims)


def test_what_a_backend_is_not_told_keeps_nobody_apart() -> None:
    """Two viewers, and a visitor, share the calls of a backend that knows none of them."""
    headers = {"accept-language": "de"}

    partitions = {
        partition_of(_PUBLIC, sender()),
        partition_of(_PUBLIC, sender(identity=viewer(sub="ada"), headers=headers)),
        partition_of(_PUBLIC, sender(identity=viewer(sub="alan", roles=["tutor"]))),
    }

    assert 1 == len(partitions)
    assert None not in partitions


def test_the_tenant_is_in_every_partition() -> None:
    """Also for a backend that is told nothing."""
    north, south = (partition_of(_PUBLIC, sender(identity=viewer(tenant=name))) for name in ("north", "south"))

    assert len({north, south, partition_of(_PUBLIC, sender())}) == 3


def test_declared_claims_keep_viewers_apart() -> None:
    """Each claim counts with its JSON type: absent, null-like, 1 and true are four viewers."""
    viewers = [
        ANONYMOUS,
        viewer(sub="ada"),
        viewer(sub="ada", roles=["tutor"]),
        viewer(sub="ada", roles=["tutor", "admin"]),
        viewer(sub="ada", roles={"tutor": True}),
        viewer(sub="ada", roles={"tutor": 1}),
        viewer(roles="ada"),
    ]

    partitions = [partition_of(_PERSONAL, sender(identity=each)) for each in viewers]

    assert len(viewers) == len(set(partitions))
    assert partitions[2] == partition_of(_PERSONAL, sender(identity=viewer(sub="ada", roles=["tutor"], iat=7)))


def test_forwarded_headers_keep_viewers_apart() -> None:
    """By value, an absent one being another than an empty one; names are compared as HTTP does."""
    values: list[dict[str, str]] = [{}, {"accept-language": ""}, {"accept-language": "de"}, {"accept-language": "fr"}]

    partitions = {partition_of(_FORWARDING, sender(headers={**each, "x-other": str(each)})) for each in values}

    assert 4 == len(partitions)


@pytest.mark.parametrize("name", ["authorization", "Cookie", "Proxy-Authorization", "X-API-Key"])
def test_a_credential_makes_a_backend_private(name: str) -> None:
    """What is passed proof of who asks is never shared, with or without the header in this request."""
    private = Backend("private", forward=("accept-language", name))

    assert partition_of(private, sender(headers={name.lower(): "secret"})) is None
    assert partition_of(private, sender()) is None
