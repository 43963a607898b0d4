"""Start and stop: what must hold before, and that nothing is left after."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from gateway.local_lambda import Function, LocalLambda

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


async def test_lazy_start(run, function):
    """No process exists before the first invocation, and only as many as are needed after."""
    caller = await run(function("who", workers=5))

    children_before = _children()
    pids = {(await caller.invoke("who")).json["pid"] for _ in range(3)}

    assert pids == _children() - children_before


async def test_renewed(run, function):
    """The next execution after a change of code has a process of its own, at once; it is kept as any other."""
    caller = await run(function("who", workers=1))
    before = (await caller.invoke("who")).json["pid"]

    caller.local.renew("who")
    after = (await caller.invoke("who")).json["pid"]
    again = (await caller.invoke("who")).json["pid"]

    assert before != after
    assert again == after


async def test_renewed_while_it_runs(run, function, meeting):
    """An execution under way ends by the old code; the event behind it, and all that follow, have the new one."""
    caller = await run(function("meet", workers=1))
    call = asyncio.create_task(caller.invoke("meet", meeting.port))
    old = await meeting.guest()
    await caller.invoke("meet", meeting.port, invocation_type="Event")

    caller.local.renew("meet")
    await old.dismiss("by the old code")
    answer = await call
    new = await meeting.guest()
    await new.dismiss()

    assert "by the old code" == answer.json
    assert await old.is_gone()
    assert old.pid != new.pid


async def test_own_session(run, function):
    """A worker leads its own session, so that Ctrl-C in a terminal reaches only this process."""
    caller = await run(function("who"))

    seen = (await caller.invoke("who")).json

    assert (seen["pid"], os.getpid()) == (seen["session"], seen["parent"])
    assert str(HERE) == seen["directory"]


async def test_stop_idle(function, caller_of):
    """After stop no worker is left, and the port is closed."""
    async with LocalLambda([function("who")]) as local:
        port = int(local.endpoint.rpartition(":")[2])
        pid = (await caller_of(local).invoke("who")).json["pid"]

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert await _refuses(port)


async def test_stop_busy(function, caller_of, meeting):
    """Stop ends executions under way: their callers are answered, queued events are dropped, no process is left."""
    async with LocalLambda([function("meet", workers=1)]) as local:
        caller = caller_of(local)
        call = asyncio.create_task(caller.invoke("meet", meeting.port))
        guest = await meeting.guest()
        await caller.invoke("meet", meeting.port, invocation_type="Event")

    answer = await call
    assert answer.json["errorMessage"].endswith("Runtime exited with error: signal: terminated")
    with pytest.raises(ProcessLookupError):
        os.kill(guest.pid, 0)


async def test_stop_starting(caller_of, tmp_path):
    """Stop ends a worker whose handler is still loading, and answers who waits for it."""
    (tmp_path / "slow.py").write_text("import threading\nprint('loading')\nthreading.Event().wait()")
    is_loading = asyncio.Event()
    local = LocalLambda([Function("slow", "slow.run", directory=tmp_path)], log=lambda _name, _line: is_loading.set())
    children_before = _children()
    async with local:
        call = asyncio.create_task(caller_of(local).invoke("slow"))
        await is_loading.wait()

    answer = await call
    assert answer.json["errorType"] == "Runtime.ExitError"
    assert children_before == _children()


async def test_stop_stubborn(function, caller_of, meeting):
    """A worker that ignores SIGTERM is killed two seconds later."""
    async with LocalLambda([function("meet_and_ignore_sigterm")]) as local:
        call = asyncio.create_task(caller_of(local).invoke("meet_and_ignore_sigterm", meeting.port))
        guest = await meeting.guest()
        began_s = time.monotonic()

    answer = await call
    assert 2.0 <= time.monotonic() - began_s < 5.0
    assert answer.json["errorMessage"].endswith("signal: killed")
    with pytest.raises(ProcessLookupError):
        os.kill(guest.pid, 0)


async def test_stop_cancelled(function, caller_of, meeting, watch):
    """Who will not wait for a stop still leaves no process: cancelling it kills at once."""
    local = LocalLambda([function("meet_and_ignore_sigterm")])
    await local.start()
    call = asyncio.create_task(caller_of(local).invoke("meet_and_ignore_sigterm", meeting.port))
    worker = watch((await meeting.guest()).pid)
    stop = asyncio.create_task(local.stop())
    # Once the port refuses, the stop has begun; what it waits for is the worker.
    await _refuses(int(local.endpoint.rpartition(":")[2]))

    began_s = time.monotonic()
    stop.cancel()
    await asyncio.gather(stop, call, return_exceptions=True)

    assert stop.cancelled()
    assert await asyncio.to_thread(worker.has_ended, 1.0)
    assert time.monotonic() - began_s < 1.9


async def test_stop_ends_grandchildren(function, caller_of, meeting, watch):
    """What a handler started and left running ends with its worker when that is stopped."""
    async with LocalLambda([function("leave_a_child")]) as local:
        call = asyncio.create_task(caller_of(local).invoke("leave_a_child", meeting.port))
        guest = await meeting.guest()
        child = watch(guest.pid)
        await guest.dismiss()
        await call

    assert await asyncio.to_thread(child.has_ended, 5.0)


async def test_exit_ends_grandchildren(run, function, meeting, watch):
    """What a handler started and left running ends with its worker when that exits by itself."""
    caller = await run(function("leave_a_child_and_exit"))

    call = asyncio.create_task(caller.invoke("leave_a_child_and_exit", meeting.port))
    guest = await meeting.guest()
    child = watch(guest.pid)
    await guest.dismiss()

    assert (await call).json["errorType"] == "Runtime.ExitError"
    assert await asyncio.to_thread(child.has_ended, 5.0)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
async def test_parent_killed(meeting, watch):
    """When this process is killed without a chance to clean up, its workers die with it, busy or idle."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / "doomed_parent.py"),
        str(meeting.port),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    guest = await meeting.guest()
    idle_pid = json.loads(await parent.stdout.readline())
    workers = [watch(guest.pid), watch(idle_pid)]

    alive = [not worker.has_ended(0) for worker in workers]
    parent.kill()
    await parent.communicate()

    assert [True, True] == alive
    assert [True, True] == [await asyncio.to_thread(worker.has_ended, 5.0) for worker in workers]
    assert -signal.SIGKILL == parent.returncode


