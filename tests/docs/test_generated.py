"""The pages that are made from the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DOCS / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_pages_are_fresh():
    """The pages in docs/ say what the code says."""
    checked = generate("--check")

    assert (0, "") == (checked.returncode, checked.stderr)


def test_a_stale_page_is_named(tmp_path):
    """A page that differs from the code, or is missing, fails the check and is named; nothing is written."""
    generate("--into", str(tmp_path))
    (tmp_path / "errors.md").write_text("old")
    (tmp_path / "settings.md").unlink()

    checked = generate("--check", "--into", str(tmp_path))

    assert 1 == checked.returncode
    assert ["errors.md", "settings.md"] == [Path(line.split(":")[0]).name for line in checked.stderr.splitlines()]
    assert "old" == (tmp_path / "errors.md").read_text()
    assert not (tmp_path / "settings.md").exists()


def test_pages_are_written_anew(tmp_path):
    """Writing makes the check pass."""
    written = generate("--into", str(tmp_path))

    checked = generate("--check", "--into", str(tmp_path))

    assert (0, 0) == (written.returncode, checked.returncode)
