"""The errors of the Invoke API itself: the function did not run. One that ran and failed makes a reply, not an error.

Each function below makes one of them, with the status, the type and the members that the API reference gives it.

Source: AWS API reference, Invoke, "Errors", https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from __future__ import annotations

from typing import Literal

_RETRY_AFTER_S = 1

ThrottleReason = Literal[
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "ReservedFunctionInvocationRateLimitExceeded",
]


class InvokeError(Exception):
    """An answer of the Invoke API that is not 2xx."""

    def __init__(
        self, status: int, error_type: str, body: dict[str, str], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{error_type}: {body}")
        #: The HTTP status.
        self.status = status
        #: The value of `X-Amzn-Errortype`.
        self.error_type = error_type
        #: The JSON body, its members spelled as AWS spells them for this type.
        self.body = body
        #: Headers beside the type.
        self.headers = headers or {}


def function_not_found(arn: str) -> InvokeError:
    """404: no function of that name is run here."""
    return InvokeError(404, "ResourceNotFoundException", {"Type": "User", "Message": f"Function not found: {arn}"})


def unknown_operation(method: str, path: str) -> InvokeError:
    """404: only Invoke is served."""
    message = f"expected POST /2015-03-31/functions/NAME/invocations, got {method} {path}"
    return InvokeError(404, "UnknownOperationException", {"Type": "User", "message": message})


def payload_too_large(size_bytes: int, invocation_type: str, limit_bytes: int) -> InvokeError:
    """413: the event is above the limit of its invocation type."""
    message = (
        f"{size_bytes} byte payload is too large for the {invocation_type} invocation type (limit {limit_bytes} bytes)"
    )
    return InvokeError(413, "RequestTooLargeException", {"Type": "User", "message": message})


def invalid_content(detail: str) -> InvokeError:
    """400: the event or the client context is not JSON."""
    return InvokeError(400, "InvalidRequestContentException", {"Type": "User", "message": detail})


def invalid_parameter(message: str) -> InvokeError:
    """400: a parameter has a value outside its set."""
    return InvokeError(400, "InvalidParameterValueException", {"Type": "User", "message": message})


def throttled(reason: ThrottleReason) -> InvokeError:
    """429: no worker is free, or no place in the queue of events."""
    body = {"Reason": reason, "Type": "User", "message": "Rate Exceeded."}
    return InvokeError(429, "TooManyRequestsException", body, {"Retry-After": str(_RETRY_AFTER_S)})


def stopping() -> InvokeError:
    """500: the local Lambda is being stopped."""
    return InvokeError(500, "ServiceException", {"Type": "Service", "Message": "The local Lambda is stopping."})
