"""`gateway dev`: everything runs after one command, and nothing does after Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.ports import free_port
from tests.cli.processes import alive, descendants, gateway, read_until, run_gateway

NESTED = "{courses(first: 2) {edges {node {title instructor {name}}}}}"


async def ask(port: int, query: str) -> Any:
    async with httpx.AsyncClient(timeout=10) as client:
        headers = {"gateway-development-identity": "u1"}
        response = await client.post(f"http://127.0.0.1:{port}/graphql", json={"query": query}, headers=headers)
        answer = response.json()
        # The receipt's times differ from answer to answer.
        answer.pop("extensions", None)
        return answer


def left_behind(pid: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"onehop-dev-{pid}-*"))


async def test_one_command_runs_everything_and_ctrl_c_ends_it() -> None:
    """A table tells what runs; both services answer; a killed one is started again; after Ctrl-C nothing is left."""
    port = free_port()
    async with gateway("dev", "--port", str(port), "--no-reload") as process:
        told = await read_until(process, "Ctrl-C stops everything.")
        answer = await ask(port, NESTED)
        me = await ask(port, "{me {name}}")
        below = descendants(process.pid)

        catalogue = int(re.search(r"catalogue +HTTP service +\S+ +(\d+)", told)[1])  # type: ignore[index]
        os.kill(catalogue, signal.SIGKILL)
        async with asyncio.timeout(5):
            # The first answers may be errors: the service is gone.
            while (await ask(port, NESTED)) != answer:
                await asyncio.sleep(0.05)
        below |= descendants(process.pid)

        process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(process.wait(), 10)

    assert [2, 0] == [len(answer["data"]["courses"]["edges"]), len(answer.get("errors", []))]
    assert me["data"]["me"]["name"]
    assert "lambda:users" in told
    assert f"http://127.0.0.1:{port}/graphql" in told
    assert 0 == code
    assert len(below) >= 4
    assert set() == alive(below)
    assert [] == left_behind(process.pid)


async def test_a_used_port_is_told_at_once() -> None:
    """Nothing starts when the gateway could not listen."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, _, said = await run_gateway("dev", "--port", str(port))

    assert (2, 1) == (code, said.count("\n"))
    assert said.startswith(f"gateway: cannot listen on 127.0.0.1:{port}: Address already in use")


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        ('command = ["/nowhere/service"]', "gateway: broken: expected a program to run, got '/nowhere/service'"),
        ('command = ["{python}", "-c", "print(\'no configuration\'); exit(3)"]', "gateway: broken: ended with code 3"),
        (
            'handler = "hello.none.app.handler"',
            "gateway: broken: handler hello.none.app.handler: no module named 'hello.none.app'\n",
        ),
        (
            'command = ["{python}", "-c", "exit(3)"]\nwatch = ["code"]',
            "gateway: broken: watch: expected a folder, got 'code', which is none\n",
        ),
    ],
)
async def test_a_service_that_does_not_start_ends_the_command(tmp_path: Path, service: str, sentence: str) -> None:
    """Its own words are shown, then one sentence; what had started is ended."""
    (tmp_path / "hello.py").write_text(
        "import strawberry, gateway\n"
        "@strawberry.type\nclass Query:\n    hello: str = 'world'\n"
        "graph = gateway.graph(query=Query)\n"
    )
    (tmp_path / "gateway.toml").write_text(f'graph = "hello:graph"\n[dev.services.broken]\n{service}\n')

    code, _, said = await run_gateway("dev", "--port", str(free_port()), directory=tmp_path)

    assert 2 == code
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("command", "expected"), [("dev", 2), ("doctor", 1)])
async def test_a_service_that_could_never_start_is_a_wrong_setting(tmp_path: Path, command: str, expected: int) -> None:
    """It is told before anything starts, and by `gateway doctor`."""
    (tmp_path / "gateway.toml").write_text('[dev.services.users]\nhandler = ""\n')

    code, printed, said = await run_gateway(command, directory=tmp_path)

    assert expected == code
    assert "gateway.toml: dev.services.users: handler: expected module.function, such as " in printed + said
    assert "Traceback" not in said


#: A graph over an HTTP service and a Lambda function, each of which answers with a word of its own code.
WORDS = """
import msgspec
import strawberry
import gateway

class Word(msgspec.Struct, frozen=True):
    text: str

@gateway.object_of(Word, name="Word")
class Told:
    text: str

web, function = gateway.Backend("web"), gateway.Backend("function")

@web.one()
def from_web() -> gateway.Call[Word]:
    return gateway.get("/word", into=Word)

@function.one()
def from_function() -> gateway.Call[Word]:
    return gateway.get("/word", into=Word)

@strawberry.type
class Query:
    web: Told | None = gateway.load(from_web)
    function: Told | None = gateway.load(from_function)

graph = gateway.graph(query=Query)
"""
WEB = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"text": "one"}')

HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
FUNCTION = """
def handler(event, context):
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": '{"text": "one"}'}
"""
WORDS_SETTINGS = """
graph = "words:graph"

[dev.services.web]
command = ["{python}", "-m", "shop.web", "{port}"]

[dev.services.function]
handler = "shop.function.app.handler"
"""


async def test_a_service_whose_code_changes_is_started_again(tmp_path: Path) -> None:
    """HTTP service and function answer by their new code, also after a mistake in between; nothing else ends."""
    web, function = tmp_path / "shop/web/__main__.py", tmp_path / "shop/function/app.py"
    for file, code in ((tmp_path / "words.py", WORDS), (web, WEB), (function, FUNCTION)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
    (tmp_path / "gateway.toml").write_text(WORDS_SETTINGS)
    port = free_port()
    query = "{web {text} function {text}}"

    async def until_told(word: str) -> None:
        async with asyncio.timeout(20):
            while (await ask(port, query)) != {"data": {"web": {"text": word}, "function": {"text": word}}}:
                await asyncio.sleep(0.05)

    async with gateway("dev", "--port", str(port), directory=tmp_path) as process:
        await read_until(process, "Ctrl-C stops everything.")
        await until_told("one")
        web.write_text("1 / 0")
        await read_until(process, "ZeroDivisionError")
        web.write_text(WEB.replace("one", "two"))
        function.write_text(FUNCTION.replace("one", "two"))
        await until_told("two")
        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        said = await read_until(process, "stopping")
        code = await asyncio.wait_for(process.wait(), 10)

    assert "function | app.py has changed; the next calls have it" in said
    assert 0 == code
    assert set() == alive(below)


async def test_a_service_that_is_not_called_is_told(tmp_path: Path) -> None:
    """Where a backend's own settings say where it is, calls go there, whatever runs here under its name."""
    web = tmp_path / "shop/web/__main__.py"
    web.parent.mkdir(parents=True)
    web.write_text(WEB)
    (tmp_path / "words.py").write_text(WORDS)
    service = '[dev.services.web]\ncommand = ["{python}", "-m", "shop.web", "{port}"]\n'
    (tmp_path / "gateway.toml").write_text(f'graph = "words:graph"\nbackends.function = "http://f"\n{service}')
    environment = {"GATEWAY_BACKENDS__WEB": "http://me:s3cret@127.0.0.1:9"}

    async with gateway("dev", "--port", str(free_port()), directory=tmp_path, environment=environment) as process:
        said = await read_until(process, "Ctrl-C stops everything.")
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 10)

    note = "calls go to http://***@127.0.0.1:9, as GATEWAY_BACKENDS__WEB says, not to the service that runs here"
    assert f"\nweb: {note}\nOpen http" in said
    assert "s3cret" not in said
    assert "function: calls" not in said


async def test_a_signal_while_services_start_ends_the_command(tmp_path: Path) -> None:
    """Nobody waits for a service that never answers: SIGTERM ends everything at once, with code 0."""
    (tmp_path / "hello.py").write_text(
        "import strawberry, gateway\n"
        "@strawberry.type\nclass Query:\n    hello: str = 'world'\n"
        "graph = gateway.graph(query=Query)\n"
    )
    never = 'command = ["{python}", "-c", "print(\'up\', flush=True); import time; time.sleep(99)"]'
    (tmp_path / "gateway.toml").write_text(f'graph = "hello:graph"\n[dev.services.never]\n{never}\n')

    async with gateway("dev", "--port", str(free_port()), directory=tmp_path) as process:
        await read_until(process, "never | up")
        below = descendants(process.pid)
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 10)

    assert 0 == code
    assert below
    assert set() == alive(below)


async def test_a_second_ctrl_c_ends_everything_too() -> None:
    """Whoever cannot wait presses twice: all is gone, and nothing is started again meanwhile."""
    async with gateway("dev", "--port", str(free_port()), "--no-reload") as process:
        await read_until(process, "Ctrl-C stops everything.")
        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        await read_until(process, "stopping")
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 10)

    assert len(below) >= 3
    assert set() == alive(below)
    assert [] == left_behind(process.pid)
