"""A local AWS Lambda: the Invoke API on one port, in front of real `awslambdaric` worker processes.

Responsible for what a caller of Lambda and a handler on it can observe: answers, errors, throttling, timeouts, logs. It
does not sign or check signatures, does not build packages, and imports nothing else of gateway.
"""

from __future__ import annotations

from .function import Function
from .server import LocalLambda

__all__ = ["Function", "LocalLambda"]
