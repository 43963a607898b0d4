"""`docs/tutorial.md`, done block by block as its reader does it. Installing is what `tests/packaging` tries."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from gateway.cli.ports import free_port
from tests.docs.shell_page import ROOT, Command, environment, is_as_shown, steps, with_this_environment

PAGE = ROOT / "docs" / "tutorial.md"
# Typed before there is a project.
MAKING = ("python3 -m venv", "onehop/bin/pip", "onehop/bin/gateway", "cd ")

# Said by the first `make`, which has nothing to do here.
INSTALLING = "installing what the project needs into .venv\n"


class Reader:
    """Somebody who follows the page: one terminal for `make dev`, another for the rest."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.port = free_port()
        self.dev: asyncio.subprocess.Process | None = None

    async def type(self, command: Command) -> None:
        if command.line == "make dev":
            printed = await self.start_dev(command.printed.splitlines()[-1].partition(". ")[2])
        else:
            printed = await self.run(command.line.replace("8000", str(self.port)))
        shown = command.printed.removeprefix(INSTALLING)
        assert is_as_shown(printed, shown), f"$ {command.line}\n{printed}\n--- shown:\n{shown}"

    async def run(self, line: str) -> str:
        process = await self.shell(line)
        return (await asyncio.wait_for(process.communicate(), 60))[0].decode()

    async def start_dev(self, last_words: str) -> str:
        await self.stop_dev()
        self.dev = await self.shell(f"exec .venv/bin/gateway dev --port {self.port}")
        assert self.dev.stdout is not None
        printed = ""
        async with asyncio.timeout(60):
            while not printed.rstrip().endswith(last_words):
                line = (await self.dev.stdout.readline()).decode()
                assert line, printed
                printed += line
        return printed

    async def stop_dev(self) -> None:
        if self.dev is not None:
            self.dev.send_signal(signal.SIGINT)
            await asyncio.wait_for(self.dev.communicate(), 15)

    def shell(self, line: str):
        return asyncio.create_subprocess_shell(
            line,
            cwd=self.project,
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )


@pytest.mark.timeout(240)
async def test_the_tutorial_works_word_by_word(tmp_path: Path) -> None:
    """Every file is written, every command typed, and what is printed is what the page shows."""
    maker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway.cli", "new", "shop", cwd=tmp_path, stdout=asyncio.subprocess.DEVNULL
    )
    await maker.wait()
    project = tmp_path / "shop"
    with_this_environment(project)
    reader, done = Reader(project), 0
    try:
        for step in steps(PAGE):
            if not isinstance(step, Command):
                step.do(project)
            elif not step.line.startswith(MAKING):
                await reader.type(step)
                done += 1
    finally:
        await reader.stop_dev()

    assert 8 == done
