"""A `load(...)` field when it runs: its key from the sources, its arguments checked, its loader chosen.

The planner's executor asks these questions once a column of parents; the field's own resolver, where a field extension
or graphql-core calls it, once a parent.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import GraphQLNonNull, GraphQLOutputType, get_named_type
from strawberry.types import Info

from ..vocabulary.context import Context
from ..vocabulary.errors import ClientError, DecodeError, MissingError, RuleError
from ..vocabulary.identity import Identity
from .binding import LoadBinding
from .loader import Loader
from .sources import ByKind, TypeOfId, ViewerClaim, key_part, read_global_id


class Place(msgspec.Struct, frozen=True):
    """What a `load(...)` field knows of where it stands: its name, whether it may be null, what ids it takes."""

    field_name: str
    required: bool
    id_types: tuple[str, ...]


def place_of(binding: LoadBinding, field_name: str, type_: GraphQLOutputType) -> Place:
    """The place of a field of that name and GraphQL type."""
    if isinstance(binding.target, ByKind) and isinstance(binding.target.kind, TypeOfId):
        id_types = tuple(binding.target.loaders)
    else:
        id_types = (get_named_type(type_).name,)
    return Place(field_name, isinstance(type_, GraphQLNonNull), id_types)


def resolve_load(binding: LoadBinding, parent: Any, info: Info[Any, Any], arguments: Mapping[str, Any]) -> Any:
    """The value of a `load(...)` field: an awaitable, or None where there is no key.

    Raises:
        GatewayError: as `choose` and `loader_arguments` say.
    """
    context: Context[Any] = info.context
    place = place_of(binding, info.field_name, info._raw_info.return_type)  # noqa: SLF001 - the only way to the type
    chosen = choose(binding, place, parent, arguments, context.identity)
    if chosen is None:
        return None
    loader, key = chosen
    return context.loads.load(loader, key, loader_arguments(binding, arguments), required=place.required)


def choose(
    binding: LoadBinding, place: Place, parent: Any, arguments: Mapping[str, Any], identity: Identity
) -> tuple[Loader[Any, Any, Any], Any] | None:
    """The loader to ask for *parent*, and its key; None where there is no key and the field may be null.

    Raises:
        ClientError: a global id is malformed or of another type.
        RuleError: UNAUTHENTICATED, where a non-null field needs a claim that the viewer lacks.
        MissingError: a non-null field's key is null.
        DecodeError: a record names a kind that no loader is for.
    """
    parts = tuple(key_part(source, parent, arguments, identity, place.id_types) for source in binding.sources)
    if None in parts:
        _check_may_lack(binding, place, parts)
        return None
    key = parts if binding.key_is_tuple else parts[0] if parts else None
    return _loader_for(binding, place, parent, arguments), key


def loader_arguments(binding: LoadBinding, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the loader is called with besides the keys: *arguments* within their limits, and those that are fixed.

    Raises:
        ClientError: an argument is outside of its limits.
    """
    given = {parameter.name: _checked(parameter, arguments) for parameter in binding.parameters}
    return {**given, **binding.fixed}


def _checked(parameter: inspect.Parameter, arguments: Mapping[str, Any]) -> Any:
    """The argument's value, within the limits that `Annotated[int, msgspec.Meta(ge=1, le=100)]` declares.

    Raises:
        ClientError: it is outside of them.
    """
    # A nullable argument without a default may be left out.
    default = None if parameter.default is inspect.Parameter.empty else parameter.default
    value = arguments.get(parameter.name, default)
    limits = getattr(parameter.annotation, "__metadata__", ())
    if any(isinstance(limit, msgspec.Meta) for limit in limits):
        try:
            msgspec.convert(value, parameter.annotation)
        except msgspec.ValidationError as outside:
            raise ClientError(f"argument {parameter.name}: {outside}, got {value!r}") from outside
    return value


def _loader_for(binding: LoadBinding, place: Place, parent: Any, arguments: Mapping[str, Any]) -> Loader[Any, Any, Any]:
    target = binding.target
    if not isinstance(target, ByKind):
        return target
    if isinstance(target.kind, TypeOfId):
        text = str(arguments[target.kind.argument])
        kind: Any = read_global_id(target.kind.argument, text, place.id_types).type_name
    else:
        kind = getattr(parent, target.kind.name)
    loader = target.loader_for(kind)
    if loader is None:
        raise DecodeError(f"{target.kind}: expected one of {', '.join(target.loaders)}, got {kind!r}")
    return loader


def _check_may_lack(binding: LoadBinding, place: Place, parts: tuple[Any, ...]) -> None:
    if not place.required:
        return
    source = binding.sources[parts.index(None)]
    if isinstance(source, ViewerClaim):
        raise RuleError(f"{place.field_name} needs a signed-in viewer", code="UNAUTHENTICATED")
    raise MissingError(f"{place.field_name}: {source} is null, so there is nothing to load for a non-null field")
