"""The containers' recipes: linted, and what they promise read from them. Building them needs more than a test has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import new

ROOT = Path(__file__).parents[2]
RECIPES = pytest.mark.parametrize("folder", [ROOT, Path(new.__file__).with_name("template")], ids=["root", "scaffold"])


@RECIPES
def test_the_recipe_is_linted(folder: Path) -> None:
    """Hadolint has nothing to say of it."""
    hadolint = Path(sys.executable).with_name("hadolint")

    ran = subprocess.run([hadolint, "--no-color", folder / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (0, "") == (ran.returncode, ran.stdout + ran.stderr)


@RECIPES
def test_the_image_is_safe_and_stops_in_order(folder: Path) -> None:
    """Two stages, nobody's user, a look at /healthz, and the server itself as process 1, which hears SIGTERM."""
    recipe = (folder / "Dockerfile").read_text()
    build, shipped = re.findall(r"^FROM (\S+)", recipe, re.MULTILINE)

    # The reference graph's compiles the gateway, for which the slim image has no compiler.
    assert ("python:3.13" if folder == ROOT else "python:3.13-slim", "python:3.13-slim") == (build, shipped)
    assert "\nUSER 10001:10001\n" in recipe
    assert re.search(r"^HEALTHCHECK .*\\\n    CMD \[.*/healthz", recipe, re.MULTILINE)
    assert recipe.endswith('\nCMD ["gateway", "serve", "--host", "0.0.0.0", "--port", "8000"]\n')


@RECIPES
def test_the_context_is_what_is_copied(folder: Path) -> None:
    """Everything is left out but what the recipe copies, thus also `.env` files, keys and version control."""
    ignored = [line for line in (folder / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (folder / "Dockerfile").read_text(), re.MULTILINE)

    assert "*" == ignored[0]
    assert {f"!{name}" for line in copied for name in line.split()} == {line for line in ignored if line[0] == "!"}
