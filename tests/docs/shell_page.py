"""A page that a reader follows: its blocks in order, and a project in which they are done as the reader would."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(\w+)(?: (\S+)( \+)?)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ", re.MULTILINE)


@dataclass(frozen=True)
class FileBlock:
    """What a file is to hold, or to hold more at its end."""

    path: str
    text: str
    is_more: bool

    def do(self, project: Path) -> None:
        file = project / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.read_text() + self.text if self.is_more else self.text)


@dataclass(frozen=True)
class Command:
    """A line to type and what it prints."""

    line: str
    printed: str


def steps(page: Path) -> Iterator[FileBlock | Command]:
    """The page's blocks in order, console blocks command by command."""
    for language, path, more, text in _BLOCK.findall(page.read_text()):
        if path:
            yield FileBlock(path, text, bool(more))
        elif language == "console":
            for each in _COMMAND.split(text)[1:]:
                line, _, printed = each.partition("\n")
                yield Command(line, printed.rstrip("\n"))


def with_this_environment(project: Path) -> None:
    """Let *project* use the packages that run these tests, as if it had installed them."""
    venv = project / ".venv"
    venv.mkdir()
    (venv / "bin").symlink_to(Path(sys.executable).parent, target_is_directory=True)
    for name in (".uv", ".ready"):
        (venv / name).touch()


def is_as_shown(printed: str, shown: str) -> bool:
    """Whether *printed* is what *shown* says: `…` stands for anything; numbers and columns may be others."""
    pattern = ".*".join(re.escape(_normal(part)) for part in shown.split("…"))
    return re.fullmatch(pattern, _normal(printed), re.DOTALL) is not None


def _normal(text: str) -> str:
    """*text* without what differs from run to run: versions, times, addresses, ports, process ids, widths."""
    # A process id stands behind an address, and may be short where few processes have run.
    text = re.sub(r"(?m)^(.*http://\S+ +)\d+$", r"\1N", text.strip())
    text = re.sub(r"\d+(?:\.\d+)+", "N", text)
    return re.sub(r" {2,}", " ", re.sub(r"\b\d{4,}\b", "N", text))


def environment() -> dict[str, str]:
    """As in a terminal of somebody who has set nothing of ours, also where `make` runs the tests."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "AWS_", "MAKE", "MFLAGS"))
    }
