"""`docs/security.md` tells the defaults as they are."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.http.csrf import PREFLIGHT_HEADERS
from gateway.http.security_headers import security_headers
from gateway.vocabulary.dangers import MIN_DISTINCT_CHARACTERS
from gateway.vocabulary.settings import Settings
from gateway.vocabulary.settings_sources import load_settings
from tests.e2e.graphql_http.test_audits import COUNT, INTROSPECTING, SIMPLE_GETS

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text()


def test_each_setting_of_the_table_exists():
    """The last column names settings by their dotted names."""
    table = PAGE.partition("## ")[0]
    rows = re.findall(r"^\|.*\| (`[\w.]+`)? ?\|$", table, re.MULTILINE)
    names = [row.strip("`") for row in rows if row]

    assert len(names) > 10
    for name in names:
        value: object = Settings()
        for part in name.split("."):
            value = getattr(value, part)


def test_the_defaults_told_are_the_defaults():
    """Sizes and times stand in the table as the settings have them."""
    settings = Settings()

    assert f"A body above {settings.max_body_bytes // 1024**2} MiB" in PAGE
    assert f"takes above {settings.body_timeout_s:g} s" in PAGE
    assert f"silent for {settings.idle_timeout_s:g} s" in PAGE
    assert f"fewer than {MIN_DISTINCT_CHARACTERS} different" in PAGE
    assert (False, True) == (settings.shows_schema, settings.guards_against_csrf)


def test_each_header_is_told():
    """The headers of every answer with their values, and each that lets a GET pass."""
    for name, value in security_headers(hsts_s=0):
        assert re.search(rf"^\| `{name}` \| `{re.escape(value)}`", PAGE, re.MULTILINE)
    for name in PREFLIGHT_HEADERS:
        assert f"`{name}`" in PAGE


def test_the_audits_are_counted_as_they_are_tested():
    """How many there are, and how many need what the defaults refuse."""
    needing = [SIMPLE_GETS | INTROSPECTING, INTROSPECTING, SIMPLE_GETS, SIMPLE_GETS & INTROSPECTING]

    assert [61, 5, 4, 3, 2] == [COUNT, *map(len, needing)]
    for word in ("61 audits", "defaults five fail", "four ask `__type`", "three send a GET", "two do"):
        assert word in " ".join(PAGE.split())


def test_the_example_is_taken(tmp_path: Path):
    """The table of the example is one that the gateway starts with."""
    (example,) = re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    (tmp_path / "gateway.toml").write_text(example)

    settings = load_settings(tmp_path / "gateway.toml", environ={})

    assert ("https://app.example.com", "https://admin.example.com") == settings.cors.origins
    assert settings.cors.credentials
