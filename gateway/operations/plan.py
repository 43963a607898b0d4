"""A plan: for every response position, how each value is got.

Plain data, free of the schema's objects and of the document's syntax tree: a field keeps where it stands in the
document (offsets of its nodes), and the executor finds nodes, resolvers and loaders by these and by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

OperationKind: TypeAlias = Literal["query", "mutation", "subscription"]


class LoaderUse(msgspec.Struct, frozen=True):
    """A loader that a load step may ask; `kind` is the value of the kind source that chooses it, if there is one.

    `types` are the runtime types that its records may have, of those at the position; None where that is not known.
    """

    backend: str
    name: str
    max_batch: int
    keyed: bool = True
    opaque: bool = False
    kind: str | None = None
    types: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """How logs and receipts call it: `users.user_by_id`."""
        return f"{self.backend}.{self.name}"


class TypeName(msgspec.Struct, frozen=True):
    """`__typename`: the name of the runtime type."""


class Projection(msgspec.Struct, frozen=True):
    """The parent's attribute of that name, read by the schema's default resolver."""

    attribute: str


class GlobalId(msgspec.Struct, frozen=True):
    """A Relay global id made of the type's name and an attribute of the parent's record."""

    attribute: str


class Load(msgspec.Struct, frozen=True):
    """What a loader gives for the parent's key; `key` names the sources of the key's parts.

    A load that is asked `ahead` leaves with its parent's own load, since its key is known by then.
    """

    loaders: tuple[LoaderUse, ...]
    key: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    ahead: bool = False


class BatchedCall(msgspec.Struct, frozen=True):
    """One call of a batched resolver for all parents."""

    resolver: str


class Resolver(msgspec.Struct, frozen=True):
    """A resolver that runs once a parent; what it calls is not known.

    `awaits` says whether it can call anything, `takes_info` whether it may ask for its place in the response.
    """

    resolver: str
    awaits: bool
    takes_info: bool = True


Step: TypeAlias = TypeName | Projection | GlobalId | Load | BatchedCall | Resolver


class Field(msgspec.Struct, frozen=True):
    """One response key of one runtime type.

    `at` holds the offsets of its field nodes in the document, in order; `arguments` are as the document has them.
    """

    key: str
    name: str
    type: str
    at: tuple[int, ...]
    step: Step
    arguments: Mapping[str, str] = {}
    selection: Selection | None = None


class Selection(msgspec.Struct, frozen=True):
    """The fields at one response position, by the name of the runtime type; a position of object type has one."""

    type: str
    fields: Mapping[str, tuple[Field, ...]]


class Plan(msgspec.Struct, frozen=True):
    """An operation, compiled.

    `variant` holds the values of the boolean variables that `@skip` and `@include` read: each combination has a plan of
    its own.
    """

    operation: OperationKind
    name: str | None
    variant: Mapping[str, bool]
    root: Selection

    @property
    def size(self) -> int:
        """How many fields it has, those that runtime types share counted once."""
        found: dict[int, Selection] = {}
        waiting = [self.root]
        while waiting:
            selection = waiting.pop()
            if id(selection) not in found:
                found[id(selection)] = selection
                each = (field.selection for fields in selection.fields.values() for field in fields)
                waiting += [below for below in each if below is not None]
        return sum(len(fields) for selection in found.values() for fields in selection.fields.values())
