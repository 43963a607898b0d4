"""Running a graph in a test: its engine over fake backends, and one verb to ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ..application.engine import Engine, Viewer
from ..backends.wire import Wire
from ..declare.graph import Graph
from ..http.request import GraphQLRequest
from ..observe.calls import CallRecord
from ..vocabulary.identity import ANONYMOUS, Identity
from ..vocabulary.settings import Settings
from .fake_backend import FakeBackend


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer taken apart: what a test asserts on.

    `errors` are those of the answer, `{"message", "path", "extensions": {"code"}}`; `calls` has one record a call, in
    the order they ended.
    """

    data: Any
    errors: list[dict[str, Any]]
    calls: tuple[CallRecord, ...]

    @property
    def codes(self) -> list[str]:
        """The code of each error."""
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def details(self) -> list[str]:
        """What the operator is told of each error; the client's text where there is no more."""
        return [error["extensions"].get("detail", error["message"]) for error in self.errors]


class Ask:
    """Asks one engine: `await ask("{me {name}}", identity="u1")`."""

    def __init__(self, engine: Engine) -> None:
        """Ask *engine*."""
        self.engine = engine

    async def __call__(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        *,
        identity: Identity | Mapping[str, object] | str | None = None,
        headers: Mapping[str, str] | None = None,
        operation_name: str | None = None,
        time_s: float = 5,
    ) -> Reply:
        """The reply to *query*.

        *identity* is a user id, the viewer's claims, or an Identity. *headers* are the request's, names in lower case.
        *time_s* are the seconds until its deadline.

        Raises:
            ClientError: the document holds no operation to choose, or a subscription.
            RuleError: LIMIT_EXCEEDED, the document or its plan is larger than a limit allows.
        """
        request = GraphQLRequest(query, operation_name, dict(variables or {}))
        viewer = Viewer("test", time_s, _identity(identity), dict(headers or {}))
        answer = await self.engine.execute(request, viewer)
        return Reply(answer.result.get("data"), answer.result.get("errors", []), answer.calls)

    async def data(self, query: str, variables: Mapping[str, object] | None = None, **options: Any) -> Any:
        """The data of a reply that must have no errors; *options* are those of asking.

        Raises:
            AssertionError: it has errors, which the text shows.
        """
        reply = await self(query, variables, **options)
        if reply.errors:
            raise AssertionError(f"expected an answer without errors, got {reply.errors}")
        return reply.data


@asynccontextmanager
async def running(
    graph: Graph, *, settings: Settings | None = None, app: Any = None, **backends: Wire
) -> AsyncIterator[Ask]:
    """An engine over *graph*, with a wire for each backend by its name, closed at the end.

        async with running(graph, users=FakeBackend({"GET /users": rows})) as ask:
            reply = await ask("{me {name}}", identity="u1")

    The settings are by default those of development, so that an error tells in its `extensions.detail` what happened.
    A backend with neither a wire nor an address refuses every call: a test names those that it is about.

    Raises:
        SettingsError: *backends* or the settings name a backend that the graph has not, or an address is wrong.
    """
    settings = settings or Settings(mode="development")
    silent = {name: FakeBackend({}) for name in graph.backends if name not in settings.backends}
    engine = Engine(graph, settings, app=app, wires={**silent, **backends})
    try:
        yield Ask(engine)
    finally:
        await engine.close()


def _identity(given: Identity | Mapping[str, object] | str | None) -> Identity:
    if given is None:
        return ANONYMOUS
    if isinstance(given, Identity):
        return given
    return Identity.from_claims({"sub": given} if isinstance(given, str) else given)
