"""`gateway serve`: a graph over HTTP, and every mistake told in one sentence before anything runs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.commands import app
from gateway.cli.ports import free_port
from gateway.cli.serve_arguments import read_serve
from gateway.testing.processes import listening
from tests.cli.processes import alive as still_alive
from tests.cli.processes import descendants, gateway, read_until, run_gateway

GRAPH = """
import strawberry
import gateway

@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

graph = gateway.graph(query=Query)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "hello.py").write_text(GRAPH)
    return tmp_path


async def answer_or_none(port: int) -> object:
    try:
        return await ask(port, "{hello}")
    except httpx.HTTPError:
        return None


async def ask(port: int, query: str) -> Any:
    async with httpx.AsyncClient() as client:
        response = await client.post(f"http://127.0.0.1:{port}/graphql", json={"query": query})
        return response.json()


def threads(pid: int) -> list[int]:
    return [int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_graph_is_served_until_a_signal(directory: Path, number: signal.Signals) -> None:
    """It says where it serves, answers, and ends with code 0 and no process left."""
    port = free_port()
    async with gateway("serve", "hello:graph", "--port", str(port), directory=directory) as process:
        await listening(port)
        answer = await ask(port, "{hello}")
        below = descendants(process.pid)
        process.send_signal(number)
        code = await process.wait()
        assert process.stderr is not None
        said = (await process.stderr.read()).decode()

    assert {"data": {"hello": "world"}} == answer
    assert 0 == code
    assert set() == still_alive(below)
    assert said.startswith("onehop 0.1.0 serves hello:graph at http://127.0.0.1:")


async def test_several_workers_answer(directory: Path) -> None:
    """Two processes take requests behind one port."""
    (directory / "hello.py").write_text(GRAPH.replace('return "world"', "import os; return str(os.getpid())"))
    port = free_port()
    async with gateway("serve", "hello:graph", "--port", str(port), "--workers", "2", directory=directory) as process:
        await listening(port)
        pids: set[int] = set()
        async with asyncio.timeout(20):
            # The kernel spreads connections over the listeners by chance.
            while len(pids) < 2:
                pids.add(int((await ask(port, "{hello}"))["data"]["hello"]))
        below = descendants(process.pid)
        process.send_signal(signal.SIGTERM)
        await process.wait()

    assert pids <= below


@pytest.mark.skipif(sys.platform != "linux", reason="policies of scheduling are Linux's")
async def test_no_thread_of_a_worker_interrupts_another(directory: Path) -> None:
    """Each runs as a batch: what wakes it does not take the core from the thread that serves a request."""
    port = free_port()
    async with gateway("serve", "hello:graph", "--port", str(port), directory=directory) as process:
        await listening(port)
        await ask(port, "{hello}")
        family = [process.pid, *descendants(process.pid)]
        policies = [os.sched_getscheduler(thread) for pid in family for thread in threads(pid)]

    assert len(policies) > 2
    assert {os.SCHED_BATCH} == {*policies}


@pytest.mark.skipif(sys.platform != "linux", reason="policies of scheduling are Linux's")
async def test_an_operators_own_policy_stays(directory: Path) -> None:
    """Whoever starts the server as of least importance is not overruled."""
    port = free_port()
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    try:
        async with gateway("serve", "hello:graph", "--port", str(port), directory=directory) as process:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            await listening(port)
            policy = os.sched_getscheduler(process.pid)
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))

    assert os.SCHED_IDLE == policy


async def test_a_reload_answers_with_the_new_code(directory: Path) -> None:
    """What was edited is what runs, without a restart by hand; a mistake in between ends nothing."""
    port = free_port()
    async with gateway("serve", "hello:graph", "--port", str(port), "--reload", directory=directory) as process:
        await listening(port)
        async with asyncio.timeout(25):
            (directory / "hello.py").write_text("1 / 0")
            await read_until(process, "ZeroDivisionError")
            (directory / "hello.py").write_text(GRAPH.replace("world", "again"))
            while await answer_or_none(port) != {"data": {"hello": "again"}}:
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        code = await process.wait()

    assert 0 == code


#: A graph over one backend, which has no address.
OVER_A_BACKEND = """
import msgspec
import strawberry
import gateway

class Word(msgspec.Struct, frozen=True):
    text: str

words = gateway.Backend("words")

@words.many(by=Word.text)
def words_by_text(texts: gateway.Keys[str]) -> gateway.Call[list[Word]]:
    return gateway.get("/words", text=texts, into=list[Word])

@gateway.object_of(Word)
class Told:
    text: str

@strawberry.type
class Query:
    words: list[Told] = gateway.load(words_by_text, key=gateway.arg("text", str))

graph = gateway.graph(query=Query)
"""


