"""`docs/declaring.md`, `services.md` and `testing.md` show code that runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway
import gateway.testing
from docs.snippets import library

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["declaring.md", "services.md", "testing.md"])
def test_every_line_shown_stands_in_a_snippet_that_runs(name: str) -> None:
    """A code block of the page is a piece of the tested files, line by line in order."""
    page = (DOCS / name).read_text()
    blocks = re.findall(r"```python\n(.+?)```", page, re.DOTALL)
    tested = {
        line for path in (DOCS / "snippets").glob("*.py") for line in path.read_text().splitlines() if line.strip()
    }

    untested = [line for block in blocks for line in block.splitlines() if line.strip() and line not in tested]

    assert len(blocks) > 5
    assert [] == untested


def test_the_error_shown_is_the_one_raised() -> None:
    """The page's example of a start-up error is what a wrong name gives."""
    shown = re.search(r"(the graph's declarations disagree:\n.+?)\n```", (DOCS / "declaring.md").read_text(), re.DOTALL)
    assert shown

    @gateway.object_of(library.BookRecord, name="Book")
    class Wrong:
        titel: str

    query = type("Query", (), {"__annotations__": {"book": Wrong | None}, "book": None})
    query.book = gateway.load(library.book_by_id, key=gateway.arg("id", str))  # type: ignore[attr-defined]
    with pytest.raises(gateway.DeclarationError) as raised:
        gateway.graph(query=library.strawberry.type(query))

    assert shown[1] == str(raised.value)


def test_every_public_name_is_told_of() -> None:
    """What can be imported stands on a page, so that nobody has to read the code for it."""
    told = {word for page in DOCS.glob("*.md") for word in re.findall(r"\w+", page.read_text())}

    # What the decorators make: nobody names these two but in an annotation.
    unnamed = {"Loader", "Write", "__version__"}
    assert set() == {*gateway.__all__, *gateway.testing.__all__} - told - unnamed
