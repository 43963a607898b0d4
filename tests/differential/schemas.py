"""Random graphs: a seed becomes the source text of a module of declarations, the module a graph.

The text is what a failing case prints: it can be read, cut down and run.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from types import ModuleType
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

import gateway
from gateway import Graph
from tests.differential.draft import Draft, LoaderFacts
from tests.differential.specs import Spec

#: One in so many graphs is bare: operations on others seldom have loads and plain fields alone.
_BARE = 5


class NothingElse(SchemaExtension):
    """An extension that changes nothing: its presence sends operations through Strawberry's lifecycle."""


@dataclass(slots=True)
class World:
    """A random graph, and what resolvers and backends must know to answer for it."""

    seed: int
    source: str
    names: dict[str, Any]
    graph: Graph
    #: The same graph with a schema extension.
    seamed: Graph
    specs: dict[str, Spec]
    possible: dict[str, tuple[str, ...]]
    loaders: dict[str, LoaderFacts]
    writes: dict[str, str]
    kinds: dict[str, tuple[str, ...]]
    #: The drawn fields of each record, and whether they are typed Any.
    fields: dict[str, dict[str, tuple[Spec, bool]]] = field(default_factory=dict)


@lru_cache(maxsize=64)
def world_of(seed: int) -> World:
    """The world of *seed*.

    Raises:
        DeclarationError: the generator has drawn what a graph refuses: its bug, and the text says which.
    """
    draft = Draft(Random(f"world {seed}"), _module_name(seed), is_bare=seed % _BARE == _BARE - 2)
    source = draft.source()
    names = _run(source, _module_name(seed))
    config = StrawberryConfig(scalar_map=names["SCALARS"])
    declared = {"query": names["Query"], "mutation": names["Mutation"], "types": names["TYPES"], "config": config}
    return World(
        seed,
        source,
        names,
        gateway.graph(**declared, backends=names["BACKENDS"]),
        gateway.graph(**declared, backends=names["BACKENDS"], extensions=[NothingElse]),
        draft.specs,
        draft.possible,
        draft.loaders,
        draft.writes,
        draft.kinds,
        draft.fields,
    )


def _module_name(seed: int) -> str:
    return f"tests.differential.world_{seed}"


def _run(source: str, name: str) -> dict[str, Any]:
    # A module of its own, where annotations and lazy types are looked up.
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec", dont_inherit=True), module.__dict__)
    return module.__dict__
