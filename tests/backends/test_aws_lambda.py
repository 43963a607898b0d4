from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import datetime

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from aiohttp import web

from gateway.backends.address import parse_address
from gateway.backends.options import WireOptions
from gateway.backends.sigv4 import Credentials
from gateway.backends.transport import open_wire
from gateway.backends.wire import WireRequest
from gateway.vocabulary.errors import BackendError, BackendThrottled, DecodeError, SettingsError

KEYS = Credentials("AKIDEXAMPLE", "secret", "token")


class KnownCredentials:
    async def current(self):
        return KEYS


class InvokeApi:
    """A small Invoke API on a real socket: checks signatures by botocore, answers by script, keeps the events."""

    def __init__(self):
        self.events = []
        self.paths = []
        self.invocation_types = []
        self.answer = lambda: web.json_response({"statusCode": 200, "body": "{}"})

    async def invoke(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self.signature_is_right(request, body):
            return web.json_response(
                {"message": "The request signature does not match"},
                status=403,
                headers={"x-amzn-errortype": "InvalidSignatureException"},
            )
        self.paths.append(request.raw_path)
        self.invocation_types.append(request.headers.get("x-amz-invocation-type"))
        self.events.append(json.loads(body))
        return self.answer()

    @staticmethod
    def signature_is_right(request: web.Request, body: bytes) -> bool:
        names = request.headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
        again = botocore.awsrequest.AWSRequest(
            request.method,
            f"http://{request.headers['Host']}{request.raw_path}",
            {name: request.headers[name] for name in names if name not in {"host", "x-amz-security-token"}},
            body,
        )
        again.context["timestamp"] = request.headers["X-Amz-Date"]
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(KEYS.access_key_id, KEYS.secret_access_key, KEYS.session_token),
            "lambda",
            "eu-west-1",
        )
        again.headers["X-Amz-Security-Token"] = KEYS.session_token
        to_sign = signer.string_to_sign(again, signer.canonical_request(again))
        return request.headers["Authorization"].endswith(f"Signature={signer.signature(to_sign, again)}")


@asynccontextmanager
async def invoke_api():
    api, app = InvokeApi(), web.Application(client_max_size=20_000_000)
    app.router.add_post("/2015-03-31/functions/{name}/invocations", api.invoke)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        api.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield api
    finally:
        await runner.cleanup()


@asynccontextmanager
async def wire_to(api: InvokeApi, address="lambda:users", **options):
    options = {"lambda_region": "eu-west-1", "lambda_endpoint": api.endpoint, **options}
    wire = open_wire("users", parse_address(address), WireOptions(**options), credentials=KnownCredentials())
    try:
        yield wire
    finally:
        await wire.close()


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("lambda:users", "/2015-03-31/functions/users/invocations"),
        ("lambda:users:$LATEST", "/2015-03-31/functions/users/invocations?Qualifier=%24LATEST"),
        (
            "lambda:arn:aws:lambda:eu-west-1:123456789012:function:users:7",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ausers/invocations?Qualifier=7",
        ),
    ],
)
async def test_invoke_is_signed_and_carries_the_event(address, path):
    """A call is one signed POST of its event to the function's path."""
    async with invoke_api() as api, wire_to(api, address) as wire:
        response = await wire.send(WireRequest("GET", "/users", (("id", "ü &+"),)), timeout_s=5)

        assert (200, b"{}") == (response.status, response.body)
        assert [path] == api.paths
        assert ["id=%C3%BC%20%26%2B"] == [event["rawQueryString"] for event in api.events]


async def test_a_rehearsal_invokes_nothing():
    """A dry run is signed and asks for itself; a refusal is told as that of a call."""
    async with invoke_api() as api, wire_to(api) as wire:
        api.answer = lambda: web.Response(status=204)
        await wire.rehearse(timeout_s=5)
        api.answer = refused(403, "AccessDeniedException", "User is not authorized")
        with pytest.raises(BackendError, match="the credentials may not invoke lambda:users: AccessDeniedException"):
            await wire.rehearse(timeout_s=5)

        assert ["DryRun", "DryRun"] == api.invocation_types
        assert [{}, {}] == api.events


def function_error(body, kind="Unhandled"):
    return lambda: web.json_response(body, headers={"X-Amz-Function-Error": kind})


def refused(status, kind, message, **members):
    return lambda: web.json_response({"message": message, **members}, status=status, headers={"x-amzn-errortype": kind})


