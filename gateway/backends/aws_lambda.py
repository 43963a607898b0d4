"""The `lambda:` wire: each call is one signed Invoke whose payload is an API Gateway event. No SDK on this path.

Source: AWS Lambda API Reference, "Invoke" (RequestResponse).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from uuid import uuid4

import msgspec

from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.errors import BackendError, BackendThrottled, DecodeError, GatewayError
from .address import HttpAddress, LambdaAddress
from .answers import MAX_DETAIL_CHARS, too_large
from .apigateway_event import event_of, response_of
from .credentials import CredentialSource
from .http import IDEMPOTENT_METHODS, HttpWire
from .send_limit import SendLimit
from .sigv4 import Credentials, sign
from .wire import Pairs, WireRequest, WireResponse

#: A synchronous reply is 6 MB at most, and a JSON escape makes six bytes of one.
_MAX_REPLY_BYTES: Final = 6 * 1024 * 1024 + 64 * 1024
_ESCAPED: Final = 6
#: Refusals with a cause that an operator can act upon, by status.
_REFUSALS: Final = {
    401: "the credentials may not invoke {function}",
    403: "the credentials may not invoke {function}",
    404: "no function named {function} in {region}",
    413: "an event of {size} bytes is too large for {function}",
}


def reply_limit_bytes(max_response_bytes: int) -> int:
    """How large a reply may be whose decoded body has *max_response_bytes*."""
    return min(_MAX_REPLY_BYTES, max_response_bytes * _ESCAPED + 64 * 1024)


class _Failure(msgspec.Struct, rename={"kind": "errorType", "message": "errorMessage"}):
    """What a runtime replies when the function did not."""

    kind: str = ""
    message: str = ""


class _Refusal(msgspec.Struct):
    """What the Invoke API itself answers; its members start with either case."""

    reason: str = msgspec.field(default="", name="Reason")
    message: str = msgspec.field(default="", name="message")
    also_message: str = msgspec.field(default="", name="Message")


class LambdaWire:
    """The wire port over Lambda's Invoke API."""

    def __init__(
        self,
        name: str,
        address: LambdaAddress,
        invoke_api: HttpWire,
        *,
        endpoint: HttpAddress,
        region: str,
        credentials: CredentialSource,
        max_response_bytes: int,
        clock: Clock | None = None,
        new_request_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._name = name
        self._address = address
        self._invoke_api = invoke_api
        #: Where the Invoke API is.
        self.endpoint = endpoint
        #: The region that is signed for.
        self.region = region
        self._credentials = credentials
        self._max_response_bytes = max_response_bytes
        self._clock = clock or SystemClock()
        self._new_request_id = new_request_id
        self._path = f"/2015-03-31/functions/{quote(address.function, safe='')}/invocations"
        self._query: Pairs = (("Qualifier", address.qualifier),) if address.qualifier else ()

    def __repr__(self) -> str:
        return f"<LambdaWire {self._name} {self._address} by {self.endpoint}>"

    async def send(self, request: WireRequest, *, timeout_s: float) -> WireResponse:
        """As `Wire.send`. An idempotent call may be invoked again when a kept connection had died."""
        with SendLimit(self._name, timeout_s):
            event = event_of(request, domain=f"{self._name}.onehop", request_id=self._new_request_id(), now=self._now())
            invoke = await self._signed_invoke(msgspec.json.encode(event))
            idempotent = request.method in IDEMPOTENT_METHODS
            answer = await self._invoke_api.send(invoke, timeout_s=timeout_s, idempotent=idempotent)
        if answer.status != 200 or "x-amz-function-error" in answer.headers:  # noqa: PLR2004 - RequestResponse's status
            raise self._failure(answer, len(invoke.body or b""))
        response = response_of(answer.body, backend=self._name)
        if len(response.body) > self._max_response_bytes:
            raise too_large(self._name, self._max_response_bytes, f"{len(response.body)} bytes")
        return response

    async def rehearse(self, *, timeout_s: float) -> None:
        """Ask whether the function is there and may be invoked; nothing is invoked.

        Raises:
            GatewayError: it is not, or may not; as `send` would say.

        Source: Invoke, "InvocationType", DryRun, which 204 answers.
        """
        with SendLimit(self._name, timeout_s):
            invoke = await self._signed_invoke(b"{}", ("x-amz-invocation-type", "DryRun"))
            answer = await self._invoke_api.send(invoke, timeout_s=timeout_s, idempotent=True)
        # AWS says 204; whatever success another Invoke API has will do.
        if answer.status // 100 != 2:  # noqa: PLR2004
            raise self._failure(answer, len(invoke.body or b""))

    def drop_idle(self) -> None:
        """As `Wire.drop_idle`."""
        self._invoke_api.drop_idle()

    async def close(self) -> None:
        """As `Wire.close`."""
        await self._invoke_api.close()

    async def _signed_invoke(self, body: bytes, *more_headers: tuple[str, str]) -> WireRequest:
        headers: Pairs = (("host", self.endpoint.authority), ("content-type", "application/json"), *more_headers)
        headers += sign(
            "POST",
            self.endpoint.base + self._path,
            self._query,
            headers,
            body,
            credentials=await self._current_credentials(),
            region=self.region,
            service="lambda",
            now=self._now(),
        )
        return WireRequest("POST", self._path, self._query, headers, body)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall_s(), UTC)

    async def _current_credentials(self) -> Credentials:
        try:
            return await self._credentials.current()
        except BackendError as error:
            error.backend = self._name
            raise

    def _failure(self, answer: WireResponse, sent_bytes: int) -> GatewayError:
        """The error for an Invoke that brought no reply. Source: Invoke, "Errors"."""
        if answer.status == 200:  # noqa: PLR2004 - the function was called and did not reply
            return self._error("BACKEND_FAILED", _function_error(answer))
        said, function = _refusal(answer), self._address
        if answer.status == 429:  # noqa: PLR2004 - TooManyRequestsException
            return BackendThrottled(f"{function} has no concurrency left: {said}", backend=self._name)
        wording = _REFUSALS.get(answer.status, "the Invoke API answered {status} for {function}")
        detail = wording.format(function=function, region=self.region, size=sent_bytes, status=answer.status)
        match answer.status // 100:
            case 4:
                return self._error("BACKEND_REFUSED", f"{detail}: {said}")
            case 5:
                return self._error("BACKEND_FAILED", f"{detail}: {said}")
            case _:
                return DecodeError(f"{detail}, expected 200: {said}", backend=self._name)

    def _error(self, code: str, detail: str) -> BackendError:
        return BackendError(detail, code=code, backend=self._name)


def _function_error(answer: WireResponse) -> str:
    """`Unhandled: KeyError: 'id'`, from the header and the reply of a function that failed."""
    try:
        failure = msgspec.json.decode(answer.body, type=_Failure)
        said = f"{failure.kind}: {failure.message}"
    except msgspec.DecodeError:
        said = answer.body[:MAX_DETAIL_CHARS].decode(errors="replace")
    return f"{answer.headers['x-amz-function-error']}: {said}"[:MAX_DETAIL_CHARS]


def _refusal(answer: WireResponse) -> str:
    """What the Invoke API says, as `ResourceNotFoundException: …`."""
    kind = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
    try:
        refusal = msgspec.json.decode(answer.body, type=_Refusal)
        said = " ".join(part for part in (refusal.reason, refusal.message or refusal.also_message) if part)
    except msgspec.DecodeError:
        said = answer.body[:MAX_DETAIL_CHARS].decode(errors="replace")
    return ": ".join(part for part in (kind, said) if part)[:MAX_DETAIL_CHARS] or f"status {answer.status}"
