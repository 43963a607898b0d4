"""Start-up checks of subscriptions: each field of their root is a source of events."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_origin, get_type_hints

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


def _wrong_function(function: Any) -> str | None:
    if inspect.isasyncgenfunction(function):
        return None
    if inspect.isgeneratorfunction(function):
        return "`def` with `yield`"
    # One that returns a source made elsewhere says so by its type, where that can be known.
    try:
        returned = get_type_hints(function).get("return", Any)
    except Exception:  # noqa: BLE001 - names that exist for type checkers alone
        return None
    made = get_origin(returned) or returned
    is_one_value = isinstance(made, type) and made is not UnionType and not hasattr(made, "__aiter__")
    return "a function that returns one value" if is_one_value else None
