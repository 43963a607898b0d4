"""The console's modules that compute rather than draw; their tests are JavaScript, in `console/test`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[2] / "console"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="no node")
def test_the_modules_keep_their_rules() -> None:
    """Every test in `console/test` passes; they need node alone, no package."""
    tests = sorted(map(str, (CONSOLE / "test").glob("*.test.js")))
    assert NODE
    assert tests

    run = subprocess.run([NODE, "--test", *tests], capture_output=True, text=True, timeout=50, check=False)

    assert 0 == run.returncode, run.stdout
