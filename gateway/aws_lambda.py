"""`gateway.aws_lambda.handler`: the same application as an AWS Lambda function."""

from __future__ import annotations

from typing import Any

from .application.garbage import nothing_collected, spare_what_lives

# A function's process is the gateway's own.
with nothing_collected():
    from .application.lambda_handler import create_handler


def __getattr__(name: str) -> Any:
    """Build `handler` when the runtime first asks for it, which is within Lambda's init phase."""
    if name != "handler":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    handler = globals()["handler"] = create_handler()
    spare_what_lives()
    return handler
