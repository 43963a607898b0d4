"""`@batched`: one resolver call for all parents at one response position."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, get_args, get_origin

import msgspec
import strawberry
from strawberry.types import Info as StrawberryInfo

from ..vocabulary.context import Context
from ..vocabulary.errors import DeclarationError
from .resolver_signature import give_signature
from .signatures import evaluated_signature

BINDING = "gateway.batched"


class Batched(msgspec.Struct, frozen=True, eq=False):
    """A resolver that takes all parents at once and gives values, or errors, aligned to them."""

    name: str
    module: str
    #: Declared to give a list; what it gives is looked at.
    resolve: Callable[..., Awaitable[Any]]
    parent_type: Any
    parameters: tuple[inspect.Parameter, ...]
    context_name: str | None
    value_type: Any = Any

    @property
    def label(self) -> str:
        """How logs and errors call it."""
        return f"{self.module}.{self.name}"


def batched(resolve: Callable[..., Awaitable[list[Any]]]) -> Any:
    """A field that *resolve* answers for all parents at one response position in one call.

    `async def progress(courses: list[CourseRecord], context: Context) -> list[float | Exception]` takes the parents,
    optionally a parameter annotated `Context`, and keyword-only parameters that become GraphQL arguments. It gives one
    value a parent, in their order; an exception in a value's place fails that parent's field alone.

    Raises:
        DeclarationError: it is not async, takes no list of parents, or returns no list.
    """
    where = f"{resolve.__module__}.{resolve.__qualname__}"
    if not inspect.iscoroutinefunction(resolve):
        raise DeclarationError(f"{where}: @batched expects an async function")
    signature = evaluated_signature(where, resolve)
    parameters = list(signature.parameters.values())
    if not parameters or get_origin(parameters[0].annotation) is not list:
        raise DeclarationError(f"{where}: expected the parents as first parameter, `parents: list[Record]`")
    if get_origin(signature.return_annotation) is not list:
        raise DeclarationError(
            f"{where}: expected `-> list[...]`, one value a parent; got {signature.return_annotation}"
        )
    (parent_type,) = get_args(parameters[0].annotation)
    (value_type,) = get_args(signature.return_annotation)
    others = parameters[1:]
    for parameter in others:
        _check_parameter(where, parameter)
    context_names = [parameter.name for parameter in others if _is_context(parameter.annotation)]
    arguments = tuple(parameter for parameter in others if not _is_context(parameter.annotation))
    declaration = Batched(
        name=resolve.__name__,
        module=resolve.__module__,
        resolve=resolve,
        parent_type=parent_type,
        parameters=arguments,
        context_name=context_names[0] if context_names else None,
        value_type=value_type,
    )
    description = inspect.getdoc(resolve)
    return strawberry.field(resolver=_resolver(declaration), description=description, metadata={BINDING: declaration})


def _check_parameter(where: str, parameter: inspect.Parameter) -> None:
    if parameter.annotation is parameter.empty:
        raise DeclarationError(f"{where}: expected a type for {parameter.name!r}, got none; the request is a `Context`")
    if (get_origin(parameter.annotation) or parameter.annotation) is StrawberryInfo:
        raise DeclarationError(
            f"{where}: expected {parameter.name!r} to be a `Context`, got `Info`: many parents have no one place"
        )


def _is_context(annotation: Any) -> bool:
    return annotation is Context or get_origin(annotation) is Context


def _resolver(declaration: Batched) -> Any:
    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        path = tuple(str(part) for part in info._raw_info.path.as_list() if isinstance(part, str))  # noqa: SLF001
        return info.context.loads.batch(declaration, path, root, arguments, info.context)

    give_signature(resolve, declaration.parameters, declaration.label)
    return resolve
