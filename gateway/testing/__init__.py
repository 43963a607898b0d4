"""The public test kit: fake backends, doors into the gateway, a local Lambda, clocks, log lines, conformance checks.

`async with running(graph, users=FakeBackend({...})) as ask:` is where a test of a graph begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..vocabulary.late_names import late_names

if TYPE_CHECKING:
    from ..admission.hops_signature import sign_hops
    from ..backends.wire import WireRequest, WireResponse
    from ..local_lambda import Function, LocalLambda
    from ..vocabulary.settings import Settings
    from .clock import ManualClock
    from .doors import Door, HttpDoor, LambdaDoor, Received, as_lambda, in_process, over_socket
    from .fake_backend import FakeBackend, respond
    from .lambda_events import lambda_event
    from .log_lines import captured_logs
    from .processes import ServiceProcess, service, start_service
    from .run import Ask, Reply, running

__all__ = [
    "Ask",
    "Door",
    "FakeBackend",
    "Function",
    "HttpDoor",
    "LambdaDoor",
    "LocalLambda",
    "ManualClock",
    "Received",
    "Reply",
    "ServiceProcess",
    "Settings",
    "WireRequest",
    "WireResponse",
    "as_lambda",
    "captured_logs",
    "in_process",
    "lambda_event",
    "over_socket",
    "respond",
    "running",
    "service",
    "sign_hops",
    "start_service",
]

# Imported when asked for: doors need httpx, the local Lambda awslambdaric, and most tests neither.
if not TYPE_CHECKING:  # which would take every name for one of these
    __getattr__, __dir__ = late_names(
        __name__,
        {
            "..admission.hops_signature": ("sign_hops",),
            "..backends.wire": ("WireRequest", "WireResponse"),
            "..local_lambda": ("Function", "LocalLambda"),
            "..vocabulary.settings": ("Settings",),
            ".clock": ("ManualClock",),
            ".doors": ("Door", "HttpDoor", "LambdaDoor", "Received", "as_lambda", "in_process", "over_socket"),
            ".fake_backend": ("FakeBackend", "respond"),
            ".lambda_events": ("lambda_event",),
            ".log_lines": ("captured_logs",),
            ".processes": ("ServiceProcess", "service", "start_service"),
            ".run": ("Ask", "Reply", "running"),
        },
    )
