"""A `load(...)` field when it runs: its key from the sources, its arguments checked, its loader asked."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import GraphQLNonNull, get_named_type
from strawberry.types import Info

from ..vocabulary.context import Context
from ..vocabulary.errors import ClientError, DecodeError, MissingError, RuleError
from .binding import LoadBinding
from .loader import Loader
from .sources import ByKind, TypeOfId, ViewerClaim, key_part, read_global_id


def resolve_load(binding: LoadBinding, parent: Any, info: Info[Any, Any], arguments: Mapping[str, Any]) -> Any:
    """The value of a `load(...)` field: an awaitable, or None where there is no key.

    Raises:
        ClientError: an argument is malformed or outside its limits.
        RuleError: UNAUTHENTICATED, where a non-null field needs a claim that the viewer lacks.
        MissingError: a non-null field's key is null.
        DecodeError: a record names a kind that no loader is for.
    """
    context: Context[Any] = info.context
    id_types = _id_types(binding, info) if binding.arguments else ()
    parts = tuple(key_part(source, parent, arguments, context.identity, id_types) for source in binding.sources)
    required = isinstance(info._raw_info.return_type, GraphQLNonNull)  # noqa: SLF001 - the only way to the type
    if None in parts:
        return _without_key(binding, info, parts, required=required)
    loader = _choose(binding, parent, arguments, id_types)
    key = parts if binding.key_is_tuple else parts[0] if parts else None
    rest = {parameter.name: _checked(parameter, arguments) for parameter in binding.parameters}
    return context.loads.load(loader, key, {**rest, **binding.fixed}, required=required)


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


def _id_types(binding: LoadBinding, info: Info[Any, Any]) -> tuple[str, ...]:
    """The types that a global id given as an argument may be of, when its source names none."""
    if isinstance(binding.target, ByKind) and isinstance(binding.target.kind, TypeOfId):
        return tuple(binding.target.loaders)
    return (get_named_type(info._raw_info.return_type).name,)  # noqa: SLF001 - the only way to the type


def _choose(
    binding: LoadBinding, parent: Any, arguments: Mapping[str, Any], id_types: tuple[str, ...]
) -> Loader[Any, Any, Any]:
    target = binding.target
    if not isinstance(target, ByKind):
        return target
    if isinstance(target.kind, TypeOfId):
        kind: Any = read_global_id(target.kind.argument, str(arguments[target.kind.argument]), id_types).type_name
    else:
        kind = getattr(parent, target.kind.name)
    loader = target.loader_for(kind)
    if loader is None:
        raise DecodeError(f"{target.kind}: expected one of {', '.join(target.loaders)}, got {kind!r}")
    return loader


def _without_key(binding: LoadBinding, info: Info[Any, Any], parts: tuple[Any, ...], *, required: bool) -> Any:
    if not required:
        return None
    source = binding.sources[parts.index(None)]
    if isinstance(source, ViewerClaim):
        raise RuleError(f"{info.field_name} needs a signed-in viewer", code="UNAUTHENTICATED")
    raise MissingError(f"{info.field_name}: {source} is null, so there is nothing to load for a non-null field")
