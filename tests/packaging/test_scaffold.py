"""A new user's first minutes: the wheel alone, an empty directory, and the network's package index."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.cli.ports import free_port

UV = Path(sys.executable).with_name("uv")
# `make`'s own variables would have the project's say that it was called from another.
_OURS = ("GATEWAY_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def run(*command: str | Path, directory: Path) -> str:
    done = subprocess.run(command, cwd=directory, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@contextmanager
def dev(project: Path, port: int) -> Iterator[None]:
    """`make dev`, ended by Ctrl-C, which a terminal sends to make and to what it runs."""
    command = ["make", "dev", f"PORT={port}"]
    with subprocess.Popen(command, cwd=project, env=ENVIRONMENT, start_new_session=True) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(20)


def ask(port: int, query: str) -> object:
    """The answer's data, once there is one."""
    body, headers = json.dumps({"query": query}).encode(), {"content-type": "application/json"}
    ends = time.monotonic() + 40
    while True:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return json.load(response)["data"]
        except urllib.error.URLError:
            assert time.monotonic() < ends
            time.sleep(0.1)


# Two environments are installed: at most a minute on a machine that has nothing cached.
@pytest.mark.timeout(240)
def test_the_scaffold_tests_itself_and_runs(wheel: Path, tmp_path: Path) -> None:
    """The project passes its own `make test` and answers under `make dev`, with nothing but the wheel at hand."""
    run(UV, "venv", "--quiet", "--python", sys.executable, "tools", directory=tmp_path)
    run(UV, "pip", "install", "--quiet", "--python", "tools", wheel, directory=tmp_path)
    run(tmp_path / "tools" / "bin" / "gateway", "new", "shop", directory=tmp_path)
    project, port = tmp_path / "shop", free_port()

    tested = run("make", f"PYTHON={sys.executable}", "test", directory=project)
    with dev(project, port):
        answer = ask(port, "{books(first: 1) {edges {node {title}}}}")

    assert "3 passed" in tested
    assert tested.endswith("1 operation within budget\n")
    assert {"books": {"edges": [{"node": {"title": "Kindred"}}]}} == answer
    assert 'source = { registry = "wheels" }' in (project / "uv.lock").read_text()
