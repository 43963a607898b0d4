from __future__ import annotations

import asyncio
import json
import sys
import threading

import pytest

from gateway.backends.address import parse_address
from gateway.backends.local import LocalWire
from gateway.backends.options import WireOptions
from gateway.backends.transport import open_wire
from gateway.backends.wire import WireRequest
from gateway.vocabulary.errors import BackendError, BackendTimeout, DecodeError, SettingsError

GET = WireRequest("GET", "/users")


async def test_handler_is_imported_and_called(monkeypatch, request):
    """`local:module:handler` calls that function with an event and a context, off the event loop."""
    monkeypatch.syspath_prepend(str(request.path.parent))
    wire = open_wire("users", parse_address("local:handlers:echo"), WireOptions())

    reply = json.loads((await wire.send(GET, timeout_s=5)).body)
    await wire.close()
    sys.modules.pop("handlers")

    assert ("/users", "users") == (reply["path"], reply["name"])
    assert 0 < reply["left_ms"] <= 5000


@pytest.mark.parametrize(
    ("address", "clause"),
    [
        ("local:no_such_module:handler", "expected a module to import, got local:no_such_module:handler"),
        ("local:json.no_such:handler", "expected a module to import"),
        ("local:json:no_such", "expected a function, got local:json:no_such, where nothing has that name"),
        ("local:json:__name__", "where a str has that name"),
    ],
)
def test_missing_handler_fails_at_start_up(address, clause):
    """An address without a module or a function is a SettingsError that says which half failed."""
    with pytest.raises(SettingsError) as raised:
        open_wire("users", parse_address(address), WireOptions())

    assert clause in str(raised.value)


def test_import_error_of_the_module_itself_passes(tmp_path, monkeypatch):
    """A module that fails to import something is no wrong address: its own error comes through."""
    (tmp_path / "broken_service.py").write_text("import not_installed_anywhere\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(ModuleNotFoundError, match="not_installed_anywhere"):
        open_wire("users", parse_address("local:broken_service:handler"), WireOptions())


def raises(error):
    def handler(event, context):
        raise error

    return handler


async def raises_later(event, context):
    raise TimeoutError("its own database")


@pytest.mark.parametrize(
    ("handler", "clause"),
    [
        (raises(KeyError("id")), "KeyError: 'id'"),
        (raises(SystemExit(3)), "SystemExit: 3"),
        (raises_later, "TimeoutError: its own database"),
        (lambda event, context: {"body": object()}, "TypeError"),
        (lambda event, context: float("nan"), "ValueError"),
    ],
)
async def test_handler_that_fails_is_backend_failed(handler, clause):
    """What a handler raises, or replies without being JSON, is BACKEND_FAILED with its type and text."""
    wire = LocalWire("users", handler, WireOptions())

    with pytest.raises(BackendError) as raised:
        await wire.send(GET, timeout_s=5)
    await wire.close()

    assert ("BACKEND_FAILED", "users") == (raised.value.code, raised.value.backend)
    assert clause in raised.value.detail


async def test_malformed_reply_is_invalid():
    """A reply that breaks the payload format is BACKEND_INVALID_RESPONSE."""
    wire = LocalWire("users", lambda event, context: {"statusCode": "x"}, WireOptions())

    with pytest.raises(DecodeError):
        await wire.send(GET, timeout_s=5)
    await wire.close()


async def test_thread_that_overruns_keeps_its_place():
    """A synchronous handler that overran still holds its thread, so its place is not given away before it returns."""
    release, entered = threading.Event(), []

    def handler(event, context):
        entered.append(context.aws_request_id)
        release.wait(10)

    wire = LocalWire("users", handler, WireOptions(max_connections=1))
    try:
        for _ in range(2):
            with pytest.raises(BackendTimeout):
                await wire.send(GET, timeout_s=0.05)
        seen_before_release = len(entered)
    finally:
        release.set()
    await wire.send(GET, timeout_s=5)
    await wire.close()

    assert (1, 2) == (seen_before_release, len(entered))


async def test_event_loop_goes_on_while_a_handler_runs():
    """Synchronous handlers run beside the loop and beside each other."""
    barrier = threading.Barrier(3, timeout=5)
    wire = LocalWire("users", lambda event, context: barrier.wait() >= 0, WireOptions(max_connections=3))

    responses = await asyncio.gather(*(wire.send(GET, timeout_s=5) for _ in range(3)))
    await wire.close()

    assert [b"true"] * 3 == [response.body for response in responses]
