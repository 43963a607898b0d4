"""How generated code reads one leaf: the attribute, the check that its value is what the scalar takes, the conversion.

Of GraphQL's own scalars the usual Python value is checked here; what is unusual but right, such as a number for an ID,
is irregular, and the interpreter's to serialize. Other scalars and enums are serialized by their own functions.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import CoroutineType, NoneType
from typing import Any

import msgspec
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from msgspec.structs import replace
from strawberry.execution import optimized_is_awaitable as is_awaitable

#: Names a value in the globals of the generated function.
Bind = Callable[[Any], str]

# The usual Python type of each scalar's values, and what must not hold of one, {0}, besides: GraphQL specification,
# section 3.5.
_USUAL: dict[GraphQLLeafType, tuple[type[Any], str]] = {
    GraphQLString: (str, ""),
    GraphQLID: (str, ""),
    GraphQLBoolean: (bool, ""),
    # Below 2**30 one digit of Python's is compared with one: that is fast, and most are.
    GraphQLInt: (int, "({0} > 1073741823 or {0} < -1073741823) and not -2147483648 <= {0} <= 2147483647"),
    # NaN and infinities differ from themselves by something else than zero.
    GraphQLFloat: (float, "{0} - {0} != 0.0"),
}


_ANYTHING = frozenset({Any})


class Leaf(msgspec.Struct, frozen=True):
    """A constant, or an attribute with what becomes of its value.

    A value is irregular that is not of the type `usual`, unless that `is_sure`, or of which `refused`, an expression,
    holds. `convert` makes the response's value of it, which `is_json` if all writers of JSON write it the same way.
    """

    constant: str | None = None
    attribute: str | None = None
    non_null: bool = True
    usual: type[Any] | None = None
    refused: str = ""
    is_sure: bool = False
    convert: Callable[[Any], Any] | None = None
    is_json: bool = True

    def promised(self, types: Mapping[str, frozenset[Any]]) -> Leaf:
        """The same of a record that promises these *types* of its attributes' values, and no others."""
        if self.usual is None:
            return self
        assert self.attribute is not None  # noqa: S101 - what is of a type is an attribute
        expected = {self.usual} if self.non_null else {self.usual, NoneType}
        return replace(self, is_sure=types.get(self.attribute, _ANYTHING) <= expected)

    def lines(self, variable: str, bind: Bind) -> list[str]:
        """The statements after which `expression` is the response's value, or that raise."""
        if self._is_read_as_it_is:
            return []
        lines = [f"{variable} = record.{self.attribute}"]
        body = []
        if self.usual is not None:
            unusual = "" if self.is_sure else f"type({variable}) is not {self.usual.__name__}"
            body += [
                f"if {' or '.join(filter(None, [unusual, self.refused.format(variable)]))}:",
                "    raise Irregular",
            ]
        elif self.non_null:
            lines += [f"if {variable} is None:", "    raise Irregular"]
        if self.convert is not None:
            body += [f"{variable} = {bind(self.convert)}({variable})"]
            body += [f"if {variable} is None or {variable} is {bind(Undefined)}:", "    raise Irregular"]
        if self.non_null:
            return [*lines, *body]
        return [*lines, f"if {variable} is not None:", *("    " + line for line in body)]

    def expression(self, variable: str) -> str:
        """The response's value, once `lines` have run."""
        if self.attribute is None:
            return repr(self.constant)
        return f"record.{self.attribute}" if self._is_read_as_it_is else variable

    @property
    def _is_read_as_it_is(self) -> bool:
        return self.is_sure and not self.refused


def leaf_of(type_: GraphQLLeafType, attribute: str, *, non_null: bool) -> Leaf:
    """The leaf of that type that is an attribute of the record."""
    if type_ in _USUAL:
        usual, refused = _USUAL[type_]
        # An exponent's plus sign is written or is not.
        is_json = type_ is not GraphQLFloat
        return Leaf(attribute=attribute, non_null=non_null, usual=usual, refused=refused, is_json=is_json)
    if isinstance(type_, GraphQLEnumType):
        return Leaf(attribute=attribute, non_null=non_null, convert=_member_reader(type_))
    return Leaf(attribute=attribute, non_null=non_null, convert=_serializer(type_), is_json=False)


def global_id_leaf(type_name: str, attribute: str) -> Leaf:
    """The Relay global id of a record: base64 of `Type:id`."""
    prefix = f"{type_name}:"

    def encoded(node_id: Any) -> str:
        return binascii.b2a_base64(f"{prefix}{node_id}".encode(), newline=False).decode()

    return Leaf(attribute=attribute, convert=encoded)


def _serializer(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    """The scalar's own function, for values that give one; None is irregular.

    No value is GraphQL's undefined, an error, or something to be awaited.
    """
    coerce = type_.coerce_output_value

    def coerced(value: Any) -> Any:
        if value is Undefined or isinstance(value, Exception) or is_awaitable(value):
            return None
        made = coerce(value)
        if not is_awaitable(made):
            return made
        if isinstance(made, CoroutineType):
            # The interpreter asks again: this one is never awaited.
            made.close()
        return None

    return coerced


def _member_reader(type_: GraphQLEnumType) -> Callable[[Any], Any]:
    """A look-up of the names of a Python enum's members; anything else is asked of the GraphQL type."""
    names: dict[int, Any] = {}
    members: Any = getattr(type_, "wrapped_cls", ())
    for member in members:
        # One that the type has no name for is the error of the field that has it.
        with suppress(Exception):
            names[id(member)] = type_.coerce_output_value(member)
    return lambda value: names.get(id(value)) or type_.coerce_output_value(value)