@pytest.mark.parametrize(
    ("answer", "error", "code", "clauses"),
    [
        (function_error({"errorType": "KeyError", "errorMessage": "'id'", "stackTrace": []}),
         BackendError, "BACKEND_FAILED", ["Unhandled: KeyError: 'id'"]),
        (function_error({"errorMessage": "2026-01-01 r1 Task timed out after 3.00 seconds"}),
         BackendError, "BACKEND_FAILED", ["Task timed out after 3.00 seconds"]),
        (function_error("not an object"), BackendError, "BACKEND_FAILED", ["Unhandled", "not an object"]),
        (refused(429, "TooManyRequestsException", "Rate Exceeded.", Reason="CallerRateLimitExceeded"),
         BackendThrottled, "BACKEND_THROTTLED", ["lambda:users", "CallerRateLimitExceeded"]),
        (refused(404, "ResourceNotFoundException", "Function not found: arn"),
         BackendError, "BACKEND_REFUSED", ["no function named lambda:users in eu-west-1", "Function not found: arn"]),
        (refused(403, "AccessDeniedException", "User is not authorized"),
         BackendError, "BACKEND_REFUSED", ["credentials may not invoke lambda:users", "AccessDeniedException"]),
        (refused(413, "RequestTooLargeException", "Request must be smaller"),
         BackendError, "BACKEND_REFUSED", ["is too large for lambda:users", "Request must be smaller"]),
        (refused(400, "InvalidRequestContentException", "Could not parse"),
         BackendError, "BACKEND_REFUSED", ["answered 400", "Could not parse"]),
        (refused(502, "InvalidRuntimeException", "runtime"), BackendError, "BACKEND_FAILED", ["answered 502"]),
        (lambda: web.Response(status=500, text="oops"), BackendError, "BACKEND_FAILED", ["answered 500", "oops"]),
        (lambda: web.Response(status=202), DecodeError, "BACKEND_INVALID_RESPONSE", ["answered 202", "expected 200"]),
        (lambda: web.Response(text="<html>"), DecodeError, "BACKEND_INVALID_RESPONSE", ["payload format 2.0"]),
    ],
)  # fmt: skip
async def test_what_the_api_says_becomes_our_error(answer, error, code, clauses):
    """Each way an Invoke fails has its class, its code, and a detail that quotes the API."""
    async with invoke_api() as api, wire_to(api) as wire:
        api.answer = answer

        with pytest.raises(error) as raised:
            await wire.send(WireRequest("GET", "/users"), timeout_s=5)

        assert (code, "users") == (raised.value.code, raised.value.backend)
        assert [] == [clause for clause in clauses if clause not in raised.value.detail]


async def test_detail_is_bounded():
    """A function that raises a novel leaves an error of a few lines."""
    async with invoke_api() as api, wire_to(api) as wire:
        api.answer = function_error({"errorType": "E", "errorMessage": "x" * 100_000})

        with pytest.raises(BackendError) as raised:
            await wire.send(WireRequest("GET", "/users"), timeout_s=5)

        assert len(raised.value.detail) < 500


async def test_wrong_signature_is_refused():
    """The API checks what it is sent: other credentials do not pass."""

    class OtherCredentials:
        async def current(self):
            return Credentials("AKIDEXAMPLE", "another secret", "token")

    async with invoke_api() as api:
        options = WireOptions(lambda_endpoint=api.endpoint, lambda_region="eu-west-1")
        wire = open_wire("users", parse_address("lambda:users"), options, credentials=OtherCredentials())
        with pytest.raises(BackendError, match="InvalidSignatureException"):
            await wire.send(WireRequest("GET", "/users"), timeout_s=5)
        await wire.close()

        assert [] == api.events


async def test_missing_credentials_name_the_backend():
    """Without credentials nothing is sent, and the error names the backend and what to set."""
    async with invoke_api() as api:
        options = WireOptions(lambda_endpoint=api.endpoint, lambda_region="eu-west-1")
        wire = open_wire("users", parse_address("lambda:users"), options)
        with pytest.raises(BackendError, match="set AWS_ACCESS_KEY_ID") as raised:
            await wire.send(WireRequest("GET", "/users"), timeout_s=5)
        await wire.close()

        assert "users" == raised.value.backend


async def test_event_tells_the_time_of_the_clock():
    """The event's time is the injected clock's."""

    class FixedClock:
        def monotonic_s(self):
            return 0.0

        def wall_s(self):
            return datetime.fromisoformat("2026-11-23T12:30:05+00:00").timestamp()

    async with invoke_api() as api:
        options = WireOptions(lambda_endpoint=api.endpoint, lambda_region="eu-west-1")
        wire = open_wire("u", parse_address("lambda:u"), options, credentials=KnownCredentials(), clock=FixedClock())
        await wire.send(WireRequest("GET", "/"), timeout_s=5)
        await wire.close()

        assert ["23/Nov/2026:12:30:05 +0000"] == [event["requestContext"]["time"] for event in api.events]


def test_region_is_the_arns_then_the_options_then_the_environments(monkeypatch):
    """An ARN's region rules, then the option, then AWS_REGION; the endpoint follows it."""
    arn = "lambda:arn:aws:lambda:ap-south-1:123456789012:function:users"
    monkeypatch.setenv("AWS_REGION", "us-east-1")

    wires = [
        open_wire("u", parse_address(arn), WireOptions(lambda_region="eu-west-1")),
        open_wire("u", parse_address("lambda:users"), WireOptions(lambda_region="eu-west-1")),
        open_wire("u", parse_address("lambda:users"), WireOptions()),
        open_wire("u", parse_address("lambda:users"), WireOptions(lambda_region="cn-north-1")),
    ]

    assert [
        "ap-south-1.amazonaws.com",
        "eu-west-1.amazonaws.com",
        "us-east-1.amazonaws.com",
        "cn-north-1.amazonaws.com.cn",
    ] == [repr(wire).partition("https://lambda.")[2].rstrip(">") for wire in wires]


@pytest.mark.parametrize(
    ("options", "clause"),
    [
        ({}, "expected an AWS region for lambda:users"),
        ({"lambda_region": "eu-west-1", "lambda_endpoint": "127.0.0.1:9001"}, "did you mean http://127.0.0.1:9001?"),
        ({"lambda_region": "eu-west-1", "lambda_endpoint": "lambda:x"}, "expected http(s)://host[:port], got lambda:x"),
    ],
)
def test_wrong_settings_fail_at_start_up(options, clause):
    """A missing region or a wrong endpoint is a SettingsError before anything is sent."""
    with pytest.raises(SettingsError) as raised:
        open_wire("users", parse_address("lambda:users"), WireOptions(**options))

    assert clause in str(raised.value)
