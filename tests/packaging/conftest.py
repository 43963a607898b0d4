from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiled import IS_COMPILED

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree; of one with compiled modules that with which they were made."""
    if IS_COMPILED:
        (built,) = (ROOT / "dist").glob("*.whl")
        return built
    directory = tmp_path_factory.mktemp("dist")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", directory, ROOT], check=True)
    (built,) = directory.glob("*.whl")
    return built
