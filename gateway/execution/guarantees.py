"""What the class of a decoded record promises of its attributes.

msgspec checks each value against its annotation as it decodes, so nobody needs to look at its type again. That holds
for no record that the application made itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getattr_static
from types import MemberDescriptorType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo


def promised_types(record: type[Any] | None) -> Mapping[str, frozenset[Any]]:
    """The types that each attribute's value can have in a decoded *record*, by its name; empty where none is promised.

    None is where the record could be changed after it was decoded, by whoever has it or by its own `__post_init__`.
    """
    if record is None or not issubclass(record, msgspec.Struct) or hasattr(record, "__post_init__"):
        return {}
    if not record.__struct_config__.frozen or record.__getattribute__ is not msgspec.Struct.__getattribute__:
        return {}
    fields = msgspec.structs.fields(record)
    return {field.name: _possible_types(field) for field in fields if _is_read_as_it_is(record, field.name)}


def _is_read_as_it_is(record: type[Any], name: str) -> bool:
    """Whether the attribute is the decoded value, and no property or class attribute that has its name."""
    return isinstance(getattr_static(record, name), MemberDescriptorType)


def _possible_types(field: FieldInfo) -> frozenset[Any]:
    """The types of its values, the default's included, which msgspec does not check."""
    named = get_args(field.type) if get_origin(field.type) in {Union, UnionType} else (field.type,)
    try:
        types = set(named)
    except TypeError:
        # Annotated with what has no hash.
        return frozenset({Any})
    if field.default is not NODEFAULT:
        types.add(type(field.default))
    if field.default_factory is not NODEFAULT:
        # Whatever it makes.
        types.add(Any)
    return frozenset(types)
