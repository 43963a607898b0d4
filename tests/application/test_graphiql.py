"""The console's page, built or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.application.engine import Engine
from gateway.application.graphiql import console_page
from gateway.testing.doors import over_socket
from gateway.vocabulary.settings import Settings
from tests.application.conftest import GRAPH


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    """A checkout without npm still answers a browser, with the command to run."""
    response = console_page(tmp_path)

    assert 200 == response.status_code
    assert b"make console" in response.body


def test_a_build_is_served_as_it_is(tmp_path: Path) -> None:
    """The built page comes from its file, never from a browser's cache unasked."""
    (tmp_path / "index.html").write_text("<!doctype html>built")

    response = console_page(tmp_path)

    assert str(tmp_path / "index.html") == str(getattr(response, "path", ""))
    assert "no-cache" == response.headers["cache-control"]


@pytest.mark.parametrize(("mode", "expected"), [("development", (307, "graphql")), ("production", (404, None))])
async def test_whoever_opens_the_address_alone_is_led_to_it(mode, expected) -> None:
    """In development, where there is a console; in production nothing is there."""
    async with over_socket(Engine(GRAPH, Settings(mode=mode))) as door:
        received = await door.send("GET", "/", {"accept": "text/html"})

    assert expected == (received.status, received.headers.get("location"))
