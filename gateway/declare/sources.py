"""Where a load's key comes from: a field of the parent record, an argument, the viewer, or several of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, ParamSpec, TypeAlias, TypeVar, cast, overload

import msgspec
from strawberry import relay

from ..vocabulary.errors import ClientError, DeclarationError
from ..vocabulary.identity import Identity
from .loader import Loader, refuse_no_loader
from .signatures import is_record_field

K = TypeVar("K")
V = TypeVar("V")
P = ParamSpec("P")


class RecordField(msgspec.Struct, frozen=True):
    """The key is a field of the parent's record."""

    record: type[Any]
    name: str

    def __str__(self) -> str:
        return f"{self.record.__name__}.{self.name}"


class Argument(msgspec.Struct, frozen=True):
    """The key is an argument of the field.

    A Relay global id (`is_global_id`) reaches the loader as the raw id inside, converted to `type`; `of` names the
    GraphQL types it may be an id of.
    """

    name: str
    type: Any
    is_global_id: bool = False
    of: tuple[str, ...] = ()
    description: str | None = None

    def __str__(self) -> str:
        return f"arg({self.name!r})"


class ViewerClaim(msgspec.Struct, frozen=True):
    """The key is a claim of the viewer's identity; None for a viewer without it."""

    claim: str

    def __str__(self) -> str:
        return f"viewer({self.claim!r})"


class TypeOfId(msgspec.Struct, frozen=True):
    """A kind source: the type name inside the global id that is the key."""

    argument: str

    def __str__(self) -> str:
        return f"type_of_id({self.argument!r})"


KeySource: TypeAlias = RecordField | Argument | ViewerClaim


class ByKind(msgspec.Struct, Generic[K], frozen=True):
    """A choice among loaders: `kind` says by which of `loaders` a key is loaded."""

    kind: RecordField | TypeOfId
    loaders: Mapping[str, Loader[Any, Any, Any]]

    def loader_for(self, kind: object) -> Loader[Any, Any, Any] | None:
        """The loader for a kind, or None when there is none; an enum member is looked up by its value."""
        return self.loaders.get(str(getattr(kind, "value", kind)))


@overload
def arg(name: str, type: type[relay.GlobalID], *, of: str | None = None, description: str | None = None) -> str: ...
@overload
def arg(name: str, type: type[K], *, description: str | None = None) -> K: ...
def arg(name: str, type: Any, *, of: str | None = None, description: str | None = None) -> Any:  # noqa: A002
    """The key is the argument *name* of the field.

    With `relay.GlobalID` clients send a global id and the loader sees the raw id inside; an id of another type is
    refused. *of* names the type it must be an id of, by default the field's own.
    """
    if not isinstance(name, str):
        raise DeclarationError(
            f'arg: expected a name and a type, such as arg("id", relay.GlobalID); got {name!r} first'
        )
    is_global_id = type is relay.GlobalID
    return Argument(name, str if is_global_id else type, is_global_id, (of,) if of else (), description)


def viewer(claim: str) -> str:
    """The key is a claim of the viewer: `viewer("sub")`."""
    return cast("str", ViewerClaim(claim))


def type_of_id(argument: str) -> str:
    """The kind is the type name inside the global id given as *argument*: what `node(id:)` chooses by."""
    return cast("str", TypeOfId(argument))


def by_kind(kind: str, loaders: Mapping[str, Loader[K, Any, Any]]) -> ByKind[K]:
    """References to several types: *kind* names the field that says which of *loaders* gets the key.

    `load(by_kind(HitRecord.kind, {"course": course_by_id, "lecture": lecture_by_id}), key=HitRecord.id)`

    Raises:
        DeclarationError: *kind* is no source of a kind, or one of *loaders* no loader.
    """
    source: Any = kind
    if not isinstance(source, TypeOfId):
        if not is_record_field(source):
            raise DeclarationError(f"by_kind: expected a record field or type_of_id(...) as kind, got {source!r}")
        source = RecordField(source.__objclass__, source.__name__)
    for name, loader in loaders.items():
        refuse_no_loader(f"by_kind: {name!r}", loader)
    return ByKind(source, dict(loaders))


def read_key_sources(key: Any) -> tuple[KeySource, ...]:
    """The sources that a `key=` names, in the key's order; empty for none.

    Raises:
        DeclarationError: a part is no record field, `arg()` or `viewer()`.
    """
    if key is None:
        return ()
    return tuple(_key_source(part) for part in (key if isinstance(key, tuple) else (key,)))


def _key_source(part: Any) -> KeySource:
    if isinstance(part, Argument | ViewerClaim):
        return part
    if is_record_field(part):
        return RecordField(part.__objclass__, part.__name__)
    raise DeclarationError(
        f"load: key= expects a record field such as CourseRecord.instructor_id, arg(...), viewer(...)"
        f" or a tuple of them; got {part!r}"
    )


def key_part(
    source: KeySource, parent: Any, arguments: Mapping[str, Any], identity: Identity, id_types: tuple[str, ...]
) -> Any:
    """The value of one key source; None when the record's field, the argument or the claim is absent.

    *id_types* are the type names that a global id may carry unless the source names its own.

    Raises:
        ClientError: a global id is malformed or of another type.
    """
    if isinstance(source, RecordField):
        return getattr(parent, source.name)
    if isinstance(source, ViewerClaim):
        return identity.claim(source.claim)
    value = arguments.get(source.name)
    if value is None or not source.is_global_id:
        return value
    return read_global_id(source.name, str(value), source.of or id_types).node_id


def read_global_id(name: str, value: str, types: tuple[str, ...]) -> relay.GlobalID:
    """The global id in *value*, of one of *types*.

    Raises:
        ClientError: it is malformed or of another type; the text names the argument, what was expected and what came.
    """
    expected = " or ".join(types)
    try:
        global_id = relay.GlobalID.from_id(value)
    except relay.GlobalIDValueError as malformed:
        raise ClientError(f"argument {name}: expected a global id of {expected}, got {value[:80]!r}") from malformed
    if not global_id.node_id:
        raise ClientError(f"argument {name}: expected a global id of {expected}, got one without an id inside")
    if global_id.type_name not in types:
        raise ClientError(f"argument {name}: expected an id of {expected}, got an id of {global_id.type_name[:80]}")
    return global_id
