"""Equality as backends see it: arguments, or claims, are the same when no backend could tell them apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
import numbers
from collections.abc import Mapping
from typing import Any

import msgspec


class ConstantArguments(dict[str, Any]):
    """Arguments that every request gives: their stand-in is made once."""

    __slots__ = ("frozen",)

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        self.frozen: Any = frozen_arguments(arguments)


def frozen_arguments(arguments: Mapping[str, Any]) -> Any:
    """A loader's *arguments* as a part of the name that its answers are known by."""
    if type(arguments) is ConstantArguments:
        return arguments.frozen
    return freeze(arguments) if arguments else ()


def freeze(value: Any) -> Any:
    """A hashable stand-in that is equal for equal arguments: lists, dicts, records and input objects included."""
    frozen: Any = value
    if value is None or type(value) is str:
        return frozen
    if type(value) is int:
        # As below; most that is no text is a whole number or an object, and abstract classes are slow to ask.
        return (int, value)
    if type(value) is dict:
        return _frozen_members(value)
    if isinstance(value, numbers.Number | dt.datetime | dt.time):
        # True, 1 and 1.0 are equal in Python and three arguments to a backend; so are moments of two time zones, and
        # decimal numbers with more or fewer digits.
        frozen = (type(value), value if isinstance(value, int) else str(value))
    elif isinstance(value, Mapping):
        frozen = _frozen_members(value)
    elif isinstance(value, list | tuple):
        frozen = (list, *map(freeze, value))
    elif isinstance(value, set | frozenset):
        frozen = (set, frozenset(map(freeze, value)))
    elif isinstance(value, msgspec.Struct):
        frozen = (type(value), *(freeze(getattr(value, name)) for name in value.__struct_fields__))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        frozen = (type(value), *(freeze(getattr(value, item.name)) for item in dataclasses.fields(value)))
    else:
        frozen = (type(value), value)
    return frozen


def _frozen_members(value: Mapping[Any, Any]) -> tuple[type, frozenset[Any]]:
    return (dict, frozenset([(name, freeze(item)) for name, item in value.items()]))
