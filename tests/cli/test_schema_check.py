"""`gateway schema --check`: what has changed for clients since an older schema."""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path

import pytest

from gateway.cli.schema import check_schema
from tests.cli.processes import run_gateway

NEW = """
type Query { book(id: ID!, language: String = "en"): Book }
type Book { title: String, shelf: Shelf }
enum Shelf { UPPER LOWER }
"""


@pytest.fixture
def check(tmp_path: Path, capsys):
    def run(old: str) -> tuple[int, str]:
        file = tmp_path / "old.graphql"
        file.write_text(old)
        return check_schema(NEW, file), capsys.readouterr().out

    return run


def test_what_breaks_clients_comes_first_and_fails(check) -> None:
    """Changes are grouped by what they are; breaking ones end with exit code 1."""
    old = NEW.replace("title: String,", "title: String!, pages: Int,").replace("LOWER", "").replace('"en"', '"de"')

    expected = cleandoc(
        """
        3 breaking changes
          field changed kind
            Field Book.title changed type from String! to String.
          field removed
            Field Book.pages was removed.
          type removed
            Standard scalar Int was removed because it is not referenced anymore.
        2 dangerous changes
          arg default value change
            Query.book(language:) has changed defaultValue from "de" to "en".
          value added to enum
            Enum value Shelf.LOWER was added.
        """
    )
    assert (1, expected + "\n") == check(old)


def test_dangerous_changes_alone_pass(check) -> None:
    """They are told, and break no operation."""
    code, printed = check(NEW.replace("LOWER", ""))

    assert 0 == code
    assert printed.startswith("1 dangerous change\n  value added to enum\n")


def test_additions_are_no_changes(check) -> None:
    """A field more hurts nobody."""
    code, printed = check(NEW.replace(", shelf: Shelf", ""))

    assert 0 == code
    assert printed.startswith("no breaking and no dangerous changes since ")


@pytest.mark.parametrize(
    ("old", "why"),
    [
        ("type Query {", ":1:13: expected a schema, got: Syntax Error"),
        ("type Query {a: Nothing}", ": expected a schema, got: Unknown type"),
        ("", ":1:1: expected a schema, got: Syntax Error"),
        ("{a}", ":1:1: expected a schema, got: an operation, which is for clients to send"),
        (NEW + "query Q {book(id: 1) {title}}", ":5:1: expected a schema, got: an operation, which is for clients to"),
        ("fragment F on Book {title}", ":1:1: expected a schema, got: a fragment, which is for clients to send"),
        ("type Book {title: String}", ": expected a schema, got: definitions without a query type"),
        (b"\xff", ": expected a schema in UTF-8, got another encoding at byte 0"),
        (None, ": No such file or directory"),
    ],
)
def test_an_old_schema_that_cannot_be_read_is_told(tmp_path: Path, capsys, old: str | bytes | None, why: str) -> None:
    """Exit code 2: nothing was compared."""
    file = tmp_path / "old.graphql"
    if old is not None:
        file.write_bytes(old if isinstance(old, bytes) else old.encode())

    with pytest.raises(SystemExit) as end:
        check_schema(NEW, file)

    said = capsys.readouterr().err
    assert 2 == end.value.code
    assert f"{file}{why}" in said
    assert 1 == said.count("\n")


async def test_the_command_compares_the_graph(tmp_path: Path) -> None:
    """The real command, over the reference graph; a file and standard input alike."""
    _, sdl, _ = await run_gateway("schema")
    old = tmp_path / "old.graphql"
    old.write_text(sdl.replace("type User implements Node {", "type User implements Node {\n  nickname: String", 1))

    assert (1, "1 breaking change\n  field removed\n    Field User.nickname was removed.\n", "") == await run_gateway(
        "schema", "--check", str(old)
    )
    told = await run_gateway("schema", "--check", str(old), "--output", "x")
    assert (2, "", "gateway: expected only one of --output and --check\n") == told
