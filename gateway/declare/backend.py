"""A backend: a named service, and the decorators that declare what can be asked of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, Never, ParamSpec, TypeAlias, TypeVar, get_args, overload

from ..vocabulary.errors import DeclarationError
from .call import Call, Keys
from .loader import Cardinality, Loader, Service, Write, refuse_no_loader
from .page import Page
from .shapes import type_name
from .signatures import EXPECTED_DEF, KeyFields, read_key_fields, read_signature

K = TypeVar("K")
R = TypeVar("R")
T = TypeVar("T")
A = TypeVar("A")
P = ParamSpec("P")

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")

#: What a loader function gives: the description of a call, or, awaiting by itself, the answer.
Answer: TypeAlias = Call[A] | Awaitable[A]
_Rows: TypeAlias = Callable[Concatenate[Keys[K], P], Answer[list[R]]]
_Pages: TypeAlias = Callable[Concatenate[Keys[K], P], Answer[dict[K, Page[R]]]]


class Backend(Service, frozen=True):
    """A named service. Its address is a setting, `backends.<name>`.

    `identity` names the claims of the viewer that the service is told (`sub`, `tenant`, ...); `forward` names request
    headers passed on to it. Nothing else of the viewer is ever sent, and both are part of every shared key.
    """

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise DeclarationError(
                f"Backend({self.name!r}): expected lower-case letters and digits, words joined by one underscore,"
                " since the environment sets its address: GATEWAY_BACKENDS__USERS"
            )
        _check_names(self.name, "identity", self.identity, 'claims, such as ("sub",)')
        _check_names(self.name, "forward", self.forward, 'request headers, such as ("accept-language",)')

    @overload
    def one(self, *, by: K, max_batch: int = 100) -> Callable[[_Rows[K, P, R]], Loader[K, R | None, P]]: ...
    @overload
    def one(self) -> Callable[[Callable[P, Answer[R]]], Loader[None, R, P]]: ...
    def one(self, *bare: object, by: Any = None, max_batch: int = 100) -> Any:
        """Declare a loader of one row a key; the engine aligns the rows to the keys, whatever their order.

        `@users.one(by=UserRecord.id)` decorates `def user_by_id(ids: Keys[str]) -> Call[list[UserRecord]]`. *by* is the
        record's field that holds the key, or a tuple of several; a key without a row gives None. Without *by* the
        function takes no keys and gives `Call[UserRecord]`. *max_batch* is the most keys that one call takes.

        Raises:
            DeclarationError: the function's signature is not such a one, or *by* is no field of the record it gives.
        """
        return self._loader("one", by, max_batch, bare)

    @overload
    def many(self, *, by: K, max_batch: int = 100) -> Callable[[_Rows[K, P, R]], Loader[K, list[R], P]]: ...
    @overload
    def many(self) -> Callable[[Callable[P, Answer[list[R]]]], Loader[None, list[R], P]]: ...
    def many(self, *bare: object, by: Any = None, max_batch: int = 100) -> Any:
        """Declare a loader of many rows a key; rows of a key keep the backend's order, a key without rows gives [].

        The function gives `Call[list[Record]]`, with keys or without. Parameters and errors are those of `one`.
        """
        return self._loader("many", by, max_batch, bare)

    @overload
    def page(self, *, by: K, max_batch: int = 100) -> Callable[[_Pages[K, P, R]], Loader[K, Page[R], P]]: ...
    @overload
    def page(self) -> Callable[[Callable[P, Answer[Page[R]]]], Loader[None, Page[R], P]]: ...
    def page(self, *bare: object, by: Any = None, max_batch: int = 100) -> Any:
        """Declare a loader of one page a key, for connections that the backend pages.

        The function takes `first: int` and `after: str | None` besides what it filters by, and gives
        `Call[dict[Key, Page[Record]]]`, a page for each key; without keys `Call[Page[Record]]`. Parameters and errors
        are those of `one`.
        """
        return self._loader("page", by, max_batch, bare)

    def write(
        self, *bare: Never, invalidates: Sequence[Loader[Any, Any, Any]] = ()
    ) -> Callable[[Callable[P, Call[T]]], Write[P, T]]:
        """Declare a change, which a mutation's resolver sends: `await update_profile.send(info.context, change)`.

        *invalidates* names loaders of other backends whose rows it may alter; those of its own are known to be.

        Raises:
            DeclarationError: the function is async, or one of *invalidates* no loader.
        """
        _refuse_bare("write", bare)

        def declare(build: Callable[P, Call[T]]) -> Write[P, T]:
            where = f"{build.__module__}.{build.__qualname__}"
            _check_write(where, build, invalidates)
            return Write(build.__name__, self, build, tuple(invalidates))

        return declare

    def _loader(
        self, cardinality: Cardinality, by: Any, max_batch: int, bare: tuple[object, ...]
    ) -> Callable[[Callable[..., Any]], Any]:
        _refuse_bare(cardinality, bare)

        def declare(build: Callable[..., Any]) -> Loader[Any, Any, Any]:
            where = f"{build.__module__}.{build.__qualname__}"
            if max_batch < 1:
                raise DeclarationError(f"{where}: max_batch expects at least 1, got {max_batch}")
            key = None if by is None else read_key_fields(where, by)
            signature = read_signature(where, build, cardinality, keyed=key is not None)
            _check_owner(where, key, signature.record)
            key_type = None if key is None else key.type_on(signature.record)
            if key_type is not None:
                _check_keys(where, key_type, signature.keys)
            return Loader(
                name=build.__name__,
                backend=self,
                cardinality=cardinality,
                by=key.names if key else (),
                key_type=key_type,
                record=signature.record,
                build=build,
                parameters=signature.parameters,
                max_batch=max_batch,
                opaque=signature.opaque,
            )

        return declare


def _refuse_bare(decorator: str, bare: tuple[object, ...]) -> None:
    """Say what `@users.one` without parentheses lacks: it gives the decorator the function."""
    if bare:
        came = getattr(bare[0], "__qualname__", repr(bare[0]))
        example = "" if decorator == "write" else f"(by=UserRecord.id), or @backend.{decorator}"
        raise DeclarationError(
            f"@backend.{decorator}: expected keywords alone, as in @backend.{decorator}{example}(), got {came}"
        )


def _check_names(backend: str, parameter: str, names: object, expected: str) -> None:
    # A text would be taken letter by letter: nothing is named so, and nothing would be sent.
    if not isinstance(names, tuple) or not all(isinstance(name, str) and name for name in names):
        raise DeclarationError(f"Backend({backend!r}): {parameter}= expects a tuple of {expected}; got {names!r}")


def _check_keys(where: str, key_type: Any, annotation: Any) -> None:
    """Type checkers compare the two as well; not everybody runs one."""
    if annotation == key_type:
        raise DeclarationError(
            f"{where}: expected all keys of a call, `Keys[{type_name(key_type)}]`, got one key's type"
        )
    asked = get_args(annotation)
    if asked and asked[0] is not Any and asked[0] != key_type:
        expected, came = type_name(key_type), type_name(asked[0])
        raise DeclarationError(f"{where}: by= has keys of type {expected}, but the function takes those of {came}")


def _check_write(where: str, build: Callable[..., Any], invalidates: object) -> None:
    if inspect.iscoroutinefunction(build):
        raise DeclarationError(f"{where}: {EXPECTED_DEF}")
    if not isinstance(invalidates, list | tuple):
        raise DeclarationError(f"{where}: invalidates= expects a list of loaders, got {invalidates!r}")
    for loader in invalidates:
        refuse_no_loader(f"{where}: invalidates=", loader)


def _check_owner(where: str, key: KeyFields | None, record: type[Any]) -> None:
    if key is not None and not issubclass(record, key.owner):
        raise DeclarationError(
            f"{where}: by= expects a field of {record.__name__}, the record it returns;"
            f" got {key.owner.__name__}.{key.names[0]}"
        )
