"""A random graph, drawn declaration by declaration and written as the text of a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.differential.fields import FieldWriter
from tests.differential.specs import LEAVES, Spec, draw_leaf, draw_spec

_HEAD = '''"""A random graph."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Any, Generic, NewType, TypeVar, Union

import msgspec
import strawberry
from strawberry import ID, relay
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission, PermissionExtension

from gateway import (
    Backend, Call, Context, Info, Keys, Page, arg, batched, by_kind, get, load, object_of, post, type_of_id, viewer,
)
from tests.differential.backends import load_by_itself
from tests.differential.values import attribute, give, give_each, give_later, may, some_key

T = TypeVar("T")
Day = dt.date
Even = NewType("Even", int)
Anything = NewType("Anything", object)


@strawberry.enum
class Color(enum.Enum):
    RED = "r"
    GREEN = "g"
    BLUE = "b"


def even(value):
    if not isinstance(value, int) or value % 2:
        raise ValueError(f"{value!r} is not even")
    return value


SCALARS = {
    Even: strawberry.scalar(name="Even", serialize=even, parse_value=even),
    Anything: strawberry.scalar(name="Anything", serialize=lambda value: value, parse_value=lambda value: value),
}


class Same(FieldExtension):
    def resolve(self, next_, source, info, **arguments):
        return next_(source, info, **arguments)

    async def resolve_async(self, next_, source, info, **arguments):
        return await next_(source, info, **arguments)


class Allow(BasePermission):
    message = "not allowed"

    def has_permission(self, source, info, **arguments):
        return may("Allow", source, arguments)


class Wait(BasePermission):
    message = "not allowed, after all"
    error_extensions = {"code": "WAITED", "why": "no"}

    async def has_permission(self, source, info, **arguments):
        return may("Wait", source, arguments)


@strawberry.input
class Point:
    x: int
    y: int | None = 5
    color: Color = Color.GREEN
    tags: list[str | None] = strawberry.field(default_factory=lambda: ["a"])


@strawberry.input
class Shape:
    points: list[Point]
    center: Point | None = strawberry.UNSET
    even: Even | None = None


@strawberry.input(one_of=True)
class Either:
    left: strawberry.Maybe[int]
    right: strawberry.Maybe[Point]


@strawberry.type
class Box(Generic[T]):
    value: T | None
    items: list[T]

    def __getattr__(self, name):
        return attribute(self, name)

