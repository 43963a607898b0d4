"""Loaders and writes: what a decorated function of `dataloaders/` becomes. Plain data and a typed way to use it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, ParamSpec, TypeVar, cast

import msgspec

from ..vocabulary.context import Context, LoadingDoor
from ..vocabulary.errors import DeclarationError

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)
T = TypeVar("T")
P = ParamSpec("P")

Cardinality = Literal["one", "many", "page"]


class Service(msgspec.Struct, frozen=True):
    """A service by name, and what of the viewer it is told: claims by `identity`, request headers by `forward`."""

    name: str
    identity: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()


class Loader(msgspec.Struct, Generic[K, V_co, P], frozen=True, eq=False):
    """A declared way to get a value V for each of many keys K; P are its further arguments.

    `by` names the record's fields that hold the key, in the key's order; empty for a loader without keys, which is
    asked with the key None. `opaque` loaders await by themselves: nothing is known of what they call.
    """

    name: str
    backend: Service
    cardinality: Cardinality
    by: tuple[str, ...]
    key_type: Any
    record: type[Any]
    build: Callable[..., Any]
    parameters: tuple[inspect.Parameter, ...]
    max_batch: int
    opaque: bool

    async def load(self, context: Context[Any], key: K, *args: P.args, **arguments: P.kwargs) -> V_co:
        """The value for *key*: one call for all keys asked for in the same turn of the event loop.

        Raises:
            GatewayError: the call, or this key's row, failed.
        """
        if args:
            raise self._too_many(args)
        value: V_co = await _loads_of(context, self.label).load(self, key, arguments)
        return value

    async def load_many(
        self, context: Context[Any], keys: Sequence[K], *args: P.args, **arguments: P.kwargs
    ) -> list[V_co | Exception]:
        """Values aligned to *keys*; where a key failed, its error stands in the value's place."""
        if args:
            raise self._too_many(args)
        values: list[V_co | Exception] = await _loads_of(context, self.label).load_many(self, keys, arguments)
        return values

    @property
    def keyed(self) -> bool:
        """Whether it is asked with keys."""
        return bool(self.by)

    @property
    def key_is_tuple(self) -> bool:
        """Whether a key is made of several fields."""
        return len(self.by) > 1

    @property
    def label(self) -> str:
        """How logs and receipts call it: `users.user_by_id`."""
        return f"{self.backend.name}.{self.name}"

    def _too_many(self, args: tuple[object, ...]) -> TypeError:
        return TypeError(f"{self.label}: arguments after the key are keyword-only, got {args!r}")

    def __repr__(self) -> str:
        return f"<Loader {self.label} {self.cardinality} by {'+'.join(self.by) or 'nothing'}>"


class Write(msgspec.Struct, Generic[P, T], frozen=True, eq=False):
    """A declared change: its call is sent once, never batched, shared or kept."""

    name: str
    backend: Service
    build: Callable[..., Any]
    invalidates: tuple[Loader[Any, Any, Any], ...]

    async def send(self, context: Context[Any], *args: P.args, **arguments: P.kwargs) -> T:
        """What the backend answered, after which loads of this request see the change.

        Raises:
            GatewayError: the call failed.
        """
        loads = _loads_of(context, self.label)
        try:
            bound = inspect.signature(self.build).bind(*args, **arguments)
        except TypeError as unfit:
            raise TypeError(f"{self.label}: {unfit}") from None
        return cast("T", await loads.write(self, bound.arguments))

    @property
    def label(self) -> str:
        """How logs and receipts call it: `users.update_profile`."""
        return f"{self.backend.name}.{self.name}"

    def __repr__(self) -> str:
        return f"<Write {self.label}>"


def _loads_of(context: Context[Any], where: str) -> LoadingDoor:
    """Where *context* loads through.

    Raises:
        TypeError: it is none, such as the `info` that has it.
    """
    try:
        return context.loads
    except AttributeError:
        raise TypeError(f"{where}: expected `info.context` first, got {type(context).__name__}") from None


def refuse_no_loader(where: str, candidate: object) -> None:
    """Do nothing for a loader; say of anything else what it is, and what to do about it.

    Raises:
        DeclarationError: *candidate* is no loader.
    """
    if isinstance(candidate, Loader):
        return
    came, advice = f"{candidate!r}", "declare one with @backend.one, @backend.many or @backend.page"
    if isinstance(candidate, Service):
        came, advice = f"the backend {candidate.name!r}", "name one of its loaders"
    elif isinstance(candidate, Write):
        came, advice = f"the write {candidate.label}", "a mutation's resolver sends it: `await write.send(...)`"
    elif inspect.isroutine(candidate):
        came = f"the function {candidate.__module__}.{candidate.__qualname__}"
        advice = "decorate it with @backend.one, @backend.many or @backend.page"
    raise DeclarationError(f"{where}: expected a loader, got {came}; {advice}")
