"""What a resolver may know of its request: frozen, and the same whatever carried the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol

import msgspec
from typing_extensions import TypeVar

from .deadline import Deadline
from .identity import Identity

#: Any unless said, so that `Context` alone is a whole type.
App = TypeVar("App", default=Any)


class LoadingDoor(Protocol):
    """Where every load of a request goes through. Typed access is `loader.load(context, key)`."""

    def load(self, loader: Any, key: Any, arguments: Mapping[str, Any], *, required: bool = False, hop: int = 1) -> Any:
        """An awaitable of the loader's value for *key*; where it is *required*, an absent row is an error.

        *hop* is the place of the load in a chain of dependent ones, from 1.
        """
        ...

    def load_many(self, loader: Any, keys: Sequence[Any], arguments: Mapping[str, Any]) -> Any:
        """An awaitable of a list aligned to *keys*: a value, or the error that stands in its place."""
        ...

    def write(self, write: Any, arguments: Mapping[str, Any]) -> Any:
        """An awaitable of what the write's backend answered."""
        ...

    def batch(
        self,
        batched: Any,
        position: tuple[str, ...],
        parent: Any,
        arguments: Mapping[str, Any],
        context: Context[Any],
    ) -> Any:
        """An awaitable of the value that a batched resolver gives for *parent*."""
        ...


class Receipt(Protocol):
    """What a request's calls were; filled by the engine as they end."""

    @property
    def records(self) -> Sequence[Any]:
        """One record a call, and a joined or remembered one, in the order they ended."""
        ...

    @property
    def calls(self) -> int:
        """How many calls the request made itself."""
        ...

    @property
    def hops(self) -> int:
        """How long the longest chain of dependent calls was."""
        ...

    @property
    def backend_s(self) -> float:
        """Seconds during which at least one call was under way."""
        ...


class Context(msgspec.Struct, Generic[App], frozen=True):
    """One request, as resolvers see it through `info.context`.

    `deadline.remaining_s()` are the seconds that are left for the answer, `receipt` the calls made so far. `headers`
    holds the allow-listed request headers, names in lower case. `app` is the application's own object, given to the
    engine once and shared by all requests. `loads` is what `loader.load(context, key)` goes through.
    """

    identity: Identity
    deadline: Deadline
    request_id: str
    receipt: Receipt
    headers: Mapping[str, str]
    loads: LoadingDoor
    app: App
