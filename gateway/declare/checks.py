"""Start-up checks: every binding of a type against the record, loader and GraphQL type that it names.

Each check returns sentences; none raises, so that one run of the graph's author shows everything that is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Sequence
from enum import Enum
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
from .objects import is_recognised_by_class, record_of
from .shapes import Shape, connection_node, is_connection, members_of, shape_of, type_name
from .signatures import record_field_type

_BUILT_IN_SCALARS = (str, int, float, bool)
# What Strawberry's own scalars of these types take is the type alone, which msgspec decodes from the same text.
_TIMES = (dt.date, dt.datetime, dt.time)


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


def check_type(definition: StrawberryObjectDefinition, own_scalars: Container[object] = ()) -> Iterator[str]:
    """What is wrong with the bindings of one object type.

    *own_scalars* are Python types that the application serializes by itself.
    """
    record = record_of(definition.origin)
    if record is not None:
        yield from _check_node_id(definition, record)
    for field in definition.fields:
        where = f"{definition.name}.{field.python_name}"
        binding = binding_of(field)
        if binding is not None:
            yield from _check_load(where, field, definition, record, binding)
        elif record is not None and field.base_resolver is None:
            yield from _check_plain(where, field, definition, record, own_scalars)
        elif BATCHED in field.metadata:
            yield from _check_batched(where, shape_of(field, definition), record, field.metadata[BATCHED])


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
    where: str,
    field: StrawberryField,
    definition: StrawberryObjectDefinition,
    record: type[msgspec.Struct],
    own_scalars: Container[object],
) -> Iterator[str]:
    if field.python_name not in record.__struct_fields__:
        yield f"{where}: {_expected_field(field.python_name, record)}"
        return
    shape, annotation = shape_of(field, definition), record_field_type(record, field.python_name)
    if shape.named not in own_scalars:
        yield from _check_plain_type(where, shape, annotation)
    if NoneType in members_of(annotation) and not shape.nullable:
        yield f"{where}: {record.__name__}.{field.python_name} may be None, so the field must be nullable"


def _check_plain_type(where: str, shape: Shape, annotation: Any) -> Iterator[str]:
    """Lists for lists, and for the scalars that are known here what they take; others know by themselves."""
    members = [member for member in members_of(annotation) if member is not NoneType]
    is_list = all((get_origin(member) or member) in {list, tuple, set, frozenset} for member in members)
    if is_list != shape.is_list and Any not in members:
        expected, came = ("a list", "one value") if is_list else ("one value", "a list")
        yield f"{where}: the record holds {expected}, {type_name(annotation)}; the field's type is {came}"
    elif not is_list and not all(_fits(member, shape.named) for member in members):
        yield f"{where}: the record holds {type_name(annotation)}, the field's type is {type_name(shape.named)}"


def _fits(given: Any, wanted: Any) -> bool:
    """Whether the scalar *wanted* makes of a value of type *given* what a client expects; yes, of types not known here.

    Of an enum's member or a date GraphQL's String makes Python's own text: `Status.OPEN`, or a date without its `T`.
    """
    if wanted in _BUILT_IN_SCALARS and isinstance(given, type) and issubclass(given, Enum):
        return issubclass(given, wanted)
    if wanted not in _BUILT_IN_SCALARS + _TIMES or given not in _BUILT_IN_SCALARS + _TIMES:
        return True
    return given is wanted or (given is int and wanted is float)


def _check_batched(where: str, shape: Shape, record: type[Any] | None, declaration: Batched) -> Iterator[str]:
    parent = declaration.parent_type
    if record is not None and isinstance(parent, type) and not issubclass(record, parent):
        yield f"{where}: {declaration.label} takes a list of {parent.__name__}, but the type is over {record.__name__}"
    values = [member for member in members_of(declaration.value_type) if not _is_error(member)]
    if NoneType in values and not shape.nullable:
        yield f"{where}: {declaration.label} may give None, so the field must be nullable"
    wrong = [value for value in values if value is not NoneType and not _fits(value, shape.named)]
    if wrong and not shape.is_list:
        gives = " or ".join(map(type_name, wrong))
        yield f"{where}: {declaration.label} gives {gives}, but the field's type is {type_name(shape.named)}"


def _is_error(member: Any) -> bool:
    return isinstance(member, type) and issubclass(member, BaseException)


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
    named = _node_or_self(shape.named)
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
        return  # Custom scalars are Strawberry's to check; `check_interfaces` knows all types of the graph.
    bound = record_of(named)
    if bound is None:
        yield f"{where}: {loader.label} gives {loader.record.__name__}; bind {named.__name__} to it with @object_of"
    elif bound is not loader.record:
        yield f"{where}: {loader.label} gives {loader.record.__name__}, but {named.__name__} is over {bound.__name__}"


def check_interfaces(definitions: Sequence[StrawberryObjectDefinition]) -> Iterator[str]:
    """Loads of an interface that no type of the graph over the loader's record implements."""
    for definition in definitions:
        for field in definition.fields:
            binding = binding_of(field)
            interface = None if binding is None else _interface_of(shape_of(field, definition))
            if binding is None or interface is None:
                continue
            implementing = [other.origin for other in definitions if interface in other.interfaces]
            for loader in binding.loaders:
                if not any(_may_be_over(origin, loader.record) for origin in implementing):
                    where, gives = f"{definition.name}.{field.python_name}", loader.record.__name__
                    yield (
                        f"{where}: {loader.label} gives {gives}, but no type over it implements {interface.name};"
                        f" a type that no field has goes into graph(types=[...])"
                    )


def _interface_of(shape: Shape) -> StrawberryObjectDefinition | None:
    """The interface that a field is of, unless it says of each value itself what type that is."""
    definition = getattr(_node_or_self(shape.named), "__strawberry_definition__", None)
    if not isinstance(definition, StrawberryObjectDefinition) or not definition.is_interface:
        return None
    return None if definition.resolve_type else definition


def _node_or_self(named: Any) -> Any:
    return connection_node(named) if is_connection(named) else named


def _may_be_over(origin: type[Any], record: type[Any]) -> bool:
    own = record_of(origin)
    # A type with an `is_type_of` of its own may take any record.
    return not is_recognised_by_class(origin) if own is None else issubclass(own, record)
