"""`gateway doctor`: what is wrong, before it is, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.backends.address import HttpAddress
from gateway.cli.doctor.aws import look_at_credentials
from gateway.cli.doctor.bounded import within
from gateway.cli.doctor.finding import fail, masked
from gateway.cli.doctor.reachability import UnreachableError, reach
from gateway.cli.ports import free_port
from gateway.local_lambda import Function, LocalLambda
from gateway.vocabulary.settings import AwsSettings, Settings
from tests.cli.processes import run_gateway

GRAPH = """
import msgspec, strawberry, gateway
from gateway import Backend, Call, Keys, arg, get, load, object_of

class Row(msgspec.Struct, frozen=True):
    id: str

@object_of(Row, name="Thing")
class Thing:
    id: str

def field(name):
    def by_id(ids: Keys[str]) -> Call[list[Row]]:
        return get("/rows", id=ids, into=list[Row])
    return load(Backend(name).one(by=Row.id)(by_id), key=arg("id", str))

@strawberry.type
class Query:
    users: Thing | None = field("users")
    books: Thing | None = field("books")

graph = gateway.graph(query=Query)
"""
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "aws-very-secret", "AWS_SESSION_TOKEN": ""}
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch) -> Path:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "graph.py").write_text(GRAPH)
    (tmp_path / "gateway.toml").write_text('graph = "graph:graph"\n')
    return tmp_path


@asynccontextmanager
async def listener(context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of something that accepts connections and says nothing."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def examined(directory: Path, **environment: str) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """The exit code, and each check's status, finding and advice."""
    code, printed, said = await run_gateway("doctor", "--json", environment=environment, directory=directory)
    assert "" == said
    told = json.loads(printed)
    assert (code == 0) == told["ok"]
    return code, {each["check"]: (each["status"], each["found"], each["advice"]) for each in told["findings"]}


async def test_all_is_well(directory: Path) -> None:
    """A reachable service and a function that may be invoked: exit code 0, plain lines, nothing to do."""
    (directory / "function.py").write_text("def handler(event, context): raise SystemExit('was invoked')")
    async with listener() as port, LocalLambda([Function("users", "function.handler", directory=directory)]) as local:
        code, printed, said = await run_gateway(
            "doctor",
            environment={
                "GATEWAY_BACKENDS__BOOKS": f"http://127.0.0.1:{port}/v1",
                "GATEWAY_BACKENDS__USERS": "lambda:users",
                "GATEWAY_AWS__LAMBDA_ENDPOINT": local.endpoint,
                "AWS_REGION": "eu-west-1",
                **KEYS,
            },
            directory=directory,
        )

    lines = [line.split(maxsplit=1)[1] for line in printed.splitlines()]
    assert (0, "") == (code, said)
    assert ["ok"] * 6 + ["no"] == [line.split()[0] for line in printed.splitlines()]
    assert lines[2].split(maxsplit=1) == ["graph", "graph:graph, over users, books"]
    assert lines[3].split(maxsplit=2)[2] == "lambda:users: may be invoked in eu-west-1"
    assert lines[4].split(maxsplit=2)[2].startswith(f"http://127.0.0.1:{port}/v1: connected in ")
    assert lines[5].split(maxsplit=2)[2] == "from the environment, region eu-west-1 (AWS_REGION)"
    assert "check failed" == lines[6]


async def test_each_problem_says_what_to_do(directory: Path) -> None:
    """Nothing listens, no such function; exit code 1; no secret is seen."""
    port = free_port()
    (directory / "function.py").write_text("def handler(event, context): pass")
    async with LocalLambda([Function("other", "function.handler", directory=directory)]) as local:
        code, told = await examined(
            directory,
            GATEWAY_BACKENDS__BOOKS=f"http://ann:pa55word@127.0.0.1:{port}",
            GATEWAY_BACKENDS__USERS="lambda:users",
            GATEWAY_AWS__LAMBDA_ENDPOINT=local.endpoint,
            AWS_REGION="eu-west-1",
            AWS_CREDENTIAL_EXPIRATION="2026-01-01T00:00:00Z",
            **KEYS,
        )

    status, found, advice = told["backend users"]
    assert 1 == code
    assert ("fail", f"http://127.0.0.1:{port}: connection refused") == told["backend books"][:2]
    assert "start the service, or correct its port (GATEWAY_BACKENDS__BOOKS)" == told["backend books"][2]
    assert ("fail", "correct the function's name, the region or the account") == (status, advice)
    assert found.startswith("no function named lambda:users in eu-west-1: ResourceNotFoundException")
    assert ("fail", "renew them") == told["AWS credentials"][::2]
    assert not {"pa55word", "aws-very-secret"} & {part for each in told.values() for part in " ".join(each).split()}


