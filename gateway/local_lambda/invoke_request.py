"""What a caller of Invoke asks for, read from path, query and headers; nothing is run here.

Source: AWS API reference, Invoke, "URI Request Parameters",
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

import orjson

from .errors import invalid_content, invalid_parameter, payload_too_large
from .limits import MAX_CLIENT_CONTEXT_BYTES, MAX_EVENT_PAYLOAD_BYTES, MAX_SYNC_PAYLOAD_BYTES, Body

InvocationType = Literal["RequestResponse", "Event", "DryRun"]
LogType = Literal["None", "Tail"]

_REFERENCE = re.compile(
    r"""
    (?: arn:aws[a-zA-Z-]*:lambda: )?                  # a full ARN begins so
    (?: [a-z]{2}(?:-[a-z]+)+-\d: )?                   # region
    (?: \d{12}: )?                                    # account; a partial ARN begins here
    (?: function: )?
    (?P<name> [a-zA-Z0-9-_.]+ )
    (?: : (?P<qualifier> \$LATEST | [a-zA-Z0-9-_]+ ) )?
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class InvokeRequest:
    """One call of Invoke, without its payload. Region and account of an ARN are not kept: there is only one of each."""

    name: str
    qualifier: str | None
    invocation_type: InvocationType
    log_type: LogType
    client_context: str | None
    trace_id: str

    @property
    def payload_limit_bytes(self) -> int:
        """The size that the payload may have."""
        return MAX_EVENT_PAYLOAD_BYTES if self.invocation_type == "Event" else MAX_SYNC_PAYLOAD_BYTES


def parse_invoke(reference: str, query: Mapping[str, str], headers: Mapping[str, str]) -> InvokeRequest:
    """Return what is asked for; *reference* is the function's name, partial ARN or ARN.

    Any alias or version is taken, since each function exists once.

    Raises:
        InvokeError: 400 that names the parameter, what was expected and what came.
    """
    name, qualifier = _parse_reference(reference, query.get("Qualifier"))
    invocation_type = headers.get("X-Amz-Invocation-Type", "RequestResponse")
    if invocation_type not in get_args(InvocationType):
        raise _not_in_set("invocationType", invocation_type, get_args(InvocationType))
    log_type = headers.get("X-Amz-Log-Type", "None")
    if log_type not in get_args(LogType):
        raise _not_in_set("logType", log_type, get_args(LogType))
    client_context = _parse_client_context(headers.get("X-Amz-Client-Context"))
    return InvokeRequest(
        name=name,
        qualifier=qualifier,
        invocation_type=cast(InvocationType, invocation_type),
        log_type=cast(LogType, log_type),
        # "Lambda passes the ClientContext object to your function for synchronous invocations only."
        client_context=None if invocation_type == "Event" else client_context,
        trace_id=headers.get("X-Amzn-Trace-Id") or _new_trace_id(),
    )


def check_payload(body: Body, request: InvokeRequest) -> bytes:
    """Return the event of *request*; no payload is the empty object, as on Lambda.

    Raises:
        InvokeError: 413, the payload is too large; 400, it is not JSON.
    """
    if body.size > request.payload_limit_bytes:
        raise payload_too_large(body.size, request.invocation_type, request.payload_limit_bytes)
    if not body.content:
        return b"{}"
    try:
        orjson.loads(body.content)
    except orjson.JSONDecodeError as error:
        detail = f"Could not parse request body into json: Could not parse payload into json: {error}"
        raise invalid_content(detail) from error
    return body.content


def _parse_reference(reference: str, query_qualifier: str | None) -> tuple[str, str | None]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise invalid_parameter(f"functionName: expected a name, partial ARN or ARN of a function, got {reference!r}")
    qualifier = match["qualifier"]
    if qualifier and query_qualifier and qualifier != query_qualifier:
        raise invalid_parameter(
            f"The derived qualifier from the function name, {qualifier!r}, does not match the specified qualifier, "
            f"{query_qualifier!r}."
        )
    return match["name"], qualifier or query_qualifier


def _parse_client_context(header: str | None) -> str | None:
    """Return the context as JSON in ASCII on one line, fit for a header of the Runtime API."""
    if header is None:
        return None
    if len(header) > MAX_CLIENT_CONTEXT_BYTES:
        text = f"Client context must be at most {MAX_CLIENT_CONTEXT_BYTES} bytes in base64, got {len(header)}"
        raise invalid_content(text)
    try:
        return json.dumps(orjson.loads(base64.b64decode(header, validate=True)))
    except (binascii.Error, orjson.JSONDecodeError) as error:
        raise invalid_content(f"Client context must be a valid Base64-encoded JSON object: {error}") from error


def _new_trace_id() -> str:
    root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"Root={root};Parent={secrets.token_hex(8)};Sampled=0"


def _not_in_set(name: str, value: str, accepted: tuple[str, ...]) -> Exception:
    return invalid_parameter(f"{name}: expected one of {', '.join(accepted)}, got {value!r}")
