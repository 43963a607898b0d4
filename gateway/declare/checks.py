"""Start-up checks: every binding of a type against the record, loader and GraphQL type that it names.

Each check returns sentences; none raises, so that one run of the graph's author shows everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, get_origin

import msgspec
from strawberry import relay
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from ..vocabulary.nearest import did_you_mean
from .batched import BINDING as BATCHED
from .batched import Batched
from .binding import LoadBinding, binding_of
from .key_checks import check_keys
from .loader import Loader
from .objects import record_of
from .shapes import Shape, connection_node, is_connection, members_of, shape_of, type_name
from .signatures import record_field_type

_BUILT_IN_SCALARS = (str, int, float, bool)


def check_sharing(definitions: Iterable[StrawberryObjectDefinition]) -> Iterator[str]:
    """Fields that stand in several places: Strawberry writes name and type into a field, so that the last place wins.

    `object_of` and `extend` copy what they are given; `strawberry.type` does not.
    """
    first_place: dict[int, str] = {}
    for definition in definitions:
        own_names = vars(definition.origin).get("__annotations__", {})
        # A class that names one field twice keeps it under the last name; the first stays behind as an attribute.
        kept = getattr(definition.origin, "__dataclass_fields__", {})
        for name, field in (*kept.items(), *vars(definition.origin).items()):
            if not isinstance(field, StrawberryField) or name not in own_names:
                continue
            place = f"{definition.name}.{name}"
            if first_place.setdefault(id(field), place) != place:
                yield f"{place}: expected a field of its own, got that of {first_place[id(field)]}: declare it twice"


def check_type(definition: StrawberryObjectDefinition) -> Iterator[str]:
    """What is wrong with the bindings of one object type."""
    record = record_of(definition.origin)
    if record is not None:
        yield from _check_node_id(definition, record)
    for field in definition.fields:
        where = f"{definition.name}.{field.python_name}"
        binding = binding_of(field)
        if binding is not None:
            yield from _check_load(where, field, definition, record, binding)
        elif record is not None and field.base_resolver is None:
            yield from _check_plain(where, field, definition, record)
        elif BATCHED in field.metadata:
            yield from _check_batched(where, record, field.metadata[BATCHED])


def _check_node_id(definition: StrawberryObjectDefinition, record: type[msgspec.Struct]) -> Iterator[str]:
    if not issubclass(definition.origin, relay.Node):
        return
    name = definition.origin.resolve_id_attr()
    if name not in record.__struct_fields__ and hasattr(definition.origin, "__annotations__"):
        yield f"{definition.name}.{name}: {_expected_field(name, record)}"


def _expected_field(name: str, record: type[msgspec.Struct]) -> str:
    names = record.__struct_fields__
    return f"expected a field of that name on {record.__name__}{did_you_mean(name, names)}"


def _check_plain(
    where: str, field: StrawberryField, definition: StrawberryObjectDefinition, record: type[msgspec.Struct]
) -> Iterator[str]:
    if field.python_name not in record.__struct_fields__:
        yield f"{where}: {_expected_field(field.python_name, record)}"
        return
    shape, annotation = shape_of(field, definition), record_field_type(record, field.python_name)
    yield from _check_plain_type(where, shape, annotation)
    if NoneType in members_of(annotation) and not shape.nullable:
        yield f"{where}: {record.__name__}.{field.python_name} may be None, so the field must be nullable"


def _check_plain_type(where: str, shape: Shape, annotation: Any) -> Iterator[str]:
    """Lists for lists, and the same one of GraphQL's own scalars; what other scalars take is theirs to know."""
    members = [member for member in members_of(annotation) if member is not NoneType]
    is_list = all((get_origin(member) or member) in {list, tuple, set, frozenset} for member in members)
    if is_list != shape.is_list and Any not in members:
        expected, came = ("a list", "one value") if is_list else ("one value", "a list")
        yield f"{where}: the record holds {expected}, {type_name(annotation)}; the field's type is {came}"
    elif not is_list and shape.named in _BUILT_IN_SCALARS:
        wrong = [member for member in members if member in _BUILT_IN_SCALARS and not _fits(member, shape.named)]
        if wrong:
            yield f"{where}: the record holds {type_name(annotation)}, the field's type is {type_name(shape.named)}"


def _fits(given: type[Any], wanted: type[Any]) -> bool:
    return given is wanted or (given is int and wanted is float)


def _check_batched(where: str, record: type[Any] | None, declaration: Batched) -> Iterator[str]:
    parent = declaration.parent_type
    if record is not None and isinstance(parent, type) and not issubclass(record, parent):
        yield f"{where}: {declaration.label} takes a list of {parent.__name__}, but the type is over {record.__name__}"


def _check_load(
    where: str,
    field: StrawberryField,
    definition: StrawberryObjectDefinition,
    record: type[msgspec.Struct] | None,
    binding: LoadBinding,
) -> Iterator[str]:
    shape = shape_of(field, definition)
    yield from check_keys(where, shape, record, binding)
    for loader in binding.loaders:
        yield from _check_cardinality(where, shape, loader)
        yield from _check_result(where, shape, loader)


def _check_cardinality(where: str, shape: Shape, loader: Loader[Any, Any, Any]) -> Iterator[str]:
    is_page = is_connection(shape.named)
    actual = "page" if is_page else "many" if shape.is_list else "one"
    if actual != loader.cardinality:
        forms = {"one": "one object", "many": "a list", "page": "a relay.Connection"}
        yield (
            f"{where}: {loader.label} is a `{loader.cardinality}` loader and gives {forms[loader.cardinality]},"
            f" but the field's type is {forms[actual]}"
        )
    elif is_page:
        missing = {"first", "after"} - {parameter.name for parameter in loader.parameters}
        if missing:
            yield f"{where}: {loader.label} must take {' and '.join(sorted(missing))} to page a connection"


def _check_result(where: str, shape: Shape, loader: Loader[Any, Any, Any]) -> Iterator[str]:
    named = connection_node(shape.named) if is_connection(shape.named) else shape.named
    if isinstance(named, StrawberryUnion):
        members = [member for member in named.types if record_of(member) is not None]
        if not any(record_of(member) is loader.record for member in members):
            yield f"{where}: no member of the union is over {loader.record.__name__}, which {loader.label} gives"
        return
    if named in _BUILT_IN_SCALARS:
        yield f"{where}: {loader.label} gives {loader.record.__name__}, but the field's type is {type_name(named)}"
        return
    definition = getattr(named, "__strawberry_definition__", None)
    if definition is None or definition.is_interface:
        return  # Custom scalars and interfaces: Strawberry and graphql-core check what arrives.
    bound = record_of(named)
    if bound is None:
        yield f"{where}: {loader.label} gives {loader.record.__name__}; bind {named.__name__} to it with @object_of"
    elif bound is not loader.record:
        yield f"{where}: {loader.label} gives {loader.record.__name__}, but {named.__name__} is over {bound.__name__}"