async def test_what_is_missing_is_told(directory: Path) -> None:
    """No address, an unknown backend, no region, a service of `gateway dev` that is none."""
    (directory / "gateway.toml").write_text(
        'graph = "graph:graph"\n[backends]\nbocks = "lambda:books"\nusers = "lambda:users"\n'
        '[dev.services.none]\nhandler = "none.handler"\n[dev.services.books]\ncommand = ["/nowhere/service"]\n'
    )

    code, told = await examined(directory, AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE="/none", HOME="/none")

    assert 1 == code
    assert {
        "backend bocks": (
            "fail",
            "the graph has no such backend; did you mean books?",
            "correct the name in gateway.toml, or remove it",
        ),
        "backend books": (
            "warn",
            "no address; `gateway dev` gives it its service's",
            "before `gateway serve`: set GATEWAY_BACKENDS__BOOKS=https://... or lambda:function",
        ),
        "backend users": (
            "fail",
            "expected an AWS region for lambda:users, got none",
            "set aws.region or AWS_REGION, or give the function's ARN",
        ),
        "dev service none": ("warn", "no module named 'none'", "correct its handler, before `gateway dev`"),
        "dev service books": (
            "warn",
            "no program '/nowhere/service'",
            "install it, or correct its command, before `gateway dev`",
        ),
    }.items() <= told.items()
    assert told["AWS credentials"][0] == "fail"


@pytest.mark.parametrize(
    ("code", "found", "advice"),
    [
        ("1 / 0", "importing graph:graph raised ZeroDivisionError: division by zero", "see graph.py:1"),
        ("import sys; sys.exit('no')", "importing graph:graph raised RuntimeError: it ended the process", "see "),
        ("import gateway\nprint('hello')", "graph has no 'graph'", "correct the declarations, or the setting `graph`"),
        ("raise ValueError('key very-secret')", "importing graph:graph raised ValueError: key ***", "see graph.py:1"),
    ],
)
async def test_a_graph_that_cannot_be_imported_is_told(directory: Path, code: str, found: str, advice: str) -> None:
    """The application's own error with its place; what it prints goes elsewhere; a secret that it quotes is masked."""
    (directory / "graph.py").write_text(code)
    secret = {"GATEWAY_BACKENDS__USERS__HEADERS__X_API_KEY": "very-secret"}

    _, printed, _ = await run_gateway("doctor", "--json", environment=secret, directory=directory)

    told = {each["check"]: each for each in json.loads(printed)["findings"]}
    assert "fail" == told["graph"]["status"]
    assert told["graph"]["found"].startswith(found)
    assert told["graph"]["advice"].startswith(advice)


async def test_a_wrong_graph_makes_no_service_wrong(directory: Path) -> None:
    """A service is looked for in the working directory, whatever came of the graph."""
    (directory / "words.py").touch()
    (directory / "gateway.toml").write_text('graph = "graph"\n[dev.services.words]\nhandler = "words.handler"\n')

    _, told = await examined(directory)

    assert ("fail", "ok") == (told["graph"][0], told["dev service words"][0])


async def test_wrong_settings_are_told_each(directory: Path) -> None:
    """A finding for each; nothing else can be looked at then."""
    (directory / "gateway.toml").write_text("deadline_s = 'soon'\nmax_dept = 3\n")

    code, printed, _ = await run_gateway("doctor", directory=directory)

    assert 1 == code
    assert "2 of 3 checks failed\n" == printed.splitlines(keepends=True)[-1]
    assert "fail  settings  gateway.toml: max_dept: no such setting\n" in printed
    assert "to do: correct or remove it; `gateway config` then prints all settings\n" in printed