async def test_used_port(function, caller_of):
    """A port that is taken is an OSError, and the same object can be started once it is free."""
    async with LocalLambda([function("echo")]) as first:
        port = int(first.endpoint.rpartition(":")[2])
        second = LocalLambda([function("echo")], port=port)
        with pytest.raises(OSError, match=str(port)):
            await second.start()

    async with second:
        assert f"http://127.0.0.1:{port}" == second.endpoint
        assert (await caller_of(second).invoke("echo", [1])).json == [1]


async def test_start_and_stop_twice(function, caller_of):
    """Starting twice is a mistake, stopping twice is not, and a stopped one can start anew."""
    local = LocalLambda([function("echo")])
    await local.start()

    with pytest.raises(RuntimeError, match="runs already"):
        await local.start()
    await local.stop()
    await local.stop()

    async with local:
        assert (await caller_of(local).invoke("echo", "again")).json == "again"


def test_endpoint_before_start(function):
    """There is no endpoint before the start."""
    with pytest.raises(RuntimeError, match="start"):
        _ = LocalLambda([function("echo")]).endpoint


@pytest.mark.parametrize("names", [["users", "users"], []])
def test_names_are_unique(function, names):
    """Functions have different names, and there is at least one."""
    with pytest.raises(ValueError, match="different names"):
        LocalLambda([function("echo", name=name) for name in names])


async def test_directory_is_checked(function, tmp_path):
    """A directory that is none fails the start, not the first invocation."""
    local = LocalLambda([function("echo", directory=tmp_path / "absent")])

    with pytest.raises(NotADirectoryError, match=r"echo\.directory.*absent"):
        await local.start()


async def test_runtime_is_checked(function, monkeypatch):
    """Without the runtime the start fails with the command that installs it."""
    # The import system takes None for "there is no such module".
    monkeypatch.setitem(sys.modules, "awslambdaric", None)

    with pytest.raises(ModuleNotFoundError, match="pip install"):
        await LocalLambda([function("echo")]).start()


def _children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


async def _refuses(port: int) -> bool:
    """Return once nobody listens on *port*: refused, or reset in the moment of closing."""
    with contextlib.suppress(ConnectionError):
        while True:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
    return True
