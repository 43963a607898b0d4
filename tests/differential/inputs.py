"""Random values of input types, as literals with variables in them and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    is_list_type,
    is_non_null_type,
)
from strawberry import relay

from tests.differential.specs import KEYS

_MAX_FLAGS = 6


class Word(str):
    """A text that a document shows without quotes: an enum's value, or a variable with its dollar."""

    __slots__ = ()


@dataclass(slots=True)
class Variables:
    """The variables that an operation has so far: by name the type and the default, both as text."""

    types: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    #: The input type at the place of use.
    used_as: dict[str, GraphQLInputType] = field(default_factory=dict)

    def define(self, rng: Random, type_: GraphQLInputType, *, may_default: bool) -> Word:
        """A variable that may stand where *type_* is wanted: a known one, or a new one of that type or a stricter."""
        text = str(type_)
        known = [name for name, known in self.types.items() if known == text]
        if known and rng.random() < 0.5:
            return Word(f"${rng.choice(known)}")
        name = f"v{len(self.types)}"
        if rng.random() < 0.15 and not text.endswith("!"):
            text += "!"
        elif rng.random() < 0.1 and text.endswith("!") and may_default:
            text = text[:-1]
        self.types[name] = text
        self.used_as[name] = type_
        if (text != str(type_) and not text.endswith("!")) or (may_default and rng.random() < 0.3):
            self.defaults[name] = literal(draw(rng, type_))
        return Word(f"${name}")

    def flag(self, rng: Random) -> Word:
        """A boolean variable for a condition; an operation has at most six."""
        known = [name for name in self.types if name.startswith("flag")]
        if known and (len(known) == _MAX_FLAGS or rng.random() < 0.6):
            return Word(f"${rng.choice(known)}")
        name = f"flag{len(known)}"
        # A nullable one needs a default, and may still be null.
        self.types[name] = "Boolean" if rng.random() < 0.03 else "Boolean!"
        if self.types[name] == "Boolean" or rng.random() < 0.3:
            self.defaults[name] = rng.choice(("true", "false"))
        return Word(f"${name}")

    def definitions(self) -> str:
        """The operation's variable definitions, in parentheses."""
        if not self.types:
            return ""
        parts = (
            f"${name}: {type_}" + (f" = {self.defaults[name]}" if name in self.defaults else "")
            for name, type_ in self.types.items()
        )
        return f"({', '.join(parts)})"

    def values(self, rng: Random) -> dict[str, Any]:
        """Values for a request: given, null, left out, and now and then wrong."""
        given: dict[str, Any] = {}
        for name, text in self.types.items():
            optional = not text.endswith("!") or name in self.defaults
            if (optional and rng.random() < 0.3) or rng.random() < 0.003:
                continue
            if name.startswith("flag"):
                given[name] = rng.random() < 0.5
            else:
                given[name] = _plain(draw(rng, self.used_as[name], nulls=not text.endswith("!")))
            if rng.random() < 0.01:
                given[name] = rng.choice((None, "wrong", -1, [[]], {"x": 1}, True))
        return given


def draw(
    rng: Random, type_: GraphQLInputType, variables: Variables | None = None, *, nulls: bool = True, depth: int = 0
) -> Any:
    """A value of *type_*; where there are *variables*, parts of it may be some of them."""
    if variables is not None and rng.random() < 0.3:
        return variables.define(rng, type_, may_default=depth == 0)
    if is_non_null_type(type_):
        return draw(rng, type_.of_type, nulls=False, depth=depth, variables=None)
    if nulls and rng.random() < 0.15:
        return None
    if is_list_type(type_):
        if rng.random() < 0.1:
            # A single value stands for a list of one.
            return draw(rng, type_.of_type, nulls=False, depth=depth + 1)
        return [draw(rng, type_.of_type, variables, depth=depth + 1) for _ in range(rng.randrange(3))]
    if isinstance(type_, GraphQLInputObjectType):
        return _object(rng, type_, variables, depth)
    if isinstance(type_, GraphQLEnumType):
        return Word(rng.choice(list(type_.values)))
    return _scalar(rng, str(type_))


def literal(value: Any) -> str:
    """*value* as a document has it."""
    if isinstance(value, Word):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Word) else value


def _object(rng: Random, type_: GraphQLInputObjectType, variables: Variables | None, depth: int) -> dict[str, Any]:
    # Strawberry checks its own `one_of` input objects; graphql-core does not know of them.
    if type_.is_one_of or type_.name == "Either":
        name, chosen = rng.choice(list(type_.fields.items()))
        return {name: draw(rng, chosen.type, nulls=False, depth=depth + 1)}
    return {
        name: draw(rng, known.type, variables, depth=depth + 1)
        for name, known in type_.fields.items()
        if (is_non_null_type(known.type) and "default" not in str(known.default_value)) or rng.random() < 0.5
    }


def _scalar(rng: Random, name: str) -> Any:
    if rng.random() < 0.01:
        return rng.choice(("wrong", 2**40, 0.25, True))
    match name:
        case "Int":
            return rng.choice((0, 1, 2, -5))
        case "Float":
            return rng.choice((0.5, 2, -1.25))
        case "Boolean":
            return rng.random() < 0.5
        case "Even":
            return rng.choice((0, 2, 4, 4, 3))
        case "Date":
            return rng.choice(("2024-02-29", "2024-01-01", "someday"))
        case "ID":
            type_name = rng.choice(("T0", "T1", "T2", "T3"))
            return rng.choice((relay.to_base64(type_name, rng.choice(KEYS)), rng.choice(KEYS)))
        case "Anything":
            return rng.choice(({"a": 1}, [1, "x"], "text", 4.5))
        case _:
            return rng.choice((*KEYS, "", "Ω"))
