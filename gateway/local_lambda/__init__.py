"""A local AWS Lambda: the Invoke API on one port, in front of real `awslambdaric` worker processes.

Responsible for what a caller of Lambda and a handler on it can observe: answers, errors, throttling, timeouts, logs. It
does not sign or check signatures, does not build packages, and imports nothing else of gateway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .function import Function

if TYPE_CHECKING:
    from .server import LocalLambda

__all__ = ["Function", "LocalLambda"]


def __getattr__(name: str) -> Any:
    """Import `LocalLambda` when it is asked for: its server needs an extra, and 0.2 s that `gateway serve` saves."""
    if name != "LocalLambda":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .server import LocalLambda  # noqa: PLC0415 - as said
    except ModuleNotFoundError as error:
        if error.name != "aiohttp":
            raise
        raise ModuleNotFoundError(
            "aiohttp is not installed; the local Lambda is served by it: pip install 'onehop-gateway[dev]'",
            name="aiohttp",
        ) from None
    return LocalLambda
