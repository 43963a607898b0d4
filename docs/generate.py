"""Writes the pages of this folder that are made from the code: `errors.md` and `settings.md`.

`python docs/generate.py` writes them; `--check` writes nothing and exits with 1 when one is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import msgspec.inspect
from msgspec.inspect import DictType, Field, Metadata, StrType, StructType

from gateway.vocabulary.errors import TABLE
from gateway.vocabulary.settings import Settings
from gateway.vocabulary.settings_sources import DEFAULT_FILE, FILE_VARIABLE
from gateway.vocabulary.settings_values import bare, expected

_GENERATED = "<!-- Written by docs/generate.py: run `make docs` after a change of the code. -->"

_ERRORS = """\
# Errors

What goes wrong while a request runs is one entry of the answer's `errors`:

```json
{"message": "A service this field needs did not answer in time.", "path": ["me", "teaches"],
 "extensions": {"code": "BACKEND_TIMEOUT"}}
```

`extensions.code` is stable: switch on it, never on the message. One failing backend nulls its own fields; the rest of
the data is answered beside the errors.

**Masking.** For kinds `client` and `rule` the message says what was wrong with the request, since it is the client's
own. For every other kind it is the text below: no exception's text, stack or address leaves the gateway. The log holds
them, with the request id that the client finds in the response header `x-request-id`. With `mode = "development"`
answers show them too, as `extensions.detail`. A `GraphQLError` that a resolver raises is meant for the client: it is
shown as it is.

**Status** is that of an answer without data, in `application/graphql-response+json` or when the request was no GraphQL
request. A GraphQL answer in `application/json` is 200.

**Try again** tells whether a read may be sent again; **counts** whether it is held against the backend's health.
"""

_SETTINGS = f"""\
# Settings

Later sources win: the defaults, a TOML file (`{DEFAULT_FILE}` in the working directory, or the one that
`{FILE_VARIABLE}` names), environment variables, options of the command line. Tables merge, everything else is replaced.

```toml
deadline_s = 8

[backends]
users = "lambda:users-prod"

[backends.catalogue]
address = "https://catalogue.internal"
timeout_s = 2
```

```sh
export GATEWAY_DEADLINE_S=8 GATEWAY_BACKENDS__USERS=lambda:users-prod GATEWAY_BACKENDS__CATALOGUE__TIMEOUT_S=2
```

In a variable's name `__` stands for the dot. Its text is `true` or `false` for a switch, JSON or comma-separated for a
list, a JSON object for a whole table. A wrong value or an unknown name stops the gateway at start-up, with one sentence
for each that begins with its source. What only the graph can tell, such as an address that is missing or belongs to no
backend, is told by the setting's name alone. Secrets are never printed.
"""


@dataclass(frozen=True, slots=True)
class _Section:
    """The settings of one struct; `path` is what stands before their names."""

    struct: StructType
    path: tuple[str, ...]


def error_page() -> str:
    """`errors.md`: one row a code, in the table's order."""
    header = (
        "Code",
        "Kind",
        "Status",
        "Try again",
        "Counts",
        "What the client reads",
        "What it means to whoever runs it",
    )
    rows = [
        (
            f"`{row.code}`",
            row.kind,
            str(row.http_status),
            _yes_or_no(row.retryable),
            _yes_or_no(row.counts_for_breaker),
            row.client_text,
            row.operator_text,
        )
        for row in TABLE
    ]
    return "\n".join([_GENERATED, _ERRORS, *_table(header, rows), ""])


def settings_page() -> str:
    """`settings.md`: a table for each struct, the outermost first."""
    root = bare(msgspec.inspect.type_info(Settings))
    assert isinstance(root, StructType)
    lines = [_GENERATED, _SETTINGS]
    for section in _sections(_Section(root, ())):
        name = f"`{'.'.join(section.path)}`" if section.path else "Top level"
        rows = [_setting_row(section.path, field) for field in section.struct.fields]
        header = ("Name", "Environment variable", "Type", "Unit, meaning, reason", "Default")
        lines += [f"## {name}", "", _summary(section.struct), "", *_table(header, rows), ""]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or say which are stale: 0 when all is well, else 1."""
    parser = argparse.ArgumentParser(description="Write the pages of docs/ that are made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 when a page is stale")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent, help="folder of the pages")
    options = parser.parse_args(arguments)
    pages = {"errors.md": error_page(), "settings.md": settings_page()}
    stale = [name for name, text in pages.items() if _read(options.into / name) != text]
    if options.check:
        for name in stale:
            print(f"{options.into / name}: stale; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (options.into / name).write_text(pages[name], encoding="utf-8")
    return 0


def _sections(section: _Section) -> Iterator[_Section]:
    yield section
    for field in section.struct.fields:
        inner, path = bare(field.type), (*section.path, field.name)
        if isinstance(inner, DictType):
            inner, path = bare(inner.value_type), (*path, "<name>")
        if isinstance(inner, StructType):
            yield from _sections(_Section(inner, path))


def _setting_row(path: tuple[str, ...], field: Field) -> tuple[str, ...]:
    kind = bare(field.type)
    variable = "GATEWAY_" + "__".join(part.upper() for part in (*path, field.name))
    if isinstance(kind, DictType):
        variable += "__<NAME>"
    elif isinstance(kind, StructType):
        variable += "__…"
    assert isinstance(field.type, Metadata), f"{field.name}: expected a description in its Meta"
    description = (field.type.extra_json_schema or {})["description"]
    return (f"`{field.name}`", f"`{variable}`", expected(kind), description, _default(field))


def _default(field: Field) -> str:
    kind = bare(field.type)
    if field.required:
        return "required"
    if isinstance(kind, StructType):
        return "see below"
    if isinstance(kind, DictType):
        return "empty" if isinstance(kind.value_type, StrType) else "none"
    if field.default is None:
        return "unset"
    return f"`{msgspec.json.encode(field.default).decode()}`{_in_mib(field.default)}"


def _in_mib(value: object) -> str:
    mib, rest = divmod(value, 1024 * 1024) if isinstance(value, int) and not isinstance(value, bool) else (0, 0)
    return f" ({mib} MiB)" if mib and not rest else ""


def _summary(struct: StructType) -> str:
    return (struct.cls.__doc__ or "").partition("\n")[0]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---"] * len(header)
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in (header, rule, *rows)]
    return [f"| {' | '.join(row)} |" for row in escaped]


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
