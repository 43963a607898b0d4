"""Start-up checks of subscriptions: each field of their root is a source of events."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from .binding import binding_of


def check_sources(definition: StrawberryObjectDefinition) -> Iterator[str]:
    """Fields of the subscriptions' root that could give no events; an extension of a field may make any of it."""
    for field in definition.fields:
        came = None if field.extensions else _wrong_source(field)
        if came is not None:
            where = f"{definition.name}.{field.python_name}"
            yield f"{where}: expected @strawberry.subscription over `async def` with `yield`, got {came}"


def _wrong_source(field: StrawberryField) -> str | None:
    """What stands in a source's place, or None for a source."""
    if binding_of(field) is not None:
        return "a load, which gives one value"
    if field.base_resolver is None:
        return "a field without a resolver"
    if not field.is_subscription:
        return "@strawberry.field"
    return _wrong_function(field.base_resolver.wrapped_func)


def _wrong_function(function: object) -> str | None:
    if inspect.isasyncgenfunction(function):
        return None
    if inspect.isgeneratorfunction(function):
        return "`def` with `yield`"
    # One that returns a source made elsewhere says so by its type, which may be text.
    returned = getattr(function, "__annotations__", {}).get("return")
    return None if "Async" in str(returned) else "a function that returns one value"
