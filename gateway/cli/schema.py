"""`gateway schema`: the schema printed, or compared with an older one as clients would notice it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from graphql import (
    BreakingChange,
    DangerousChange,
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    parse,
)
from rich.console import Console
from rich.text import Text

from .problems import fail

Change = BreakingChange | DangerousChange


def print_schema(sdl: str, output: Path | None) -> int:
    """Write *sdl* to the file *output* or to standard output, and give the exit code 0."""
    if output is None:
        sys.stdout.write(sdl)
        return 0
    try:
        output.write_text(sdl, encoding="utf-8")
    except OSError as refused:
        fail(f"--output: cannot write {output}: {refused.strerror}")
    return 0


def check_schema(sdl: str, old_file: Path) -> int:
    """Print what has changed since the schema in *old_file*, and give the exit code: 1 when a client may break.

    Dangerous changes break no operation; they may surprise code that reads the answer, as a new enum value does.
    """
    old, new = _read(old_file), build_schema(sdl)
    breaking, dangerous = find_breaking_changes(old, new), find_dangerous_changes(old, new)
    console = Console(highlight=False, soft_wrap=True)
    for kind, colour, changes in (("breaking", "red", breaking), ("dangerous", "yellow", dangerous)):
        if changes:
            console.print(Text(_heading(len(changes), kind), style=f"bold {colour}"))
            for line in _lines(changes):
                console.print(Text(line))
    if not breaking and not dangerous:
        console.print(Text(f"no breaking and no dangerous changes since {old_file}"))
    return 1 if breaking else 0


def _read(file: Path) -> GraphQLSchema:
    try:
        text = file.read_text("utf-8")
    except OSError as refused:
        fail(f"--check: cannot read {file}: {refused.strerror}")
    except UnicodeDecodeError as wrong:
        fail(f"--check: {file}: expected a schema in UTF-8, got another encoding at byte {wrong.start}")
    try:
        schema = build_ast_schema(_definitions(text))
    except GraphQLError as wrong:
        place = "".join(f":{at.line}:{at.column}" for at in (wrong.locations or ())[:1])
        fail(f"--check: {file}{place}: expected a schema, got: {wrong.message}")
    except (TypeError, RecursionError) as wrong:
        # Several errors at once, or types that do not fit each other; one line says enough to look at the file.
        fail(f"--check: {file}: expected a schema, got: {str(wrong).splitlines()[0]}")
    if schema.query_type is None:
        fail(f"--check: {file}: expected a schema, got: definitions without a query type")
    return schema


def _definitions(text: str) -> DocumentNode:
    """The document *text*, which graphql-core would take for a schema without types if it were an operation.

    Raises:
        GraphQLError: it cannot be read, or holds operations or fragments.
    """
    document = parse(text)
    for each in document.definitions:
        if isinstance(each, ExecutableDefinitionNode):
            kind = each.kind.removesuffix("_definition")
            raise GraphQLError(f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}, which is for clients to send", each)
    return document


def _heading(number: int, kind: str) -> str:
    return f"{number} {kind} change{'' if number == 1 else 's'}"


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    """The changes by what they are: `field removed`, and below it each one."""
    by_kind = sorted(changes, key=lambda change: (change.type.name, change.description))
    for kind, group in groupby(by_kind, key=lambda change: change.type.name):
        yield f"  {kind.replace('_', ' ').lower()}"
        yield from (f"    {change.description}" for change in group)
