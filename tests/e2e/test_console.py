"""GraphiQL in a real browser with the network closed, over the reference graph and its services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import schema
from gateway.application.engine import Engine
from gateway.testing.doors import over_socket
from gateway.testing.processes import service
from gateway.vocabulary.settings import Settings
from tests.application import listening
from tests.application.listening import Stage
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
TWO_HOPS = """
    query CoursePage {
      courses(first: 3) { edges { node { title instructor { name headline } lectures { title durationS } } } }
    }
"""

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}"),
    pytest.mark.skipif(not BUILT, reason="`make console` builds it"),
]


@asynccontextmanager
async def console() -> AsyncIterator[str]:
    """The URL of the page, over the reference graph and its services."""
    SCREENSHOTS.mkdir(exist_ok=True)
    async with (
        service(["-m", "services.users", "--port", "0"]) as users,
        service(["-m", "services.catalogue", "--port", "0"]) as catalogue,
        over_socket(Engine(schema.graph, settings_for(users.address, catalogue.address))) as door,
    ):
        yield f"{door.url}/graphql"


async def test_a_developer_asks_a_nested_question_in_the_browser() -> None:
    """The page loads from the gateway alone; a typed query is answered by both services; nothing complains."""
    async with console() as page_url:
        asked = await ask_in_browser(page_url, QUERY, SCREENSHOTS / "console.png")

    nodes = [
        {"title": row["title"], "instructor": {"name": join.USERS[row["instructor_id"]]["name"]}}
        for row in (join.COURSES["c1"], join.COURSES["c2"])
    ]
    assert {"data": {"courses": {"edges": [{"node": node} for node in nodes]}}} == json.loads(asked.text)
    assert ([], []) == (asked.strangers, asked.complaints)


async def test_the_panel_shows_the_hops_of_the_last_run() -> None:
    """Beside the answer stand its totals, and each call under its hop, in the order in which calls departed."""
    async with console() as page_url:
        asked = await ask_in_browser(page_url, TWO_HOPS, SCREENSHOTS / "hops.png", size=(1280, 800))

    totals, calls = asked.hops.totals, asked.hops.calls
    assert ("2", "3", "0") == (totals["hops"], totals["calls"], totals["invokes"])
    assert ["Hop 1, departure 1", "Hop 2, departure 2"] == list(calls)
    assert ["catalogue.courses_page"] == calls["Hop 1, departure 1"]
    # These two leave together: which one is the first to start is chance.
    together = ["catalogue.lectures_by_course x 3", "users.user_by_id x 3"]
    assert together == sorted(calls["Hop 2, departure 2"])
    assert ([], []) == (asked.strangers, asked.complaints)


async def test_a_subscription_is_heard_in_the_browser() -> None:
    """The page shows an event as it comes, and its source ends with the page."""
    stage = Stage()
    stage.words.put_nowait("one")
    SCREENSHOTS.mkdir(exist_ok=True)
    engine = Engine(listening.GRAPH, Settings(mode="development"), app=stage, wires={"rows": listening.fake_rows()})

    async with over_socket(engine) as door:
        query = "subscription Listen { said { text row { name } } }"
        heard = await ask_in_browser(f"{door.url}/graphql", query, SCREENSHOTS / "subscription.png")
        await asyncio.wait_for(stage.ended.wait(), 5)

    assert {"data": {"said": {"text": "one", "row": {"name": "Ada"}}}} == json.loads(heard.text)
    assert ["rows.row_by_id x 1"] == heard.hops.calls["Hop 1, departure 1"]
    assert ([], []) == (heard.strangers, heard.complaints)
