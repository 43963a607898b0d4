"""What a `load(...)` field is bound to; it stays readable in the field's metadata."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from .loader import Loader
from .sources import Argument, ByKind, KeySource

BINDING = "gateway.load"


class LoadBinding(msgspec.Struct, frozen=True, dict=True):
    """What a `load(...)` field does: ask *target* for the key that *sources* make, with arguments.

    `fixed` are arguments that the graph sets; the loader's other parameters are arguments of the GraphQL field.
    What follows from these is worked out once a field, since it is read for every parent.
    """

    target: Loader[Any, Any, Any] | ByKind[Any]
    sources: tuple[KeySource, ...]
    key_is_tuple: bool
    fixed: Mapping[str, Any] = msgspec.field(default_factory=dict)

    @cached_property
    def loaders(self) -> tuple[Loader[Any, Any, Any], ...]:
        """Every loader that the field may ask."""
        return tuple(self.target.loaders.values()) if isinstance(self.target, ByKind) else (self.target,)

    @cached_property
    def by_kind(self) -> tuple[tuple[str | None, Loader[Any, Any, Any]], ...]:
        """Each loader with the kind that chooses it, None where there is no choice."""
        return tuple(self.target.loaders.items()) if isinstance(self.target, ByKind) else ((None, self.target),)

    @cached_property
    def parameters(self) -> tuple[inspect.Parameter, ...]:
        """The loader's parameters that clients set."""
        if isinstance(self.target, ByKind):
            return ()
        return tuple(parameter for parameter in self.target.parameters if parameter.name not in self.fixed)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The key sources that are arguments."""
        return tuple(source for source in self.sources if isinstance(source, Argument))


def binding_of(strawberry_field: Any) -> LoadBinding | None:
    """The binding of a field that `load` made, else None."""
    binding: LoadBinding | None = strawberry_field.metadata.get(BINDING)
    return binding
