"""What a caller of Invoke sees: answers, failures of the function, errors of the API."""

from __future__ import annotations

import asyncio
import base64
import json
import re

import pytest

ARN = "arn:aws:lambda:us-east-1:000000000000:function"


@pytest.fixture(autouse=True)
def _one_region(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


async def test_reply(run, function):
    """A handler's result is the payload of a 200, with version and request id."""
    caller = await run(function("echo"))

    answer = await caller.invoke("echo", {"id": ["u1", "ü2"]})

    assert {"id": ["u1", "ü2"]} == answer.json
    assert (200, "$LATEST") == (answer.status, answer.headers["X-Amz-Executed-Version"])
    assert "X-Amz-Function-Error" not in answer.headers
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-amzn-RequestId"])


async def test_empty_payload(run, function):
    """No payload is the empty object."""
    caller = await run(function("echo"))

    answer = await caller.invoke("echo", payload=b"")

    assert {} == answer.json


async def test_unhandled(run, function):
    """An exception is a 200 with the function error header and its type, message and stack; the worker lives on."""
    caller = await run(function("fail", workers=1))

    answer = await caller.invoke("fail")
    again = await caller.invoke("fail")

    assert (200, True) == (answer.status, answer.is_function_error)
    assert ("ValueError", "no such course") == (answer.json["errorType"], answer.json["errorMessage"])
    assert "functions.py" in answer.json["stackTrace"][0]
    assert again.json["errorType"] == "ValueError"


@pytest.mark.parametrize(
    ("handler", "event", "reason"),
    [
        ("leave", 1, "Runtime exited with error: exit status 1"),
        ("leave", 0, "Runtime exited without providing a reason"),
        ("die", None, "Runtime exited with error: signal: killed"),
    ],
)
async def test_exit(run, function, handler, event, reason):
    """A process that ends during an execution makes Runtime.ExitError, and the next invocation finds a new one."""
    caller = await run(function(handler, workers=1))

    answers = [await caller.invoke(handler, event) for _ in range(2)]

    for answer in answers:
        request_id = answer.headers["x-amzn-RequestId"]
        expected = {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {reason}"}
        assert (200, True, expected) == (answer.status, answer.is_function_error, answer.json)


async def test_timeout(run, function, meeting):
    """An execution above its time limit makes Sandbox.Timedout, and its process is killed and replaced."""
    caller = await run(function("meet", workers=1, timeout_s=0.3))

    answer = await caller.invoke("meet", meeting.port)
    late = await meeting.guest()
    second = asyncio.create_task(caller.invoke("meet", meeting.port))
    punctual = await meeting.guest()
    await punctual.dismiss("in time")

    assert (200, True) == (answer.status, answer.is_function_error)
    assert answer.json["errorType"] == "Sandbox.Timedout"
    request_id = answer.headers["x-amzn-RequestId"]
    expected = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z {request_id} Task timed out after 0\.30 seconds"
    assert re.fullmatch(expected, answer.json["errorMessage"])
    assert await late.is_gone()
    assert late.pid != punctual.pid
    assert (await second).json == "in time"


async def test_throttled(run, function, meeting):
    """With every worker busy an invocation is refused at once: 429 with a reason and a time to wait."""
    caller = await run(function("meet", workers=1))
    first = asyncio.create_task(caller.invoke("meet", meeting.port))
    guest = await meeting.guest()

    refused = await caller.invoke("meet", meeting.port)
    await guest.dismiss("done")

    assert (429, "TooManyRequestsException") == (refused.status, refused.headers["X-Amzn-Errortype"])
    assert refused.json == {
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": "Rate Exceeded.",
    }
    assert refused.headers["Retry-After"] == "1"
    assert (await first).json == "done"


async def test_answer_frees_worker(run, function):
    """Who has an answer can invoke again at once: one worker serves one caller without ever refusing."""
    caller = await run(function("echo", workers=1))

    statuses = {(await caller.invoke("echo", number)).status for number in range(30)}

    assert {200} == statuses


@pytest.mark.parametrize("reference", ["nobody", "nobody:live", f"{ARN}:nobody"])
async def test_unknown_function(run, function, reference):
    """A function that is not run here is a 404 that names it."""
    caller = await run(function("echo"))

    answer = await caller.invoke(reference)

    assert (404, "ResourceNotFoundException") == (answer.status, answer.headers["X-Amzn-Errortype"])
    name = reference.removeprefix(f"{ARN}:")
    assert {"Type": "User", "Message": f"Function not found: {ARN}:{name}"} == answer.json


@pytest.mark.parametrize(
    ("reference", "query", "qualifier"),
    [
        ("echo", "", ""),
        ("echo:live", "", ":live"),
        ("echo", "?Qualifier=live", ":live"),
        ("echo:$LATEST", "?Qualifier=$LATEST", ":$LATEST"),
        ("123456789012:function:echo", "", ""),
        ("arn:aws:lambda:eu-west-1:123456789012:function:echo:7", "", ":7"),
        ("arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aecho", "", ""),
    ],
)
async def test_reference(run, function, reference, query, qualifier):
    """A function is found by name, partial or full ARN, with any qualifier, and is told the ARN it was invoked by."""
    caller = await run(function("describe_context", name="echo"))

    answer = await caller.invoke(reference, query=query)

    assert f"{ARN}:echo{qualifier}" == answer.json["arn"]


@pytest.mark.parametrize(
    ("reference", "query", "headers", "named"),
    [
        ("echo:live", "?Qualifier=beta", {}, "'beta'"),
        ("ec ho", "", {}, "functionName"),
        ("echo", "", {"invocation_type": "Sometimes"}, "invocationType"),
        ("echo", "", {"log_type": "Head"}, "logType"),
    ],
)
async def test_invalid_parameter(run, function, reference, query, headers, named):
    """A parameter outside its set is a 400 that names it."""
    caller = await run(function("echo"))

    answer = await caller.invoke(reference, query=query, **headers)

    assert (400, "InvalidParameterValueException") == (answer.status, answer.headers["X-Amzn-Errortype"])
    assert named in answer.json["message"]


@pytest.mark.parametrize("headers", [{}, {"invocation_type": "Event"}, {"invocation_type": "DryRun"}])
async def test_payload_not_json(run, function, headers):
    """A payload that is not JSON is refused with 400 and does not reach the function."""
    caller = await run(function("echo"))

    answer = await caller.invoke("echo", payload=b"{'id': 1}", **headers)

    assert (400, "InvalidRequestContentException") == (answer.status, answer.headers["X-Amzn-Errortype"])
    assert answer.json["message"].startswith("Could not parse request body into json")


@pytest.mark.parametrize(
    ("invocation_type", "limit_bytes", "accepted"),
    [("RequestResponse", 6_291_456, 200), ("Event", 1_048_576, 202), ("DryRun", 6_291_456, 204)],
)
async def test_payload_limit(run, function, invocation_type, limit_bytes, accepted):
    """A payload of the limit passes, one byte more is a 413 with both sizes."""
    caller = await run(function("size_of"))
    largest = b'"' + b"x" * (limit_bytes - 2) + b'"'

    passed = await caller.invoke("size_of", payload=largest, invocation_type=invocation_type)
    refused = await caller.invoke("size_of", payload=largest + b" ", invocation_type=invocation_type)

    assert accepted == passed.status
    assert (413, "RequestTooLargeException") == (refused.status, refused.headers["X-Amzn-Errortype"])
    assert str(limit_bytes) in refused.json["message"]
    assert str(limit_bytes + 1) in refused.json["message"]


async def test_reply_limit(run, function):
    """A reply of the limit passes, one byte more makes Function.ResponseSizeTooLarge, and the function recovers."""
    caller = await run(function("text_of_size", workers=1))
    largest = 6_291_556 - len('""')

    passed = await caller.invoke("text_of_size", largest)
    refused = await caller.invoke("text_of_size", largest + 1)
    after = await caller.invoke("text_of_size", 3)

    assert (largest + 2, False) == (len(passed.body), passed.is_function_error)
    assert (200, True) == (refused.status, refused.is_function_error)
    assert refused.json["errorType"] == "Function.ResponseSizeTooLarge"
    assert after.json == "xxx"


async def test_dry_run(run, function, meeting):
    """DryRun answers 204 and runs nothing: the one worker stays free."""
    caller = await run(function("meet", workers=1))

    dry = await caller.invoke("meet", meeting.port, invocation_type="DryRun")
    real = asyncio.create_task(caller.invoke("meet", meeting.port))
    guest = await meeting.guest()
    await guest.dismiss()

    assert (204, b"") == (dry.status, dry.body)
    assert (await real).status == 200


async def test_event(run, function, meeting):
    """Event answers 202 before the function has run; without a free worker it waits for one, and is not refused."""
    caller = await run(function("meet", workers=1))

    answers = [await caller.invoke("meet", meeting.port, invocation_type="Event") for _ in range(3)]
    pids = []
    for _ in answers:
        guest = await meeting.guest()
        pids.append(guest.pid)
        await guest.dismiss()

    assert [(202, b"")] * 3 == [(answer.status, answer.body) for answer in answers]
    assert len(set(pids)) == 1


async def test_event_queue_is_bounded(run, function, meeting):
    """With a hundred events waiting, the next is refused with 429."""
    caller = await run(function("meet", workers=1))
    await caller.invoke("meet", meeting.port, invocation_type="Event")
    await meeting.guest()

    statuses = [(await caller.invoke("meet", meeting.port, invocation_type="Event")).status for _ in range(101)]

    assert [202] * 100 + [429] == statuses


async def test_client_context(run, function, meeting):
    """The client context reaches the handler of a synchronous invocation, and only that."""
    caller = await run(function("describe_context"), function("meet"))
    context = base64.b64encode(json.dumps({"custom": {"who": "Zoë"}}).encode()).decode()

    answer = await caller.invoke("describe_context", client_context=context)
    await caller.invoke("meet", meeting.port, client_context=context, invocation_type="Event")
    guest = await meeting.guest()

    assert {"who": "Zoë"} == answer.json["client"]
    assert not guest.has_client_context


@pytest.mark.parametrize("header", ["%%%", base64.b64encode(b"no json").decode(), "QUFB" * 900])
async def test_bad_client_context(run, function, header):
    """A client context that is no base64, no JSON or too long is a 400."""
    caller = await run(function("echo"))

    answer = await caller.invoke("echo", client_context=header)

    assert (400, "InvalidRequestContentException") == (answer.status, answer.headers["X-Amzn-Errortype"])


async def test_log_tail(run, function):
    """Tail returns the last 4 KB that this execution logged, and nothing of the one before."""
    caller = await run(function("say", workers=1))

    first = await caller.invoke("say", 10, log_type="Tail")
    second = await caller.invoke("say", 9_000, log_type="Tail")
    silent = await caller.invoke("say", 0)

    log = base64.b64decode(first.headers["X-Amz-Log-Result"]).decode()
    request_id = first.headers["x-amzn-RequestId"]
    assert log.startswith(f"START RequestId: {request_id} Version: $LATEST\nto stdout\nto stderr\n")
    assert f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: " in log
    long_log = base64.b64decode(second.headers["X-Amz-Log-Result"])
    assert len(long_log) <= 4_096
    assert request_id.encode() not in long_log
    assert "X-Amz-Log-Result" not in silent.headers


async def test_unknown_operation(run, function):
    """Any other path or method is a 404 that says what is served."""
    caller = await run(function("echo"))

    answer = await caller.get("/2015-03-31/functions/")

    assert (404, "UnknownOperationException") == (answer.status, answer.headers["X-Amzn-Errortype"])
    assert "got GET /2015-03-31/functions/" in answer.json["message"]