'''


@dataclass(frozen=True, slots=True)
class LoaderFacts:
    """What a backend must know of a loader."""

    record: str
    cardinality: str
    is_keyed: bool
    #: Whether a bad row leaves the others alone.
    rows_are_separate: bool
    max_batch: int = 100


class Draft:
    """One random graph: `source` is its text, the other attributes are what answering for it takes."""

    def __init__(self, rng: Random, module: str, *, is_bare: bool) -> None:
        """Draw from *rng* a graph for *module*; in one that *is_bare* queries run no code of the application."""
        self.rng = rng
        self.is_bare = is_bare
        self.module = module
        self.specs: dict[str, Spec] = {}
        self.possible: dict[str, tuple[str, ...]] = {}
        self.loaders: dict[str, LoaderFacts] = {}
        self.writes: dict[str, str] = {}
        self.kinds: dict[str, tuple[str, ...]] = {}
        self.fields: dict[str, dict[str, tuple[Spec, bool]]] = {}
        # Code is generated where no resolver and no permission wants to know its path: some graphs have none.
        self.is_declared = rng.random() < 0.45 or is_bare
        self.records = [f"R{index}" for index in range(rng.randint(2, 4))]
        self.objects = ["T" + record[1:] for record in self.records]
        self.nodes = [name for name in self.objects if rng.random() < 0.6]
        self.plain = [f"P{index}" for index in range(rng.randint(1, 3))]
        self.interfaces = [f"I{index}" for index in range(rng.randint(0, 2))]
        self.implements: dict[str, list[str]] = {
            name: [interface for interface in self.interfaces if rng.random() < 0.5]
            for name in (*self.objects, *self.plain)
        }
        self._draw_abstract()
        self.writer = FieldWriter(self)

    def _draw_abstract(self) -> None:
        for interface in self.interfaces:
            possible = tuple(name for name, known in self.implements.items() if interface in known)
            if possible:
                self.possible[interface] = possible
        if self.nodes:
            self.possible["relay.Node"] = tuple(self.nodes)
        everything = [*self.objects, *self.plain]
        self.unions = [f"U{index}" for index in range(self.rng.randint(1, 2))]
        for union in self.unions:
            size = min(len(everything), self.rng.randint(2, 3))
            self.possible[union] = tuple(self.rng.sample(everything, size))

    def source(self) -> str:
        """The module's text."""
        backends = [f"b{index}" for index in range(self.rng.randint(1, 3))]
        lines = [_HEAD, *(f'{name} = Backend("{name}", identity=("sub",))' for name in backends)]
        for index, record in enumerate(self.records):
            lines += self._record(record, index)
        for record in self.records:
            lines += self._loaders(record, self.rng.choice(backends))
        for interface in self.interfaces:
            lines += ["", "", "@strawberry.interface", f"class {interface}:", "    kind: str"]
            if not self.is_declared:
                lines += self.writer.resolver(interface, self.writer.draw())
        for name in self.plain:
            lines += self._type(name, None, "@strawberry.type", self.implements[name])
        for name in self.objects:
            bases = ["relay.Node"] * (name in self.nodes) + self.implements[name]
            lines += self._type(name, "R" + name[1:], f"@object_of(R{name[1:]})", bases)
        for union in self.unions:
            members = ", ".join(self.possible[union])
            lines.append(f'{union} = Annotated[Union[{members}], strawberry.union("{union}")]')
        lines += self._type("Query", None, "@strawberry.type", [])
        lines += self._type("Mutation", None, "@strawberry.type", [])
        lines += [f"BACKENDS = [{', '.join(backends)}]", f"TYPES = [{', '.join([*self.objects, *self.plain])}]", ""]
        return "\n".join([*lines[:1], *self.writer.functions_before(lines[1:])])

    def _record(self, name: str, index: int) -> list[str]:
        lines = ["", "", f"class {name}(msgspec.Struct, frozen=True):"]
        lines += ["    id: str", "    group: str", "    owner: str", "    other: str | None", "    kind: str"]
        drawn: dict[str, tuple[Spec, bool]] = {}
        for number in range(self.rng.randint(2, 5)):
            # A record holds those before it, so that no row is endless.
            holds = index > 0 and self.rng.random() < 0.25
            named = Spec(f"T{self.rng.randrange(index)}") if holds else draw_leaf(self.rng)
            spec = draw_spec(self.rng, named)
            is_any = named.name in LEAVES and spec.item is None and self.rng.random() < 0.5
            field = f"d{'abcde'[number]}{index}"
            drawn[field] = (spec, is_any)
            lines.append(f"    {field}: {'Any' if is_any else spec.in_record()}")
        self.fields[name] = drawn
        self.kinds[name] = (*self.records, "unknown") if self.rng.random() < 0.2 else tuple(self.records)
        return lines

    def _loaders(self, record: str, backend: str) -> Iterator[str]:
        batch = self.rng.choice((1, 2, 3, 100))
        extra = self.rng.choice(
            ("", ", limit: int | None = None", ", color: Color = Color.RED, limits: list[int] | None = None")
        )
        passed = "".join(f", {name}={name}" for name in ("limit", "color", "limits") if f"{name}:" in extra)
        star = f", *{extra}" if extra else ""
        paging = ", *, first: int = 2, after: str | None = None"
        pages = self.rng.random() < 0.5
        texts = {
            f"one_{record}": (
                f".one(by={record}.id, max_batch={batch})",
                "keys: Keys[str]",
                f"list[{record}]",
                "k=keys",
            ),
            f"many_{record}": (
                f".many(by={record}.group, max_batch={batch})",
                f"keys: Keys[str]{star}",
                f"list[{record}]",
                f"k=keys{passed}",
            ),
            f"pair_{record}": (
                f".one(by=({record}.id, {record}.group))",
                "keys: Keys[tuple[str, str]]",
                f"list[{record}]",
                'k=[f"{a}~{b}" for a, b in keys]',
            ),
            f"all_{record}": (".many()", "*, text: str", f"list[{record}]", "text=text"),
            f"top_{record}": (".one()", "", record, ""),
            f"page_{record}": (
                f".page(by={record}.id)",
                f"keys: Keys[str]{paging}",
                f"dict[str, Page[{record}]]",
                "k=keys, first=first, after=after",
            )
            if pages
            else (".page()", paging.removeprefix(", "), f"Page[{record}]", "first=first, after=after"),
        }
        for name, (how, parameters, answer, passes) in texts.items():
            yield from ("", "", f"@{backend}{how}", f"def {name}({parameters}) -> Call[{answer}]:")
            yield f'    return get("/{name}", {passes}{", " if passes else ""}into={answer})'
            cardinality = name.partition("_")[0]
            kind = {"pair": "one", "all": "many", "top": "one"}.get(cardinality, cardinality)
            keyed = "(by=" in how
            self.loaders[name] = LoaderFacts(
                record, kind, keyed, keyed and kind != "page", batch if "max_batch" in how else 100
            )
        yield from (
            "",
            "",
            f"@{backend}.one(by={record}.id)",
            f"async def opaque_{record}(keys: Keys[str]) -> list[{record}]:",
        )
        yield f'    return await load_by_itself("opaque_{record}", keys)'
        self.loaders[f"opaque_{record}"] = LoaderFacts(record, "one", is_keyed=True, rows_are_separate=False)
        yield from ("", "", f"@{backend}.write()", f"def write_{record}(*, change: int) -> Call[{record}]:")
        yield f'    return post("/write_{record}", json={{"change": change}}, into={record})'
        self.writes[f"write_{record}"] = record

    def _type(self, name: str, record: str | None, decorator: str, bases: list[str]) -> list[str]:
        lines = ["", "", decorator, f"class {name}({', '.join(bases)}):" if bases else f"class {name}:"]
        if "relay.Node" in bases:
            lines.append("    id: relay.NodeID[str]")
        is_root = name in {"Query", "Mutation"}
        for number in range(self.rng.randint(4, 9) if is_root or record else self.rng.randint(3, 6)):
            lines += self.writer.field(name, record, number)
        if name == "Query" and self.nodes:
            lines += self.writer.node_field()
        if record is None and not is_root:
            lines += ["", "    def __getattr__(self, name):", "        return attribute(self, name)"]
            if any(base in self.interfaces for base in bases):
                self.specs[f"{name}.kind"] = Spec("str")
        return lines
