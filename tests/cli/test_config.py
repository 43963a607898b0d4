"""`gateway config`: every setting, its value and its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.cli.config import run_config
from gateway.cli.toml_lines import lines_of_settings
from gateway.vocabulary.settings_sources import load_settings_with_sources
from tests.cli.processes import run_gateway

FILE = """\
# A comment.
deadline_s = 8

forward_headers = [
    "accept-language",  # deadline_s = 1
    "x-tenant",
]

[backends]
users = "http://ann:pa55word@users.internal"

[backends.search]
address = "lambda:search"
headers = { x-api-key = "very-secret" }

[backends.books]
address = "https://books.internal/base?key=qu3ry"
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch, capsys):
    """The settings that are told, by name; the file above and two variables give them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gateway.toml").write_text(FILE)
    monkeypatch.setenv("GATEWAY_DEADLINE_S", "9")
    monkeypatch.setenv("GATEWAY_HOPS__SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")

    def run(name: str | None = None) -> Mapping[str, tuple[object, str]]:
        assert 0 == run_config(None, name, json=True)
        rows = json.loads(capsys.readouterr().out)
        return {row["name"]: (row["value"], row["source"]) for row in rows}

    return run


def test_a_value_has_its_source(told) -> None:
    """A variable by its name, a file with the line where the value begins, or the default."""
    settings = told()

    assert (9.0, "GATEWAY_DEADLINE_S") == settings["deadline_s"]
    assert (["accept-language", "x-tenant"], "gateway.toml:4") == settings["forward_headers"]
    assert ("http://***@users.internal", "gateway.toml:10") == settings["backends.users.address"]
    assert ("lambda:search", "gateway.toml:13") == settings["backends.search.address"]
    assert (1.0, "default") == settings["backends.search.connect_timeout_s"]


def test_every_setting_is_told(told) -> None:
    """What has a source is there; an empty table stands for what it could hold."""
    _, sources = load_settings_with_sources()

    settings = told()

    assert set() == set(sources) - set(settings)
    assert ({}, "default") == settings["dev.services"]


def test_secrets_are_masked(told) -> None:
    """Values of headers, the key of the receipt, passwords and queries in addresses; names of headers are none."""
    settings = told()

    assert ("***", "gateway.toml:14") == settings["backends.search.headers.x-api-key"]
    assert ("***", "GATEWAY_HOPS__SECRET") == settings["hops.secret"]
    assert ([], "default") == settings["cors.headers"]
    assert [] == [value for value, _ in settings.values() if isinstance(value, str) and "pa55" in value]
    assert ("https://books.internal/base?***", "gateway.toml:17") == settings["backends.books.address"]


def test_a_table_may_be_asked_for(told) -> None:
    """A name chooses a setting or what is below it."""
    assert {"deadline_s"} == set(told("deadline_s"))
    assert {"backends.search.headers.x-api-key"} == set(told("backends.search.headers"))


def test_an_unknown_name_gets_the_nearest(told, capsys) -> None:
    """A typing mistake costs one sentence."""
    with pytest.raises(SystemExit) as end:
        told("limit")

    assert 2 == end.value.code
    assert "gateway: limit: no such setting; did you mean limits?\n" == capsys.readouterr().err


def test_a_name_like_no_other_gets_the_way_to_all(told, capsys) -> None:
    """Who guessed is told where the names are."""
    with pytest.raises(SystemExit):
        told("nope")

    assert "gateway: nope: no such setting; `gateway config` prints all\n" == capsys.readouterr().err


async def test_the_command_prints_plain_lines(tmp_path: Path) -> None:
    """One setting a line where there is no terminal; a wrong file is told."""
    (tmp_path / "gateway.toml").write_text("[limits]\nmax_depth = 7\n")

    printed = await run_gateway("config", "limits", directory=tmp_path)
    (tmp_path / "gateway.toml").write_text("max_depth = 7\n")
    wrong = await run_gateway("config", directory=tmp_path)

    assert (0, "") == (printed[0], printed[2])
    assert "limits.max_depth                 7         gateway.toml:2" in printed[1].splitlines()
    assert (2, "", "gateway: gateway.toml: max_depth: no such setting\n") == wrong


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 1\n[b.c]\nd = 2\n'e f' = 3", {"a": 1, "b.c.d": 3, "b.c.e f": 4}),
        ('a = """\nb = 1\n"""\nc = {d = 1, e = {f = 2}}', {"a": 1, "c.d": 4, "c.e.f": 4}),
        ("a.b = 1\n\n# c = 2\na.c = [\n 1,\n]", {"a.b": 1, "a.c": 4}),
        ("a = ", {}),
        ("\n" * 500 + "a = 1", {}),
    ],
)
def test_a_value_stands_where_it_begins(tmp_path: Path, text: str, lines: dict[str, int]) -> None:
    """Whatever TOML allows; a file that is none, or very long, tells no lines."""
    (tmp_path / "x.toml").write_text(text)

    assert lines == lines_of_settings(tmp_path / "x.toml")
