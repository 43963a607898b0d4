"""A fetch: keys of one request that leave together, and those in the request who wait for them.

It gathers keys until it leaves. In the common case it then is one call, or a share in one, as it stands; where it must
be cut, its pieces are fetches of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..declare.loader import Loader
from ..observe.calls import Source
from .flight import Outcome
from .passes import call_each
from .wanted import Wanted

if TYPE_CHECKING:
    from .memo import Shelf


class Fetch:
    """Keys of one request on their way: `source` says whether its own call brings them or somebody else's.

    `hop` is the greatest of those who asked. There are several `shelves` when the memo was dropped before this left:
    the keys leave once, for those who asked before and those who ask afterwards. `departure` is 0, and `start_s`
    without meaning, before it leaves.
    """

    __slots__ = (
        "_told",
        "decoded",
        "departure",
        "hop",
        "keys",
        "loader",
        "shelves",
        "source",
        "start_s",
        "waiting",
    )

    def __init__(self, shelves: list[Shelf], keys: dict[Any, None], hop: int) -> None:
        self.loader: Loader[Any, Any, Any] = shelves[0].loader
        self.shelves = shelves
        self.keys = keys
        self.hop = hop
        self.departure = 0
        #: As `Flight.decoded`, once this settles.
        self.decoded: Any = None
        self.source: Source = "backend"
        self.start_s = 0.0
        #: Who waits and, before this leaves, for which keys.
        self.waiting: dict[Wanted, Collection[Any]] = {}
        # Who waits for one key alone, and is told its outcome.
        self._told: list[tuple[Any, Callable[[Any], None]]] = []

    def tell_of(self, key: Any, tell: Callable[[Any], None]) -> None:
        """Call *tell* with the outcome of *key*, one of these, in the pass that settles this."""
        self._told.append((key, tell))

    def add(self, keys: Collection[Any], hop: int) -> None:
        """More *keys* are to leave."""
        self.keys.update(dict.fromkeys(keys))
        self.hop = max(self.hop, hop)

    def leave(self, departure: int, now_s: float) -> None:
        """All keys leave together, by a call of their own."""
        self.departure = departure
        self.start_s = now_s
        for shelf in self.shelves:
            shelf.leaving = None
            shelf.under_way.update(dict.fromkeys(self.keys, self))

    def piece(self, keys: Iterable[Any], departure: int, now_s: float, source: Source) -> Fetch:
        """A fetch of some of the keys, on its way; `leave_as` is to be told of it."""
        piece = Fetch(self.shelves, dict.fromkeys(keys), self.hop)
        piece.departure = departure
        piece.start_s = now_s
        piece.source = source
        return piece

    def leave_as(self, pieces: Sequence[Fetch]) -> None:
        """Each key leaves by one of *pieces*: whoever asked waits for those with keys of theirs alone."""
        piece_of = {key: piece for piece in pieces for key in piece.keys}
        for shelf in self.shelves:
            shelf.leaving = None
            shelf.under_way.update(piece_of)
        for key, tell in self._told:
            piece_of[key].tell_of(key, tell)
        for wanted, keys in self.waiting.items():
            # A dict, since a set of few pieces would forget the order in which callbacks were given.
            mine = dict.fromkeys(map(piece_of.__getitem__, keys))
            wanted.split(self, mine)
            for piece in mine:
                piece.waiting[wanted] = ()

    def settle(self, outcome: Outcome) -> None:
        """Put the keys' outcomes into the memo and tell those who waited; part of a pass."""
        outcomes = self._outcomes(outcome)
        for shelf in self.shelves:
            shelf.arrived(outcomes, self.hop, decoded=self.decoded)
        told, self._told = self._told, []
        for key, tell in told:
            tell(outcomes[key])
        waiting, self.waiting = self.waiting, {}
        if len(waiting) == 1:
            (wanted,) = waiting
            wanted.settled_by(self)
        else:
            call_each(partial(wanted.settled_by, self) for wanted in waiting)

    def _outcomes(self, outcome: Outcome) -> Mapping[Any, Any]:
        """What each of the keys gets: a call of others may bring more, and any may fail as a whole."""
        if isinstance(outcome, Exception):
            return dict.fromkeys(self.keys, outcome)
        return outcome if self.source == "backend" else {key: outcome[key] for key in self.keys}

    def __repr__(self) -> str:
        way = f"from {self.source}" if self.departure else "to leave"
        return f"<Fetch {len(self.keys)} keys of {self.loader.label} {way}, hop {self.hop}>"
