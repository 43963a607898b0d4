"""Loads that are asked ahead: with their parent's own load, since the key that both share is known before it.

`teacher {courses}` loads a teacher by id and that teacher's courses by the same id: the second call need not wait for
the first. It is one hop less, and costs calls for nothing where the parent turns out not to exist.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from graphql import GraphQLField

from ..declare.binding import LoadBinding, binding_of
from ..declare.sources import Argument, ByKind, RecordField
from ..declare.strawberry_types import strawberry_field_of
from ..operations.plan import Load, Step


class SharedKey(NamedTuple):
    """What is known of a row before it is loaded: the fields of its record that make the key it is loaded by."""

    record: type[Any]
    names: tuple[str, ...]


def shared_key_of(definition: GraphQLField, step: Step) -> SharedKey | None:
    """What the fields below may be asked by while the row itself is on its way; None where nothing is known."""
    binding = _binding_of(definition) if isinstance(step, Load) else None
    if binding is None or isinstance(binding.target, ByKind):
        return None
    (loader,) = binding.loaders
    is_one_row = loader.keyed and loader.cardinality == "one" and not loader.opaque
    return SharedKey(loader.record, loader.by) if is_one_row else None


def can_be_asked_ahead(definition: GraphQLField, step: Step, known: SharedKey | None) -> bool:
    """Whether the key of a load is made of *known* alone, and of the viewer; guards have to see the row first."""
    if known is None or not isinstance(step, Load) or step.guards:
        return False
    binding = _binding_of(definition)
    if binding is None or isinstance(binding.target, ByKind) or binding.loaders[0].opaque or not binding.sources:
        return False
    return all(_is_known(source, known) for source in binding.sources)


def _is_known(source: Any, known: SharedKey) -> bool:
    if isinstance(source, RecordField):
        return issubclass(known.record, source.record) and source.name in known.names
    return not isinstance(source, Argument)


def _binding_of(definition: GraphQLField) -> LoadBinding | None:
    field = strawberry_field_of(definition)
    return None if field is None else binding_of(field)
