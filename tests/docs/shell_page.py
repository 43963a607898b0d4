"""A page of docs/ that a reader follows: its blocks in order, and a project in which they are done as the reader would."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(\w+)(?: (\S+)(?: (.+))?)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ", re.MULTILINE)


@dataclass(frozen=True)
class FileBlock:
    """What a file is to hold: all of it, more at its end (`+`), or its imports anew (`^` and how they begin)."""

    path: str
    how: str
    text: str

    def do(self, project: Path) -> None:
        file = project / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        if self.how == "+":
            file.write_text(file.read_text() + self.text)
        elif self.how.startswith("^"):
            head, _, old = file.read_text().partition(self.how[1:])
            # Imports end where two blank lines, or the first assignment, begin.
            rest = re.split(r"\n(?=\n\n|\n\w+ = )", old, maxsplit=1)[1]
            file.write_text(f"{head}{self.text.rstrip()}\n{rest}")
        else:
            file.write_text(self.text)


@dataclass(frozen=True)
class Command:
    """A line to type and what it prints."""

    line: str
    printed: str


def steps(page: Path) -> Iterator[FileBlock | Command]:
    """The page's blocks in order, console blocks command by command."""
    for language, path, how, text in _BLOCK.findall(page.read_text()):
        if path:
            yield FileBlock(path, how, text)
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


def as_pattern(shown: str) -> re.Pattern[str]:
    """What is printed, where `…` is anything and numbers of ports, processes, versions and times are any."""
    parts = [re.escape(part) for part in shown.split("…")]
    pattern = ".*".join(parts)
    for variable, any_of_it in (
        (r"\d+\\\.\d+s", r"[\d.]+s"),
        (r"\d+\\ ms", r"\d+ ms"),
        (r"127\\\.0\\\.0\\\.1:\d+", r"127\\.0\\.0\\.1:\\d+"),
        (r"(?<=\\ )\d{4}(?=\\\n|$)", r"\\d+"),
        (r"(?<=\\ )\d+\\\.\d+\\\.\d+", r"\\d+\\.\\d+\\.\\d+"),
        (r"(?:\\ ){2,}", r" +"),
    ):
        pattern = re.sub(variable, any_of_it.replace("\\d", "\\\\d") if False else any_of_it, pattern, flags=re.MULTILINE)
    return re.compile(pattern, re.DOTALL)


def environment() -> dict[str, str]:
    """As in a terminal of somebody who has set nothing of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "AWS_"))}
