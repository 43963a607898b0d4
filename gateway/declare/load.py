"""`load`: a Strawberry field whose value a loader gives. The binding stays readable in the field's metadata."""

from __future__ import annotations

import inspect
from asyncio import iscoroutinefunction
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ParamSpec, TypeVar, overload

import msgspec
import strawberry
from graphql import GraphQLNonNull, get_named_type
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.types import Info

from ..vocabulary.context import Context
from ..vocabulary.errors import ClientError, DeclarationError, DecodeError, MissingError, RuleError
from ..vocabulary.nearest import did_you_mean
from .loader import Loader
from .sources import Argument, ByKind, KeySource, TypeOfId, ViewerClaim, key_part, read_global_id, read_key_sources

K = TypeVar("K")
V = TypeVar("V")
P = ParamSpec("P")

BINDING = "gateway.load"

#: How Strawberry knows the parameter that takes the parent's value.
PARENT: Any = strawberry.Parent[Any]  # type: ignore[misc]  # a TypeAliasType, which mypy does not see through


@dataclass(frozen=True, slots=True)
class LoadBinding:
    """What a `load(...)` field does: ask *target* for the key that *sources* make, with arguments.

    `fixed` are arguments that the graph sets; the loader's other parameters are arguments of the GraphQL field.
    """

    target: Loader[Any, Any, Any] | ByKind[Any]
    sources: tuple[KeySource, ...]
    key_is_tuple: bool
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loaders(self) -> tuple[Loader[Any, Any, Any], ...]:
        """Every loader that the field may ask."""
        return tuple(self.target.loaders.values()) if isinstance(self.target, ByKind) else (self.target,)

    @property
    def parameters(self) -> tuple[inspect.Parameter, ...]:
        """The loader's parameters that clients set."""
        if isinstance(self.target, ByKind):
            return ()
        return tuple(parameter for parameter in self.target.parameters if parameter.name not in self.fixed)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The key sources that are arguments."""
        return tuple(source for source in self.sources if isinstance(source, Argument))


@overload
def load(
    target: Loader[None, V, P],
    *,
    fixed: Mapping[str, object] = ...,
    name: str | None = ...,
    description: str | None = ...,
    argument_descriptions: Mapping[str, str] = ...,
    deprecation_reason: str | None = ...,
    permission_classes: Sequence[type[BasePermission]] = ...,
    extensions: Sequence[FieldExtension] = ...,
) -> Any: ...
@overload
def load(
    target: Loader[K, V, P] | ByKind[K],
    *,
    key: K | None,
    fixed: Mapping[str, object] = ...,
    name: str | None = ...,
    description: str | None = ...,
    argument_descriptions: Mapping[str, str] = ...,
    deprecation_reason: str | None = ...,
    permission_classes: Sequence[type[BasePermission]] = ...,
    extensions: Sequence[FieldExtension] = ...,
) -> Any: ...
def load(
    target: Any,
    *,
    key: Any = None,
    fixed: Mapping[str, object] | None = None,
    name: str | None = None,
    description: str | None = None,
    argument_descriptions: Mapping[str, str] | None = None,
    deprecation_reason: str | None = None,
    permission_classes: Sequence[type[BasePermission]] = (),
    extensions: Sequence[FieldExtension] = (),
) -> Any:
    """A field whose value *target* gives for *key*.

    `instructor: User = load(user_by_id, key=CourseRecord.instructor_id)`. The loader's parameters become GraphQL
    arguments, those in *fixed* excepted. A key that is None loads nothing. The result is typed `Any` so that the class
    can annotate the field with its GraphQL type.

    Raises:
        DeclarationError: *key* is no key source.
    """
    binding = LoadBinding(target, read_key_sources(key), isinstance(key, tuple), dict(fixed or {}))
    _check_argument_names(binding, argument_descriptions or {})
    return strawberry.field(
        resolver=_resolver(binding, argument_descriptions or {}, awaits=_must_await(permission_classes, extensions)),
        name=name,
        description=description,
        deprecation_reason=deprecation_reason,
        permission_classes=list(permission_classes),
        extensions=list(extensions),
        metadata={BINDING: binding},
    )


def _check_argument_names(binding: LoadBinding, descriptions: Mapping[str, str]) -> None:
    of_loader = {parameter.name for parameter in binding.parameters}
    of_key = {source.name for source in binding.arguments}
    label = " or ".join(loader.label for loader in binding.loaders)
    for name in of_loader & of_key:
        raise DeclarationError(f"load of {label}: arg({name!r}) has the name of a loader's parameter: choose another")
    for name in set(descriptions) - of_loader - of_key:
        hint = did_you_mean(name, of_loader | of_key)
        raise DeclarationError(f"load of {label}: argument_descriptions names {name!r}, which is no argument{hint}")


def binding_of(strawberry_field: Any) -> LoadBinding | None:
    """The binding of a field that `load` made, else None."""
    binding: LoadBinding | None = strawberry_field.metadata.get(BINDING)
    return binding


def _must_await(permissions: Sequence[type[BasePermission]], extensions: Sequence[FieldExtension]) -> bool:
    """Whether the resolver must be async: an extension that awaits takes a sync one's future for its value."""
    return any(iscoroutinefunction(permission.has_permission) for permission in permissions) or not all(
        extension.supports_sync for extension in extensions
    )


