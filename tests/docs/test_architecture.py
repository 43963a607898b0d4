"""`docs/architecture.md` lists the layers that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_layer_table_is_the_folder_list() -> None:
    """Every folder and entry module of `gateway/` has its row, and no row is left over."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text.split("## Layers", 1)[1].split("\n## ", 1)[0]

    rows = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))

    places = {path.stem for path in (ROOT / "gateway").iterdir() if path.name not in {"__init__.py", "py.typed"}}
    assert places - {"__pycache__"} == rows


def test_the_import_contract_orders_the_same_layers() -> None:
    """What the document tells in order is what the contract checks."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text.split("## Layers", 1)[1].split("\n## ", 1)[0]
    told = [row for row in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) if row != "testing"]

    contract = (ROOT / ".importlinter").read_text().split("[importlinter:contract:stages]")[1].split("[importlinter")[0]

    checked = re.findall(r"\w+", contract.split("layers =\n", 1)[1])
    assert told == checked
