"""`docs/services.md` shows a header that says who asks, and an address that is called in this process."""

from __future__ import annotations

import re
from pathlib import Path

from docs.snippets.orders import function, graph
from gateway.admission.identity import identify
from gateway.backends.address import LocalAddress, parse_address
from gateway.backends.local import import_handler
from gateway.testing import FakeBackend, running
from gateway.vocabulary.settings_sources import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "services.md").read_text()


def test_the_header_shown_says_who_asks() -> None:
    """Claims as JSON, and an id alone."""
    (claims,) = re.findall(r"-H '(gateway-development-identity: \{.+\})'", PAGE)
    (short,) = re.findall(r"`(gateway-development-identity: \w+)` is short", PAGE)

    full, brief = (identify(dict([each.split(": ", 1)]), None, trust_header=True) for each in (claims, short))

    assert ("p1", "acme", {"orders:read"}) == (full.subject, full.tenant, full.scopes)
    assert ("p1", None) == (brief.subject, brief.tenant)


def test_the_address_shown_is_the_function(tmp_path: Path) -> None:
    """It is imported as the gateway does."""
    (toml,) = re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    (tmp_path / "gateway.toml").write_text(toml)

    address = parse_address(load_settings(tmp_path / "gateway.toml", {}).backends["crm"].address or "")

    assert isinstance(address, LocalAddress)
    assert import_handler("crm", address) is function


async def test_a_service_is_told_what_the_table_says() -> None:
    """Each header of the table is sent, and nothing else of the viewer."""
    table = PAGE.partition("## What a service is told")[2].partition("##")[0]
    shown = re.findall(r"^\| `([\w-]+(?:<claim>)?)`", table, re.MULTILINE)
    orders = FakeBackend({"GET /v1/orders": {"data": []}})

    async with running(graph, orders=orders) as ask:
        await ask("{orders {edges {cursor}}}", identity={"sub": "Ü1", "email": "u1@example.com"})

    sent = dict(orders.requests[0].headers)
    assert {"accept", *(name.replace("<claim>", "sub") for name in shown)} == set(sent)
    assert "%C3%9C1" == sent["gateway-identity-sub"]