async def test_a_reload_tells_in_one_sentence_what_is_wrong(directory: Path) -> None:
    """A setting that is missing is told as at the start, without a traceback, and what is mended is served again."""
    port = free_port()
    async with gateway("serve", "hello:graph", "--port", str(port), "--reload", directory=directory) as process:
        await listening(port)
        async with asyncio.timeout(25):
            (directory / "gateway.toml").write_text('[dev.services.words]\nhandler = "words.app.handler"\n')
            (directory / "hello.py").write_text(OVER_A_BACKEND)
            said = await read_until(process, "gateway: nothing is served until the code is changed again")
            (directory / "hello.py").write_text(GRAPH)
            while await answer_or_none(port) != {"data": {"hello": "world"}}:
                await asyncio.sleep(0.05)

    assert "gateway: backends.words: expected an address, got none; `gateway dev` gives it its service's when" in said
    assert "Traceback" not in said


#: What is told about the process that imported the graph, and that made the application's object, by those who answer.
TELLS = """
import os, threading
import strawberry
import gateway

IMPORTED_BY = os.getpid()
AT_WORK = threading.Thread(target=threading.Event().wait, daemon=True)

@strawberry.type
class Query:
    @strawberry.field
    def imported(self) -> int:
        return IMPORTED_BY

    @strawberry.field
    def made(self, info: gateway.Info) -> int:
        return info.context.app

    @strawberry.field
    def answers(self) -> int:
        return os.getpid()

    @strawberry.field
    def works(self) -> bool:
        return AT_WORK.is_alive()

graph = gateway.graph(query=Query, app=os.getpid)
"""


async def told(directory: Path, source: str) -> tuple[int, dict[str, Any]]:
    """The server's process, and what the graph in *source* tells."""
    (directory / "tells.py").write_text(source)
    port = free_port()
    async with gateway("serve", "tells:graph", "--port", str(port), directory=directory) as process:
        await listening(port)
        return process.pid, (await ask(port, "{imported made answers works}"))["data"]


async def test_a_graph_is_imported_once(directory: Path) -> None:
    """Workers are forks of the process that has checked it; what `app` makes is each worker's own."""
    server, answer = await told(directory, TELLS)

    assert server == answer["imported"]
    assert answer["answers"] == answer["made"] != server


async def test_threads_of_an_import_are_the_workers(directory: Path) -> None:
    """A fork would lack a thread that the import has started: the worker imports the graph by itself then."""
    server, answer = await told(directory, TELLS + "AT_WORK.start()")

    assert answer["works"]
    assert answer["imported"] == answer["answers"] != server


async def test_connections_of_an_import_are_the_workers(directory: Path) -> None:
    """Forks would share a connection that the import has opened, and get each other's answers."""
    server, answer = await told(directory, TELLS + "import socket\nCONNECTED = socket.socket()\n")

    assert answer["imported"] == answer["answers"] != server


#: A graph that answers which modules of the command line the process has that runs it.
TELLS_MODULES = """
import sys
import strawberry
import gateway

@strawberry.type
class Query:
    modules: list[str] = strawberry.field(
        resolver=lambda: sorted({"cyclopts", "rich", "granian"}.intersection(sys.modules))
    )

graph = gateway.graph(query=Query)
"""


@pytest.mark.parametrize(
    "form",
    [["--port", "{}"], ["--port={}", "--workers", "2"], ["--port", "{}", "--reload"], ["--port={}", "--"]],
    ids=["fork", "forks", "reload", "rare form"],
)
async def test_a_worker_has_nothing_that_reads_commands(directory: Path, form: list[str]) -> None:
    """However it was started: what reads arguments and draws tables would be memory and start-up of every worker."""
    (directory / "tells.py").write_text(TELLS_MODULES)
    port = free_port()
    async with gateway("serve", *(word.format(port) for word in form), "tells:graph", directory=directory):
        await listening(port)
        answer = await ask(port, "{modules}")

    assert {"data": {"modules": ["granian"]}} == answer


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a:b"],
        ["a:b", "--host", "0.0.0.0", "--port", "80", "--workers", "2", "--reload", "--settings", "x.toml"],
        ["--host=::1", "--port=08", "--workers=1", "--settings=x=y.toml", "a:b"],
        ["--no-reload", "a:b"],
    ],
)
def test_what_is_read_without_cyclopts_is_what_it_would_read(words: list[str]) -> None:
    """Two readers, one command line: names, values and defaults are the same."""
    _, bound, _ = app.parse_args(["serve", *words])
    bound.apply_defaults()
    values = [str(value) if isinstance(value, Path) else value for value in bound.arguments.values()]

    told = read_serve(["serve", *words])

    assert told is not None
    assert dict(zip(bound.arguments, values, strict=True)) == asdict(told)


