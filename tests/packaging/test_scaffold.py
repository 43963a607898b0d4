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
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.cli.ports import free_port

DEPLOYING = Path(__file__).parents[2] / "docs" / "deploying.md"

#: As Lambda's runtime does, with nothing on the module path but the function's own folder.
CALL = """
import sys
sys.path[:] = ["."] + [path for path in sys.path if "site-packages" not in path]
from gateway.aws_lambda import handler
print(handler({
    "version": "2.0", "rawPath": "/graphql", "rawQueryString": "", "headers": {"content-type": "application/json"},
    "requestContext": {"http": {"method": "POST", "path": "/graphql", "sourceIp": "192.0.2.1"}},
    "body": '{"query": "{books {edges {node {title}}}}"}', "isBase64Encoded": False,
}, None)["body"])
"""

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

    assert {"errors": ["BACKEND_UNREACHABLE"], "data": None} == answer_of_function(project, tmp_path)


def answer_of_function(project: Path, directory: Path) -> object:
    """What the function answers that `docs/deploying.md` packs; its service is not there."""
    section = DEPLOYING.read_text().partition("## A Lambda function")[2]
    commands = [line[2:] for line in section.splitlines() if line.startswith("$ ")]
    for command in commands:
        run("sh", "-c", command.replace("3.13", ".".join(map(str, sys.version_info[:2]))), directory=project)
    with zipfile.ZipFile(project / "function.zip") as packed:
        packed.extractall(directory / "task")
    called = subprocess.run(
        [sys.executable, "-I", "-c", CALL],
        cwd=directory / "task",
        env={**ENVIRONMENT, "GATEWAY_BACKENDS__BOOKS": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == called.returncode, called.stderr
    answer = json.loads(called.stdout)
    return {**answer, "errors": [error["extensions"]["code"] for error in answer["errors"]]}
