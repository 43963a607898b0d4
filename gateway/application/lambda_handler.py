"""The application as a callable for Lambda's Python runtime: an event in, the response in the event's own form out.

It answers API Gateway REST and HTTP API events, Application Load Balancer and function URL events. Clients stay warm
between invocations; nothing runs once an answer is given.
"""

from __future__ import annotations

from typing import Any

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from ..http.answer import failure
from ..http.negotiation import MediaType
from ..observe.logs import configure_logs
from ..observe.logs import log as _log
from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.dangers import danger_on_lambda
from ..vocabulary.errors import ClientError, SettingsError
from ..vocabulary.settings_sources import load_settings
from .app import GatewayApp
from .engine import Engine
from .importing import import_graph

#: A sandbox that was frozen longer than this has lost its connections: peers close idle ones after 5 s and more.
IDLE_LIMIT_S = 4.0


_TEXT_TYPES = [*DEFAULT_TEXT_MIME_TYPES, "application/graphql-response+json"]


class LambdaHandler:
    """A callable for Lambda's Python runtime over one engine."""

    def __init__(self, engine: Engine, *, clock: Clock | None = None) -> None:
        """Answer events from *engine*."""
        self._engine = engine
        self._clock = clock or SystemClock()
        # `auto` would run start-up and shut-down on every invocation.
        self._asgi = Mangum(GatewayApp(engine), lifespan="off", text_mime_types=_TEXT_TYPES)
        self._ended_s: float | None = None

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The response to one proxy event, in the form of the event's own kind."""
        if self._ended_s is not None and self._clock.wall_s() - self._ended_s > IDLE_LIMIT_S:
            self._engine.drop_idle()
        try:
            response: dict[str, Any] = self._asgi(event, context)
        except (RuntimeError, ValueError, LookupError, TypeError, AttributeError) as unreadable:
            # The app answers whatever happens inside of it: what is raised here is Mangum's, about the event.
            return _unreadable(unreadable)
        else:
            return response
        finally:
            self._ended_s = self._clock.wall_s()


def _unreadable(error: Exception) -> dict[str, Any]:
    """The answer to an event that is no HTTP request: a warm-up ping, or a body that is not what it says."""
    _log.warning("unreadable event", detail=repr(error))
    problem = ClientError("expected an event of API Gateway, a load balancer or a function URL", code="BAD_REQUEST")
    answer = failure(problem, MediaType.JSON)
    return {"statusCode": answer.status, "headers": dict(answer.headers), "body": answer.body.decode()}


def create_handler() -> LambdaHandler:
    """The handler that this process's settings describe.

    Raises:
        SettingsError: a setting is wrong, or shows too much to whoever reaches the function.
    """
    settings = load_settings()
    danger = danger_on_lambda(settings)
    if danger is not None:
        raise SettingsError(danger)
    configure_logs(readable=False)
    return LambdaHandler(Engine(import_graph(settings.graph), settings))
