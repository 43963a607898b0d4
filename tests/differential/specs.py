"""Types of random fields as data: drawn, written as annotations, and followed when a value is made for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

#: Leaves by the name that annotations use, with the annotation of a record's field that holds one.
LEAVES = {
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "ID": "str",
    "Color": "Color",
    "Even": "int",
    "Anything": "Any",
    "Day": "dt.date",
}

#: The keys that every backend has rows for.
KEYS = ("k0", "k1", "k2", "k3", "k4", "k5")


@dataclass(frozen=True, slots=True)
class Spec:
    """A field's type: a leaf or a type by `name`, or a list of `item`s; `text` is how an annotation calls it."""

    name: str = ""
    item: Spec | None = None
    nullable: bool = False
    text: str = ""

    def __str__(self) -> str:
        text = f"list[{self.item}]" if self.item else self.text or self.name
        return f"{text} | None" if self.nullable else text

    @property
    def named(self) -> str:
        """The name below all lists."""
        return self.item.named if self.item else self.name

    def in_record(self) -> str:
        """The annotation of a record's field that holds such a value: `T0` is over the record `R0`."""
        text = f"list[{self.item.in_record()}]" if self.item else LEAVES.get(self.name) or "R" + self.name[1:]
        return f"{text} | None" if self.nullable else text

    def but(self, *, nullable: bool) -> Spec:
        """The same with another nullability outside."""
        return replace(self, nullable=nullable)


def draw_spec(rng: Random, named: Spec, *, lists: bool = True, nullable: float = 0.5) -> Spec:
    """A type made of *named*: as it is, or in lists, each level nullable with that probability."""
    spec = named.but(nullable=rng.random() < nullable)
    while lists and rng.random() < 0.3:
        spec = Spec(item=spec, nullable=rng.random() < nullable)
    return spec


def draw_leaf(rng: Random) -> Spec:
    """Some scalar or enum."""
    return Spec(rng.choice(tuple(LEAVES)))
