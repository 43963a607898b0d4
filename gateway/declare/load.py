"""`load`: a Strawberry field whose value a loader gives."""

from __future__ import annotations

import inspect
from asyncio import iscoroutinefunction
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ParamSpec, TypedDict, TypeVar, Unpack, overload

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission

from ..vocabulary.errors import DeclarationError
from ..vocabulary.nearest import did_you_mean
from .binding import BINDING, LoadBinding
from .loader import Loader, refuse_no_loader
from .resolver_signature import give_signature
from .resolving import resolve_load
from .sources import ByKind, read_key_sources

K = TypeVar("K")
V = TypeVar("V")
P = ParamSpec("P")


class LoadOptions(TypedDict, total=False):
    """What every form of `load` takes besides the loader and its key."""

    fixed: Mapping[str, object]
    name: str | None
    description: str | None
    argument_descriptions: Mapping[str, str]
    deprecation_reason: str | None
    permission_classes: Sequence[type[BasePermission]]
    extensions: Sequence[FieldExtension]


@overload
def load(target: Loader[None, V, P], **options: Unpack[LoadOptions]) -> Any: ...
@overload
def load(target: Loader[K, V, P] | ByKind[K], *, key: K | None, **options: Unpack[LoadOptions]) -> Any: ...
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
        DeclarationError: *target* is no loader, or *key* no key source.
    """
    if not isinstance(target, ByKind):
        refuse_no_loader("load", target)
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


def _must_await(permissions: Sequence[type[BasePermission]], extensions: Sequence[FieldExtension]) -> bool:
    """Whether the resolver must be async: an extension that awaits takes a sync one's future for its value."""
    return any(iscoroutinefunction(permission.has_permission) for permission in permissions) or not all(
        extension.supports_sync for extension in extensions
    )


def _resolver(binding: LoadBinding, descriptions: Mapping[str, str], *, awaits: bool) -> Any:
    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        return resolve_load(binding, root, info, arguments)

    async def resolve_async(root: Any, info: Any, **arguments: Any) -> Any:
        value = resolve_load(binding, root, info, arguments)
        return await value if inspect.isawaitable(value) else value

    resolver = resolve_async if awaits else resolve
    where = "load of " + " or ".join(loader.label for loader in binding.loaders)
    give_signature(resolver, _graphql_arguments(binding, descriptions), where)
    resolver.__name__ = "load"
    return resolver


def _graphql_arguments(binding: LoadBinding, descriptions: Mapping[str, str]) -> Iterator[inspect.Parameter]:
    for source in binding.arguments:
        # The id is read by us, not by Strawberry, whose error for a malformed one would not name the argument.
        annotation = strawberry.ID if source.is_global_id else source.type
        described = _described(annotation, source.description or descriptions.get(source.name))
        yield inspect.Parameter(source.name, inspect.Parameter.KEYWORD_ONLY, annotation=described)
    for parameter in binding.parameters:
        yield parameter.replace(annotation=_described(parameter.annotation, descriptions.get(parameter.name)))


def _described(annotation: Any, description: str | None) -> Any:
    return Annotated[annotation, strawberry.argument(description=description)] if description else annotation
