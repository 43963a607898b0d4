"""One run of one case: what resolvers and backends of a random graph do by it, and what they remember of it.

All that happens follows from the case's seed, the place and the key, never from the order in which things are asked, so
that two runs of a case that ask in different ways get the same answers.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from tests.differential.schemas import World


@dataclass(slots=True)
class Play:
    """A run. `faults` is how often something goes wrong; `varied` says that items of a list take different times."""

    world: World
    seed: int
    faults: float
    varied: bool = False
    #: Whether some list had items to be awaited: in which turn of the loop they are there is the way's own affair.
    awaited_items: bool = False
    #: Resolver calls: the field, the parent, the arguments.
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    #: The same of batched resolvers, once for each parent of each call; equal parents may be given once.
    batched: list[tuple[str, str, str]] = field(default_factory=list)
    #: Loader calls: the loader, its arguments, the keys.
    loads: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    #: Writes in order.
    writes: list[tuple[str, bytes]] = field(default_factory=list)

    def rng(self, *place: object) -> Random:
        """The randomness of one place."""
        return Random(f"{self.seed}|{'|'.join(map(str, place))}")

    def goes_wrong(self, rng: Random) -> bool:
        """Whether the thing that *rng* decides about goes wrong."""
        return rng.random() < self.faults

    @property
    def version(self) -> int:
        """Changes with every write: what is loaded afterwards differs."""
        return len(self.writes)


#: The run under way.
PLAY: ContextVar[Play] = ContextVar("PLAY")


def tag_of(value: Any) -> str:
    """What identifies a parent in every run."""
    if value is None:
        return "root"
    if isinstance(value, msgspec.Struct):
        return f"{type(value).__name__}:{getattr(value, 'id', '')}:{getattr(value, 'group', '')}"
    known = getattr(value, "__dict__", {}).get("tag")
    return str(known) if known is not None else type(value).__name__
