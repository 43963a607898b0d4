"""`gateway new`: a project of the three folders with one service, made from the files of `template/`.

What the project needs is decided there; here stand the rules for its name and place, and what differs between projects.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .. import __version__
from .problems import fail

_DISTRIBUTION: Final = "onehop-gateway"
_TEMPLATE: Final = Path(__file__).with_name("template")
# What both a Python project and a container image may be called.
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LONGEST_NAME: Final = 64
#: What the project's tests need; the rest of what it needs is installed here.
_TEST_TOOLS: Final = frozenset({"pytest", "pytest-asyncio"})


def run_new(name: str) -> int:
    """Make the project *name* in the working directory, say what to do next, and give the exit code 0.

    Ends with exit code 2 and a sentence when the name is wrong or its place is taken.
    """
    _check_name(name)
    place = Path(name)
    _check_place(place)
    wheel = _own_wheel()
    try:
        files = _write(name, place)
        if wheel is not None:
            shutil.copy(wheel, place / "wheels")
    except OSError as refused:
        fail(f"cannot write {refused.filename or place}: {refused.strerror}")
    _say_what_next(name, files, has_wheel=wheel is not None)
    return 0


def _check_name(name: str) -> None:
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        fail(
            "NAME: expected lower-case letters and digits, with single - or _ between them, a letter first, such as"
            f" my-shop; got {name!r}"
        )
    if name.replace("_", "-") in _TEST_TOOLS or _is_installed(name):
        fail(f"NAME: expected a name that no package has which the project needs, got {name!r}")


def _check_place(place: Path) -> None:
    if place.is_dir():
        if any(place.iterdir()):
            fail(f"{place}: expected no such folder, or an empty one; it has files in it")
    elif place.exists() or place.is_symlink():
        fail(f"{place}: expected no such folder, got a file")


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _write(name: str, place: Path) -> int:
    """Write the project's files, and give their number."""
    number = 0
    for source in _template_files():
        target = place / source.relative_to(_TEMPLATE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(source.read_text("utf-8"), name), encoding="utf-8")
        number += 1
    return number


def _template_files() -> Iterator[Path]:
    """The template's files. An installer compiles its modules, which are not for this place."""
    return (path for path in sorted(_TEMPLATE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _filled(text: str, name: str) -> str:
    return text.replace("PROJECT_NAME", name).replace(f"{_DISTRIBUTION}~=0.0.0", f"{_DISTRIBUTION}~={__version__}")


def _own_wheel() -> Path | None:
    """The file that this gateway was installed from, if it was one: a project must work before an index has it.

    Source: PEP 610, `direct_url.json`.
    """
    url = urlsplit(_origin().get("url", ""))
    path = Path(url2pathname(url.path))
    return path if url.scheme == "file" and path.suffix == ".whl" and path.is_file() else None


def _origin() -> dict[str, Any]:
    """Where an installer got this gateway from; empty when an index had it."""
    origin: dict[str, Any] = json.loads(distribution(_DISTRIBUTION).read_text("direct_url.json") or "{}")
    return origin


def _say_what_next(name: str, files: int, *, has_wheel: bool) -> None:
    lines = [f"{name}: {files} files. Next:", f"  cd {name}"]
    if not has_wheel and "dir_info" in _origin():
        lines.append(f"  # put a wheel of {_DISTRIBUTION} into wheels/: this gateway runs from its source")
    lines += ["  make test    # installs what it needs, then takes seconds", "  make dev     # Ctrl-C ends it"]
    sys.stdout.write("\n".join(lines) + "\n")
