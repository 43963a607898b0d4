"""What a handler sees, and what becomes of workers whose handler does not load."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from gateway.local_lambda import Function
from gateway.local_lambda.pool import start_delay_s


async def test_environment(run, function, monkeypatch, tmp_path):
    """A worker has the variables Lambda defines, over the function's own, over this process's."""
    monkeypatch.setenv("AWS_LAMBDA_MAX_CONCURRENCY", "9")
    monkeypatch.setenv("FROM_PARENT", "kept")
    own = {"TABLE": "users", "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": "forged"}
    caller = await run(function("environment", name="users", memory_mb=256, environment=own))

    seen = (await caller.invoke("users")).json

    expected = {
        "_HANDLER": "functions.environment",
        "AWS_LAMBDA_FUNCTION_NAME": "users",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/users",
        "AWS_REGION": "eu-west-1",
        "FROM_PARENT": "kept",
        "LAMBDA_TASK_ROOT": str(function("echo").directory),
        "TABLE": "users",
        "TZ": ":UTC",
    }
    assert expected == {name: seen.get(name) for name in expected}
    assert "[$LATEST]" in seen["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert "AWS_LAMBDA_MAX_CONCURRENCY" not in seen


async def test_context(run, function):
    """The handler's context holds the request id, the memory, the trace and the time that is left."""
    caller = await run(function("describe_context", timeout_s=7, memory_mb=256))

    answer = await caller.invoke("describe_context")

    assert answer.headers["x-amzn-RequestId"] == answer.json["request_id"]
    assert answer.headers["X-Amzn-Trace-Id"] == answer.json["trace_id"]
    assert answer.json["memory_mb"] == "256"
    assert 5_000 < answer.json["remaining_ms"] <= 7_000


async def test_log(run, function):
    """Each line of a worker's output goes to `log` under the function's name, as does the end of a broken execution."""
    lines = []
    caller = await run(function("say"), function("leave"), log=lambda name, line: lines.append((name, line)))

    await caller.invoke("say", 0)
    answer = await caller.invoke("leave", 4)

    assert [("say", "to stdout"), ("say", "to stderr"), ("leave", answer.json["errorMessage"])] == lines


@pytest.mark.parametrize(
    ("source", "handler", "error_type", "text"),
    [
        ("import nowhere_to_be_found", "broken.run", "Runtime.ImportModuleError", "nowhere_to_be_found"),
        ("", "broken:run", "Runtime.HandlerNotFound", "Handler 'run' missing on module 'broken'"),
        ("def run(:", "broken.run", "Runtime.UserCodeSyntaxError", "broken"),
        ("raise KeyError('db')", "broken.run", "KeyError", "db"),
        ("raise SystemExit(7)", "broken.run", "Runtime.ExitError", "exit status 7"),
    ],
)
async def test_handler_does_not_load(run, tmp_path, source, handler, error_type, text):
    """The invocation that started the worker gets the reason; the next has a fresh worker, so a mended file works."""
    (tmp_path / "broken.py").write_text(source)
    caller = await run(Function("users", handler, workers=1, directory=tmp_path))

    answer = await caller.invoke("users")
    (tmp_path / "broken.py").write_text("def run(event, context):\n    return 'mended'  # and of another size")
    mended = await caller.invoke("users")

    assert (200, True) == (answer.status, answer.is_function_error)
    assert error_type == answer.json["errorType"]
    assert text in answer.json["errorMessage"]
    assert mended.json == "mended"


async def test_handler_never_loads(run, tmp_path):
    """An import that takes longer than both limits makes Sandbox.Timedout."""
    (tmp_path / "slow.py").write_text("import threading\nthreading.Event().wait()")
    caller = await run(Function("users", "slow.run", timeout_s=0.2, init_timeout_s=0.3, directory=tmp_path))

    answer = await caller.invoke("users")

    assert answer.json["errorType"] == "Sandbox.Timedout"
    assert answer.json["errorMessage"].endswith("Task timed out after 0.30 seconds")


async def test_restart_rate(run, tmp_path):
    """Workers that never load are started ever more slowly, whoever asks how often."""
    (tmp_path / "broken.py").write_text(
        "import time, pathlib\n"
        "with pathlib.Path(__file__).with_name('starts').open('a') as starts:\n"
        "    print(time.monotonic(), file=starts)\n"
        "raise RuntimeError\n"
    )
    caller = await run(Function("users", "broken.run", workers=1, directory=tmp_path))

    for _ in range(4):
        assert (await caller.invoke("users")).json["errorType"] == "RuntimeError"

    starts = [float(line) for line in (tmp_path / "starts").read_text().split()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(gaps) == 3
    assert gaps[1] >= 0.1
    assert gaps[2] >= 0.2


def test_start_delay():
    """The first retry is immediate, and no delay exceeds a second."""
    delays = [start_delay_s(failed_starts) for failed_starts in (0, 1, 2, 3, 5, 6, 50, 500)]

    assert [0.0, 0.0, 0.1, 0.2, 0.8, 1.0, 1.0, 1.0] == delays


async def test_missing_directory(run, tmp_path):
    """A directory that vanished after the start makes a failure that names the cause, not a hang."""
    directory = tmp_path / "gone"
    directory.mkdir()
    caller = await run(Function("users", "app.run", directory=directory))
    directory.rmdir()

    answer = await caller.invoke("users")

    assert answer.json["errorType"] == "Runtime.InvalidEntrypoint"
    assert "gone" in answer.json["errorMessage"]


async def test_workers_are_parallel(run, function, meeting):
    """Two workers run two executions at one time, in two processes."""
    caller = await run(function("meet", workers=2))

    calls = [asyncio.create_task(caller.invoke("meet", meeting.port)) for _ in range(2)]
    guests = [await meeting.guest() for _ in calls]
    for guest in guests:
        await guest.dismiss(guest.pid)

    answers = await asyncio.gather(*calls)
    assert len({guest.pid for guest in guests}) == 2
    assert {guest.pid for guest in guests} == {answer.json for answer in answers}


async def test_most_recently_used_first(run, function, meeting):
    """Of two idle workers the one that was used last is taken, whichever started first."""
    caller = await run(function("meet", workers=2))

    used = []
    for last in (0, 1):
        calls = {}
        for _ in range(2):
            call = asyncio.create_task(caller.invoke("meet", meeting.port))
            calls[await meeting.guest()] = call
        guests = sorted(calls, key=lambda guest: guest.pid, reverse=bool(last))
        for guest in guests:
            await guest.dismiss()
            await calls[guest]
        probe = asyncio.create_task(caller.invoke("meet", meeting.port))
        guest = await meeting.guest()
        await guest.dismiss()
        await probe
        used.append((guests[-1].pid, guest.pid))

    assert used[0][0] != used[1][0]
    assert [expected for expected, _ in used] == [taken for _, taken in used]


async def test_caller_disconnects(run, function, meeting):
    """An execution whose caller has gone runs on, and its worker serves the next."""
    caller = await run(function("meet", workers=1))
    call = asyncio.create_task(caller.invoke("meet", meeting.port))
    guest = await meeting.guest()

    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    # An event waits for the worker: its arrival tells that the worker has come back.
    await caller.invoke("meet", meeting.port, invocation_type="Event")
    await guest.dismiss()
    successor = await meeting.guest()

    assert call.cancelled()
    assert guest.pid == successor.pid
