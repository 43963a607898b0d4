"""A random operation for a schema: aliases, fragments, conditions, arguments, and keys that are selected twice."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_non_null_type,
    parse,
    validate,
)

from tests.differential.inputs import Variables, draw, literal

_TRIES = 5
_MAX_DEPTH = 7
# Fragments within each other at one response position.
_MAX_NESTED = 3


@dataclass(frozen=True, slots=True)
class Operation:
    """A document with one operation, and its variables."""

    text: str
    variables: Variables
    is_mutation: bool


def draw_operation(rng: Random, schema: GraphQLSchema) -> Operation:
    """An operation that is mostly valid: several are tried."""
    operation = _Drawing(rng, schema).operation()
    for _ in range(_TRIES):
        if _is_valid(schema, operation.text):
            break
        operation = _Drawing(rng, schema).operation()
    return operation


def _is_valid(schema: GraphQLSchema, text: str) -> bool:
    try:
        return not validate(schema, parse(text), max_errors=1)
    except GraphQLError:
        return False


class _Drawing:
    """One operation while it is drawn."""

    def __init__(self, rng: Random, schema: GraphQLSchema) -> None:
        self._rng = rng
        self._schema = schema
        self._variables = Variables()
        self._left = rng.choice((4, 8, 16, 30, 50))
        self._keys = 0
        self._nested = 0
        self._fragments: dict[str, tuple[GraphQLNamedType, str]] = {}
        #: Selections by type and key: the same one again merges.
        self._seen: dict[str, list[tuple[str, GraphQLField]]] = {}
        self._conditions = rng.choice((0.0, 0.0, 0.1, 0.25))

    def operation(self) -> Operation:
        is_mutation = self._rng.random() < 0.25
        root = self._schema.mutation_type if is_mutation else self._schema.query_type
        assert root is not None
        selection = self._selection(root, 0)
        kind = "mutation" if is_mutation else "query"
        fragments = "".join(f"\nfragment {name} on {type_} {body}" for name, (type_, body) in self._fragments.items())
        text = f"{kind} Drawn{self._variables.definitions()} {selection}{fragments}"
        return Operation(text, self._variables, is_mutation)

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        size = self._rng.choice((1, 2, 3, 4)) if depth else self._rng.choice((1, 3, 5, 7))
        parts = [self._part(type_, depth) for _ in range(size)]
        if self._rng.random() < 0.15:
            # The same again, and what is selected below it merges.
            parts.append(self._again(type_, depth))
        return "{" + " ".join(parts) + "}"

    def _part(self, type_: GraphQLNamedType, depth: int) -> str:
        roll = self._rng.random()
        if self._nested < _MAX_NESTED and self._left > 0:
            self._nested += 1
            inline = 0.5 if is_abstract_type(type_) else 0.12
            part = (
                self._inline(type_, depth)
                if roll < inline
                else self._spread(type_, depth)
                if roll < inline + 0.12
                else None
            )
            self._nested -= 1
            if part is not None:
                return part
        return self._field(type_, depth)

    def _again(self, type_: GraphQLNamedType, depth: int) -> str:
        seen = self._seen.get(type_.name, [])
        if not seen or self._left <= 0:
            return "__typename"
        head, field = seen[-1]
        self._left -= 1
        return self._complete(head, field, depth)

    def _field(self, type_: GraphQLNamedType, depth: int) -> str:
        rng = self._rng
        self._left -= 1
        fields: dict[str, GraphQLField] = getattr(type_, "fields", {})
        deep = depth >= _MAX_DEPTH or self._left <= 0
        choices = [(n, f) for n, f in fields.items() if not (deep and is_composite_type(get_named_type(f.type)))]
        if not choices or rng.random() < 0.06:
            return ("" if rng.random() < 0.6 else f"{self._key()}: ") + f"__typename{self._condition()}"
        seen = [
            (head, field)
            for head, field in self._seen.get(type_.name, [])
            if any(field is known for known in fields.values())
        ]
        if seen and rng.random() < 0.3:
            head, field = rng.choice(seen)
            if not (deep and is_composite_type(get_named_type(field.type))):
                return self._complete(head, field, depth)
        composite = [choice for choice in choices if is_composite_type(get_named_type(choice[1].type))]
        name, field = rng.choice(composite) if composite and rng.random() < 0.65 else rng.choice(choices)
        arguments = self._arguments(field)
        needs_key = bool(arguments) or rng.random() < 0.15
        head = f"{self._key()}: {name}{arguments}" if needs_key else name
        self._seen.setdefault(type_.name, []).append((head, field))
        return self._complete(head, field, depth)

    def _complete(self, head: str, field: GraphQLField, depth: int) -> str:
        named = get_named_type(field.type)
        nested, self._nested = self._nested, 0
        below = " " + self._selection(named, depth + 1) if is_composite_type(named) else ""
        self._nested = nested
        return f"{head}{self._condition()}{below}"

    def _arguments(self, field: GraphQLField) -> str:
        rng = self._rng
        given = {
            name: draw(rng, argument.type, self._variables)
            for name, argument in field.args.items()
            if rng.random() < 0.5 or (is_non_null_type(argument.type) and not argument.default)
        }
        return f"({', '.join(f'{name}: {literal(value)}' for name, value in given.items())})" if given else ""

    def _inline(self, type_: GraphQLNamedType, depth: int) -> str:
        if self._rng.random() < 0.25:
            return f"...{self._condition()} {self._selection(type_, depth)}"
        target = self._rng.choice(self._overlapping(type_))
        return f"... on {target}{self._condition()} {self._selection(target, depth)}"

    def _spread(self, type_: GraphQLNamedType, depth: int) -> str:
        targets = self._overlapping(type_)
        known = [name for name, (target, body) in self._fragments.items() if body and target in targets]
        if known and self._rng.random() < 0.6:
            return f"...{self._rng.choice(known)}{self._condition()}"
        name = f"F{len(self._fragments)}"
        target = self._rng.choice(targets)
        # Without a body until it is drawn, so that no fragment spreads itself.
        self._fragments[name] = (target, "")
        self._fragments[name] = (target, self._selection(target, depth))
        return f"...{name}{self._condition()}"

    def _overlapping(self, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
        """Types that a fragment within *type_* may be on."""
        possible = self._possible(type_)
        others: list[GraphQLNamedType] = [
            other
            for other in self._schema.type_map.values()
            if is_composite_type(other) and not other.name.startswith("__") and possible & self._possible(other)
        ]
        return others or [type_]

    def _possible(self, type_: Any) -> set[str]:
        if isinstance(type_, GraphQLObjectType):
            return {type_.name}
        return {known.name for known in self._schema.get_possible_types(type_)}

    def _condition(self) -> str:
        rng, text = self._rng, ""
        for name in ("skip", "include"):
            if rng.random() < self._conditions:
                likely = "false" if name == "skip" else "true"
                value = self._variables.flag(rng) if rng.random() < 0.7 else rng.choice((likely, "true", "false"))
                text += f" @{name}(if: {value})"
        return text

    def _key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"