@pytest.mark.parametrize(
    "words",
    [
        *(["--help"], ["-h"], ["a:b", "--prot", "1"], ["a:b", "c:d"], ["--port"], ["--port", "x"], ["--port", "1e3"]),
        *(["--port", "1", "--port", "2"], ["--host", "-x"], ["--host="], [""], ["--", "a:b"], ["--reload=no"]),
        *(["--reload", "--no-reload"], ["--port", "\u0661"], ["--port", "9" * 10], ["--version"]),
    ],
)
def test_help_mistakes_and_rare_forms_are_left_to_cyclopts(words: list[str]) -> None:
    """It has the words for each; so has it for the other commands."""
    assert read_serve(["serve", *words]) is None
    assert read_serve(words) is None


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["hello:grap"], {}, "gateway: graph: hello has no 'grap'; did you mean graph?"),
        (["nowhere:graph"], {}, "gateway: graph: no module named 'nowhere'"),
        (["hello"], {}, "gateway: graph: expected module:attribute, such as schema:graph, got 'hello'"),
        (["hello:Query"], {}, "gateway: graph: expected hello:Query to be made by gateway.graph(...), got type"),
        (["hello:graph", "--port", "70000"], {}, "gateway: --port: expected a number from 1 to 65535, got 70000"),
        (["hello:graph", "--port", "x"], {}, "gateway: Invalid value"),
        (["hello:graph", "--prot", "1"], {}, "gateway: Unknown option: --prot. Did you mean --port?"),
        (["hello:graph", "--workers", "0"], {}, "gateway: --workers: expected at least 1, got 0"),
        (["hello:graph", "--port", "0"], {}, "gateway: --port: expected a number from 1 to 65535, got 0"),
        (["hello:graph", "--host"], {}, 'gateway: Command "serve" parameter --host requires an argument.'),
        (["hello:graph", "--settings", "none.toml"], {}, "gateway: settings file: expected a TOML file at none.toml"),
        (
            ["hello:graph"],
            {"GATEWAY_DEADLINE": "1"},
            "gateway: GATEWAY_DEADLINE: deadline: no such setting; did you mean",
        ),
        (["hello:graph"], {"GATEWAY_DEADLINE_S": "soon"}, "gateway: GATEWAY_DEADLINE_S: deadline_s: expected a number"),
        (
            ["hello:graph"],
            {"GATEWAY_CORS__ORIGINS": "*", "GATEWAY_CORS__CREDENTIALS": "true"},
            "gateway: GATEWAY_CORS__CREDENTIALS, GATEWAY_CORS__ORIGINS: cors: expected the origins that may send",
        ),
        (["hello:graph"], {"GATEWAY_BACKENDS__USERS": "lambda:u"}, "gateway: backends.users: the graph has no such"),
    ],
)
async def test_a_mistake_is_one_sentence_and_code_2(
    directory: Path, arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    """What was expected and what came, no traceback, nothing started."""
    code, _, said = await run_gateway("serve", *arguments, environment=environment, directory=directory)

    assert 2 == code
    assert said.startswith(sentence)
    assert 1 == said.count("\n")


async def test_every_wrong_address_is_told_at_once(directory: Path) -> None:
    """A first start tells all that is missing, a sentence a line, and not one thing a start."""
    backends = "[gateway.Backend(name) for name in ('users', 'books', 'loans', 'halls')]"
    (directory / "hello.py").write_text(GRAPH.replace("query=Query", f"query=Query, backends={backends}"))
    environment = {"GATEWAY_BACKENDS": '{"books": "lambda:books:", "halls": "http://halls", "user": "http://users"}'}

    code, _, said = await run_gateway("serve", "hello:graph", environment=environment, directory=directory)

    assert 2 == code
    assert [
        "gateway: backends.user: the graph has no such backend; did you mean users?",
        "backends.users: expected an address, got none; set it in gateway.toml or as GATEWAY_BACKENDS__USERS, such as",
        "backends.books: expected lambda:function-name-or-arn",
        "backends.loans: expected an address, got none; set it in gateway.toml or as GATEWAY_BACKENDS__LOANS, such as",
    ] == [line.partition(" http:")[0].partition("[")[0] for line in said.splitlines()]


async def test_a_silent_connection_is_closed(directory: Path) -> None:
    """Before its first request, within headers and after an answer, a client has `idle_timeout_s` to go on."""
    port, environment = free_port(), {"GATEWAY_IDLE_TIMEOUT_S": "1"}
    said = [b"", b"POST /graphql HTTP/1.1\r\nhost: x\r\n", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"]
    async with gateway("serve", "hello:graph", "--port", str(port), directory=directory, environment=environment):
        await listening(port)
        received = await asyncio.gather(*(everything_after(port, sent) for sent in said))

    assert [b"", b"", b"HTTP/1.1 200"] == [answer[:12] for answer in received]


async def everything_after(port: int, sent: bytes) -> bytes:
    """What a connection that sends *sent* and then nothing receives until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    received = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return received


@pytest.mark.parametrize("command", [["serve", "hello:graph"], ["dev", "hello:graph"]])
async def test_development_is_not_served_to_others(directory: Path, command: list[str]) -> None:
    """What `gateway dev` shows is for this machine: another address is refused, with the setting that allows it."""
    environment = {"GATEWAY_MODE": "development"}

    code, _, said = await run_gateway(*command, "--host", "0.0.0.0", environment=environment, directory=directory)

    assert 2 == code
    assert said.startswith("gateway: --host: expected an address of this machine alone")
    assert said.endswith("allow it with dev.any_host = true\n")


async def test_a_used_port_is_told(directory: Path) -> None:
    """The port that somebody has is named, with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, _, said = await run_gateway("serve", "hello:graph", "--port", str(port), directory=directory)

    assert 2 == code
    assert f"gateway: cannot listen on 127.0.0.1:{port}: Address already in use; choose another with --port\n" == said


@pytest.mark.parametrize("host", ["192.0.2.1", "nobody.invalid"])
async def test_a_host_that_is_not_here_is_told(directory: Path, host: str) -> None:
    """No port would help: what to change is the host."""
    code, _, said = await run_gateway("serve", "hello:graph", "--host", host, directory=directory)

    assert 2 == code
    assert said.startswith(f"gateway: cannot listen on {host}:8000: ")
    assert said.endswith("; choose another with --host\n")


async def test_an_error_in_the_applications_code_keeps_its_traceback(directory: Path) -> None:
    """The fault is theirs to find: the traceback begins at their first line, a sentence says what it is about."""
    (directory / "broken.py").write_text("import inner\n")
    (directory / "inner.py").write_text("1 / 0\n")

    code, _, said = await run_gateway("serve", "broken:graph", directory=directory)

    assert 2 == code
    assert [f"{directory}/broken.py", f"{directory}/inner.py"] == re.findall(r'File "(.+?)"', said)
    assert said.startswith("Traceback (most recent call last):\n")
    assert said.endswith("gateway: graph: importing broken:graph raised the error above\n")


async def test_a_module_that_does_not_compile_is_shown(directory: Path) -> None:
    """None of its lines has run: the error names the place, and nothing of ours stands before it."""
    (directory / "broken.py").write_text("graph = = 1\n")

    _, _, said = await run_gateway("serve", "broken:graph", directory=directory)

    assert said.startswith(f'  File "{directory}/broken.py", line 1\n')
    assert "SyntaxError: invalid syntax" in said


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ("", "declare the service that `gateway dev` runs as [dev.services.words]; or set it in gateway.toml"),
        (
            '[dev.services.wards]\nhandler = "words.app.handler"\n',
            "declare the service that `gateway dev` runs as [dev.services.words]; there is wards; or set it in",
        ),
    ],
)
async def test_an_address_that_gateway_dev_could_give(directory: Path, services: str, expected: str) -> None:
    """In development a backend without an address mostly lacks its service, or is named otherwise."""
    (directory / "hello.py").write_text(OVER_A_BACKEND)
    (directory / "gateway.toml").write_text(services)

    _, _, said = await run_gateway(
        "serve", "hello:graph", environment={"GATEWAY_MODE": "development"}, directory=directory
    )

    assert said.startswith(f"gateway: backends.words: expected an address, got none; {expected}")
