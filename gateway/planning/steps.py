"""How a field's value is got: the step that its declaration asks for."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLField, GraphQLObjectType
from strawberry import relay
from strawberry.permission import PermissionExtension
from strawberry.types.field import StrawberryField

from ..declare.batched import BINDING as BATCHED
from ..declare.binding import LoadBinding, binding_of
from ..declare.objects import record_of
from ..declare.runtime_types import runtime_types
from ..declare.strawberry_types import definition_of, strawberry_field_of
from ..operations.plan import BatchedCall, GlobalId, Load, LoaderUse, Projection, Resolver, Step, TypeName


def _function(method: Any) -> Any:
    """The plain function behind a class method."""
    return getattr(method, "__func__", method)


# The resolver of every Relay node's `id`, unless a class has its own.
_STOCK_ID = _function(relay.Node.__strawberry_definition__.fields[0].base_resolver.wrapped_func)  # type: ignore[attr-defined]


def step_of(parent: GraphQLObjectType, name: str, definition: GraphQLField) -> Step:
    """The step that gives the value of *parent*'s field *name*."""
    field = strawberry_field_of(definition)
    if name == "__typename":
        return TypeName()
    if field is None:
        return Resolver(name, awaits=True)
    binding = binding_of(field)
    if binding is not None and _is_loaded_by_us(field):
        return _load(binding, field, definition)
    if BATCHED in field.metadata and not field.extensions:
        return BatchedCall(field.metadata[BATCHED].label)
    if _is_attribute(field):
        return Projection(field.python_name)
    return _global_id(parent, field) or Resolver(
        _resolver_name(field), awaits=_may_call(field), takes_info=_takes_info(field)
    )


def _is_attribute(field: StrawberryField) -> bool:
    """Whether the field is its attribute and nothing else, which no class of the field's own makes anew."""
    return field.is_basic_field and type(field).get_result is StrawberryField.get_result


def _is_loaded_by_us(field: StrawberryField) -> bool:
    """Whether nothing but synchronous permission checks stands between the field and its loader.

    Any other extension may change arguments or result, so that the field's own resolver has to run.
    """
    return all(type(extension) is PermissionExtension and extension.supports_sync for extension in field.extensions)


def _load(binding: LoadBinding, field: StrawberryField, definition: GraphQLField) -> Load:
    loaders = tuple(
        LoaderUse(
            loader.backend.name,
            loader.name,
            loader.max_batch,
            loader.keyed,
            loader.opaque,
            kind,
            runtime_types(definition, loader),
        )
        for kind, loader in binding.by_kind
    )
    checks = [
        check for guard in field.extensions if isinstance(guard, PermissionExtension) for check in guard.permissions
    ]
    guards = tuple(type(check).__name__ for check in checks)
    return Load(loaders, tuple(map(str, binding.sources)), guards)


def _global_id(parent: GraphQLObjectType, field: StrawberryField) -> GlobalId | None:
    """The step of a stock Relay id over a record; None where a class says for itself how ids are made."""
    definition = definition_of(parent)
    origin: Any = definition.origin if definition is not None else None
    if origin is None or not issubclass(origin, relay.Node) or record_of(origin) is None or field.extensions:
        return None
    is_id = field.base_resolver is not None and _function(field.base_resolver.wrapped_func) is _STOCK_ID
    stock = all(
        _function(getattr(origin, name)) is _function(getattr(relay.Node, name))
        for name in ("resolve_id", "resolve_typename")
    )
    return GlobalId(origin.resolve_id_attr()) if is_id and stock else None


def _may_call(field: StrawberryField) -> bool:
    """Whether the resolver can reach a loader: it awaits, or it is handed the context and may return an awaitable."""
    resolver = field.base_resolver
    return field.is_async or (resolver is not None and resolver.info_parameter is not None)


def _takes_info(field: StrawberryField) -> bool:
    """Whether something of the field is handed the info: its resolver, an extension, a class of its own."""
    resolver = field.base_resolver
    if resolver is None or field.extensions or type(field).get_result is not StrawberryField.get_result:
        return True
    return resolver.info_parameter is not None


def _resolver_name(field: StrawberryField) -> str:
    binding = binding_of(field)
    if binding is not None:
        return f"load of {' or '.join(loader.label for loader in binding.loaders)}"
    resolver = field.base_resolver
    return f"{resolver.wrapped_func.__module__}.{resolver.name}" if resolver else field.python_name
