"""`docs/subscriptions.md` shows a source that runs, and events that are sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.snippets import subscriptions
from gateway.application.engine import Engine
from gateway.testing import FakeBackend
from gateway.testing.doors import over_socket
from gateway.vocabulary.errors import ROWS
from gateway.vocabulary.settings import Settings
from tests.application.listening import listening

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "subscriptions.md").read_text()


def test_the_source_shown_is_the_one_tested() -> None:
    """The block of Python is a piece of the snippet."""
    (shown,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)

    assert shown in (DOCS / "snippets" / "subscriptions.py").read_text()


async def test_the_events_shown_are_those_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's operation gets the page's events, the source's book changing and going."""
    monkeypatch.setattr(subscriptions, "LOOK_S", 0)
    (query,) = re.findall(r"""-d '\{"query": "(.+)"\}'""", PAGE)
    rows = [[{"id": "b1", "title": title, "author_id": "a1"}] for title in ("Notes", "Notes", "Notes, revised")]
    books = FakeBackend({"GET /books": lambda _request: rows.pop(0) if rows else []})
    engine = Engine(subscriptions.graph, Settings(), wires={"people": FakeBackend({}), "books": books})

    async with over_socket(engine) as door, listening(door.url, query.replace('\\"', '"')) as events:
        sent = "".join([text async for text in events.response.aiter_text()])

    shown = PAGE.split("```console\n", 1)[1].split("```", 1)[0]
    assert sent == shown[shown.index(":\n\n") :]


def test_the_codes_and_defaults_told_are_those_of_the_code() -> None:
    """Each code of the table has its row, and the defaults are the settings'."""
    limits = Settings().subscriptions

    assert all(code in ROWS for code in re.findall(r"`([A-Z]+_[A-Z_]+)`", PAGE))
    assert f"{limits.max_open} a process" in PAGE
    assert f"{limits.keep_alive_s:g} s by default" in PAGE
    assert 3_600 == limits.lifetime_s
