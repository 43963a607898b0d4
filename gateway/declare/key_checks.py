"""Start-up checks of keys: where a load's key comes from, against the record, the loader and what may be null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, get_args

import msgspec
from strawberry.types.base import StrawberryObjectDefinition

from ..vocabulary.nearest import did_you_mean
from .binding import LoadBinding, binding_of
from .loader import Loader
from .shapes import Shape, accepts, members_of, type_name
from .signatures import record_field_type
from .sources import Argument, ByKind, KeySource, RecordField, TypeOfId


def check_keys(where: str, shape: Shape, record: type[msgspec.Struct] | None, binding: LoadBinding) -> Iterator[str]:
    """What is wrong with the keys of one `load(...)` field of a type over *record*."""
    for loader in binding.loaders:
        yield from _check_key(where, record, binding, loader)
        yield from _check_fixed(where, binding, loader)
    yield from _check_may_miss(where, shape, record, binding)
    yield from _check_kind(where, record, binding)


def check_id_types(definitions: Iterable[StrawberryObjectDefinition]) -> Iterator[str]:
    """Type names that global ids are declared to carry, which no type of the graph has."""
    known = {definition.name for definition in definitions}
    for definition in definitions:
        for field in definition.fields:
            binding = binding_of(field)
            for name in _id_type_names(binding) if binding else ():
                if name not in known:
                    yield f"{definition.name}.{field.python_name}: no type is named {name!r}{did_you_mean(name, known)}"


def _id_type_names(binding: LoadBinding) -> Iterator[str]:
    for source in binding.arguments:
        yield from source.of
    if isinstance(binding.target, ByKind) and isinstance(binding.target.kind, TypeOfId):
        yield from binding.target.loaders


def _check_key(
    where: str, record: type[msgspec.Struct] | None, binding: LoadBinding, loader: Loader[Any, Any, Any]
) -> Iterator[str]:
    sources = binding.sources
    if not loader.keyed:
        if sources:
            yield f"{where}: {loader.label} takes no key, got key={_names(sources)}"
        return
    if not sources:
        yield f"{where}: {loader.label} expects a key, by {', '.join(loader.by)}; key= is missing"
        return
    if len(sources) != len(loader.by) or binding.key_is_tuple != loader.key_is_tuple:
        yield (
            f"{where}: {loader.label} expects a key of {len(loader.by)} part(s), by {', '.join(loader.by)};"
            f" got key={_names(sources)}"
        )
        return
    expected = get_args(loader.key_type) if loader.key_is_tuple else (loader.key_type,)
    for source, key_type in zip(sources, expected, strict=True):
        yield from _check_source(where, record, source, key_type, loader)


def _check_source(
    where: str, record: type[msgspec.Struct] | None, source: KeySource, expected: Any, loader: Loader[Any, Any, Any]
) -> Iterator[str]:
    if isinstance(source, RecordField):
        if record is None:
            yield f"{where}: key={source} needs a type bound to {source.record.__name__} by @object_of; this one is not"
            return
        if not issubclass(record, source.record):
            yield f"{where}: key={source} is no field of {record.__name__}, the type's record"
            return
        given = record_field_type(record, source.name)
    elif isinstance(source, Argument):
        given = source.type
        if source.is_global_id and loader.cardinality != "one" and not source.of:
            yield f"{where}: say what {source} is an id of: arg({source.name!r}, relay.GlobalID, of='Type')"
    else:
        # Claims are JSON values; those that name somebody or something are texts.
        given = str
    if not accepts(expected, given):
        yield f"{where}: {loader.label} expects a key of type {type_name(expected)}, {source} is {type_name(given)}"


def _check_fixed(where: str, binding: LoadBinding, loader: Loader[Any, Any, Any]) -> Iterator[str]:
    known = [parameter.name for parameter in loader.parameters]
    for parameter in loader.parameters if isinstance(binding.target, ByKind) else ():
        if parameter.default is parameter.empty and parameter.name not in binding.fixed:
            yield f"{where}: {loader.label} needs {parameter.name!r}, which by_kind takes from fixed= alone"
    for name in binding.fixed:
        if name not in known:
            yield f"{where}: fixed={{{name!r}: ...}} is no parameter of {loader.label}{did_you_mean(name, known)}"


def _check_may_miss(
    where: str, shape: Shape, record: type[msgspec.Struct] | None, binding: LoadBinding
) -> Iterator[str]:
    """A row that a client names may not exist; a reference in a record must."""
    one = all(loader.cardinality == "one" and loader.keyed for loader in binding.loaders)
    if shape.nullable:
        return
    if one and binding.arguments:
        yield f"{where}: a client may ask for a key that has no row, so the field must be nullable: `| None`"
        return
    for source in binding.sources:
        if _may_be_none(source, record):
            yield f"{where}: key={source} may be None, so the field must be nullable: `| None`"


def _may_be_none(source: KeySource, record: type[msgspec.Struct] | None) -> bool:
    if isinstance(source, RecordField):
        # The type's own record may narrow, or widen, what it inherits.
        own = record if record is not None and issubclass(record, source.record) else source.record
        return NoneType in members_of(record_field_type(own, source.name))
    return isinstance(source, Argument) and NoneType in members_of(source.type)


def _check_kind(where: str, record: type[msgspec.Struct] | None, binding: LoadBinding) -> Iterator[str]:
    if not isinstance(binding.target, ByKind):
        return
    kind = binding.target.kind
    if isinstance(kind, TypeOfId):
        names = [source.name for source in binding.arguments if source.is_global_id]
        if kind.argument not in names:
            hint = did_you_mean(kind.argument, names)
            yield f"{where}: {kind} expects a key arg({kind.argument!r}, relay.GlobalID){hint}"
    elif record is None or not issubclass(record, kind.record):
        yield f"{where}: kind={kind} is no field of {record.__name__ if record else 'a type without a record'}"


def _names(sources: tuple[KeySource, ...]) -> str:
    return "(" + ", ".join(map(str, sources)) + ")" if len(sources) != 1 else str(sources[0])