async def test_a_wrong_address_says_what_came_and_where(directory: Path) -> None:
    """An ARN as AWS shows it lacks its scheme; what to do is the nearest right text and where it is written."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:books"

    _, told = await examined(directory, GATEWAY_BACKENDS__BOOKS=arn)

    status, found, advice = told["backend books"]
    assert ("fail", f"correct it in GATEWAY_BACKENDS__BOOKS; did you mean lambda:{arn}?") == (status, advice)
    assert found.endswith(f", got '{arn}'")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
async def test_a_look_needs_time(directory: Path, seconds: str) -> None:
    """A time in which nothing can be seen, or no end, is a mistake, not a backend that fails."""
    told = await run_gateway("doctor", f"--timeout={seconds}", directory=directory)

    assert (2, "", f"gateway: --timeout: expected seconds, more than 0, got {seconds}\n") == told


async def test_a_name_that_nobody_has() -> None:
    """`.invalid` never is a host. Source: RFC 2606 section 2."""
    with pytest.raises(UnreachableError, match=r"users\.invalid") as raised:
        await reach(HttpAddress("http", "users.invalid", 80), timeout_s=5)

    assert "DNS" in raised.value.advice or "correct the name" in raised.value.advice


async def test_a_host_that_stays_silent_is_given_up() -> None:
    """As behind a firewall that drops packets: here a queue of connections that is full."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="no answer within") as raised:
            await reach(HttpAddress("http", "127.0.0.1", port), timeout_s=0.2)
        for each in waiting:
            each.close()

    assert time.monotonic() - began < 2
    assert "firewall" in raised.value.advice


def certificate(directory: Path, *, days: int) -> ssl.SSLContext:
    key, file = directory / "key.pem", directory / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
async def test_a_certificate_is_looked_at(tmp_path: Path, monkeypatch) -> None:
    """One that is trusted tells its end, a warning when that is near; one that is not is refused; no TLS is told."""
    async with listener(certificate(tmp_path, days=30)) as port, listener() as plain:
        address = HttpAddress("https", "localhost", port)
        with pytest.raises(UnreachableError, match="the certificate of localhost is refused: self-signed"):
            await reach(address, timeout_s=5)
        with pytest.raises(UnreachableError, match="localhost does not speak TLS there"):
            await reach(HttpAddress("https", "localhost", plain), timeout_s=5)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        good = await reach(address, timeout_s=5)
    async with listener(certificate(tmp_path, days=3)) as port:
        ending = await reach(HttpAddress("https", "localhost", port), timeout_s=5)

    assert good.tells.endswith(", certificate good for 29 days")
    assert ("", "the certificate ends soon") == (good.problem, ending.problem)


@pytest.mark.parametrize(
    ("left", "status", "found"),
    [
        (timedelta(hours=1), "ok", "from the environment, temporary, region eu-west-1 (aws.region)"),
        (timedelta(minutes=5), "warn", "they end at 2026-05-01T00:05:00+00:00"),
        (timedelta(minutes=-5), "fail", "expired at 2026-04-30T23:55:00+00:00"),
    ],
)
async def test_temporary_credentials_have_an_end(left: timedelta, status: str, found: str) -> None:
    """Where the environment says when."""
    environment = {**KEYS, "AWS_SESSION_TOKEN": "token", "AWS_CREDENTIAL_EXPIRATION": (NOW + left).isoformat()}

    told = await look_at_credentials(Settings(aws=AwsSettings(region="eu-west-1")), environment, NOW, timeout_s=5)

    assert status == told.status
    assert found in told.found


async def test_half_of_a_pair_is_told() -> None:
    """The missing variable by its name."""
    told = await look_at_credentials(Settings(), {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}, NOW, timeout_s=5)

    assert "fail" == told.status
    assert told.found.endswith("got no AWS_SECRET_ACCESS_KEY")
    assert told.advice.startswith("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")


async def test_what_blocks_is_given_up() -> None:
    """An import or a look-up that hangs holds up nothing."""
    with pytest.raises(TimeoutError):
        await within(0.05, lambda: time.sleep(0.5))


def test_secrets_are_masked_longest_first() -> None:
    """One may be a part of another; short words are no secrets."""
    (told,) = masked([fail("x", "got abcdefgh and abcdef of demo", "see demo")], ["abcdef", "abcdefgh", "demo", ""])

    assert ("got *** and *** of demo", "see demo") == (told.found, told.advice)
