"""GraphiQL in a real browser with the network closed, over the reference graph and its services."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import schema
from gateway.application.engine import Engine
from gateway.testing.doors import over_socket
from gateway.testing.processes import service
from tests.e2e import join
from tests.e2e.browser import CHROMIUM, ask_in_browser
from tests.e2e.reference import ROOT, settings_for

SCREENSHOTS = Path(__file__).parent / "screenshots"
BUILT = (ROOT / "gateway" / "application" / "console" / "index.html").exists()

QUERY = """
    query CoursePage {
      courses(first: 2) { edges { node { title instructor { name } } } }
    }
"""


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
@pytest.mark.skipif(not BUILT, reason="`make console` builds it")
async def test_a_developer_asks_a_nested_question_in_the_browser() -> None:
    """The page loads from the gateway alone; a typed query is answered by both services; nothing complains."""
    SCREENSHOTS.mkdir(exist_ok=True)
    async with (
        service(["-m", "services.users", "--port", "0"]) as users,
        service(["-m", "services.catalogue", "--port", "0"]) as catalogue,
        over_socket(Engine(schema.graph, settings_for(users.address, catalogue.address))) as door,
    ):
        asked = await ask_in_browser(f"{door.url}/graphql", QUERY, SCREENSHOTS / "console.png")

    nodes = [
        {"title": row["title"], "instructor": {"name": join.USERS[row["instructor_id"]]["name"]}}
        for row in (join.COURSES["c1"], join.COURSES["c2"])
    ]
    assert {"data": {"courses": {"edges": [{"node": node} for node in nodes]}}} == json.loads(asked.text)
    assert ([], []) == (asked.strangers, asked.complaints)
