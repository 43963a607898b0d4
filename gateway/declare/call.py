"""A call: the description of one request to one backend, which the engine sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeAlias, TypeVar, overload

import msgspec
from msgspec.structs import replace

from ..vocabulary.errors import GatewayError

K = TypeVar("K")
T = TypeVar("T")
U = TypeVar("U")

#: The keys a loader is asked for: each once, in no particular order, never empty.
Keys: TypeAlias = Sequence[K]

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Call(msgspec.Struct, Generic[T], frozen=True):
    """One HTTP-shaped request and the type of its answer.

    `path` may hold `{name}` placeholders, filled from `parameters`; the other parameters make the query. A sequence
    repeats its name (`id=1&id=2`), None leaves the name out. `json` is the body. `transform` is applied to the decoded
    answer. `also` maps further statuses that are answers, not failures, to the type of their body and to what is
    applied to it; `errors` maps failures that mean an error of their own to the type of their body and to what makes
    the error of it.
    """

    method: Method
    path: str
    into: Any
    parameters: Mapping[str, object] = {}
    json: object | None = None
    headers: Mapping[str, str] = {}
    also: Mapping[int, tuple[Any, Callable[[Any], Any] | None]] = {}
    errors: Mapping[int, tuple[Any, Callable[[Any], GatewayError]]] = {}
    transform: Callable[[Any], Any] | None = None

    def then(self, transform: Callable[[T], U]) -> Call[U]:
        """The same call, its answer, whichever of its statuses so far brings it, passed through a pure function."""
        also = {status: (into, _in_turn(first, transform)) for status, (into, first) in self.also.items()}
        both = _in_turn(self.transform, transform)
        return replace(self, transform=both, also=also)  # type: ignore[arg-type]  # T becomes U with the transform

    @overload
    def on_status(self, status: int, *, into: type[U]) -> Call[T | U]: ...

    @overload
    def on_status(self, status: int, *, into: type[U], raises: Callable[[U], GatewayError]) -> Call[T]: ...

    def on_status(
        self, status: int, *, into: type[U], raises: Callable[[U], GatewayError] | None = None
    ) -> Call[T | U] | Call[T]:
        """The same call, for which *status* has a body of its own type: an answer, or what *raises* makes an error of.

        `patch(...).on_status(422, into=Problems)` gives `Call[UserRecord | Problems]`. With
        `get(...).on_status(400, into=Problem, raises=lambda problem: ClientError(problem.message))` a client reads what
        it did wrong, which the backend alone can tell; a body of another type is the failure that it would else be.
        """
        also = {other: known for other, known in self.also.items() if other != status}
        errors = {other: known for other, known in self.errors.items() if other != status}
        if raises is not None:
            return replace(self, also=also, errors={**errors, status: (into, raises)})
        return replace(self, also={**also, status: (into, None)}, errors=errors)

    def with_headers(self, headers: Mapping[str, str]) -> Call[T]:
        """The same call with more request headers."""
        return replace(self, headers={**self.headers, **headers})

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The parameter names that the path takes, in order."""
        return tuple(_PLACEHOLDER.findall(self.path))


def _in_turn(first: Callable[[Any], Any] | None, second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return second if first is None else lambda answer: second(first(answer))


def get(path: str, *, into: type[T], **parameters: object) -> Call[T]:
    """A GET of *path*, its answer decoded into *into*: `get("/users", id=ids, into=list[UserRecord])`.

    *parameters* fill the path's `{name}` placeholders; the others make the query, as `Call` says.
    """
    return Call("GET", path, into, parameters)


def post(path: str, *, into: type[T], json: object | None = None, **parameters: object) -> Call[T]:
    """A POST to *path* with a JSON body; *parameters* are those of `get`."""
    return Call("POST", path, into, parameters, json)


def put(path: str, *, into: type[T], json: object | None = None, **parameters: object) -> Call[T]:
    """A PUT of a JSON body to *path*; *parameters* are those of `get`."""
    return Call("PUT", path, into, parameters, json)


def patch(path: str, *, into: type[T], json: object | None = None, **parameters: object) -> Call[T]:
    """A PATCH of *path* with a JSON body: `patch("/users/{id}", id=change.id, json=change, into=UserRecord)`."""
    return Call("PATCH", path, into, parameters, json)


def delete(path: str, *, into: type[T], **parameters: object) -> Call[T]:
    """A DELETE of *path*; *parameters* are those of `get`."""
    return Call("DELETE", path, into, parameters)