def _resolver(binding: LoadBinding, descriptions: Mapping[str, str], *, awaits: bool) -> Any:
    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        return _load(binding, root, info, arguments)

    async def resolve_async(root: Any, info: Any, **arguments: Any) -> Any:
        value = _load(binding, root, info, arguments)
        return await value if inspect.isawaitable(value) else value

    resolver: Any = resolve_async if awaits else resolve
    signature = _resolver_signature(binding, descriptions)
    resolver.__signature__ = signature  # what inspect.signature reads first
    resolver.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    resolver.__name__ = "load"
    return resolver


def _resolver_signature(binding: LoadBinding, descriptions: Mapping[str, str]) -> inspect.Signature:
    positional, keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("root", positional, annotation=PARENT),
        inspect.Parameter("info", positional, annotation=Info),
    ]
    for source in binding.arguments:
        # The id is read here, not by Strawberry, whose error for a malformed one would not name the argument.
        annotation = strawberry.ID if source.is_global_id else source.type
        description = source.description or descriptions.get(source.name)
        parameters.append(inspect.Parameter(source.name, keyword, annotation=_described(annotation, description)))
    for parameter in binding.parameters:
        annotation = _described(parameter.annotation, descriptions.get(parameter.name))
        parameters.append(parameter.replace(annotation=annotation))
    return inspect.Signature(parameters)


def _described(annotation: Any, description: str | None) -> Any:
    return Annotated[annotation, strawberry.argument(description=description)] if description else annotation


def _load(binding: LoadBinding, parent: Any, info: Info[Any, Any], arguments: dict[str, Any]) -> Any:
    context: Context[Any] = info.context
    id_types = _id_types(binding, info)
    parts = tuple(key_part(source, parent, arguments, context.identity, id_types) for source in binding.sources)
    required = isinstance(info._raw_info.return_type, GraphQLNonNull)  # noqa: SLF001 - the only way to the type
    if None in parts:
        return _without_key(binding, info, parts, required=required)
    loader = _choose(binding, parent, arguments, id_types)
    key = parts if binding.key_is_tuple else parts[0] if parts else None
    rest = {parameter.name: _checked(parameter, arguments) for parameter in binding.parameters}
    value = context.loads.load(loader, key, {**rest, **binding.fixed})
    return _required(value, loader, key) if required and loader.cardinality == "one" else value


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


async def _required(value: Awaitable[Any], loader: Loader[Any, Any, Any], key: Any) -> Any:
    row = await value
    if row is None:
        raise MissingError(
            f"{loader.name}: no {loader.record.__name__} for key {key!r}, which a non-null field needs",
            backend=loader.backend.name,
        )
    return row
