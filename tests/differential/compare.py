"""Whether two runs of a case agree, and if not, in which words.

Data must be the same text, key order included. Of several errors under one nulled ancestor any may be reported, but
what is reported of one path is the same. Loads may be more than the oracle's only where graphql-core stopped early,
below what an error nulled, or where a plan asks ahead; writes are exactly the same.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.differential.play import Play

#: A `max_batch` that no case reaches.
_UNSPLIT = 100

#: The message of an iterable that raises: graphql-core has begun with the items before by then, a plan has not.
_BROKE_OFF = "items fails"

_ADDRESS = re.compile(r"at 0x[0-9a-f]+")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What one way of running made of a case: the result map, or the error it raised instead; what was asked for it."""

    result: dict[str, Any]
    play: Play
    fallback: str | None = None
    #: The loaders that the plan asks ahead: with their parent's load, whether there will be a parent or not.
    asked_ahead: frozenset[str] = frozenset()
    #: What the event loop complained of, and exceptions that are no answer.
    complaints: tuple[str, ...] = ()

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.result.get("errors", [])


def disagreements(oracle: Answered, other: Answered, *, compares_calls: bool) -> list[str]:
    """What *other* does differently; empty when the two agree. *compares_calls* is off where times differ by item."""
    found = [f"complaint: {text}" for text in other.complaints]
    if _text(oracle) != _text(other):
        found.append(f"data:\n    {_text(oracle)}\n    {_text(other)}")
    found += _errors(oracle, other)
    found += _loads(oracle, other, compares_calls=compares_calls)
    if oracle.play.writes != other.play.writes:
        found.append(f"writes:\n    {oracle.play.writes}\n    {other.play.writes}")
    return found


def _text(answered: Answered) -> str:
    """Data as text; none at all, where nothing ran, differs from null."""
    return json.dumps(answered.result["data"], default=repr) if "data" in answered.result else "nothing"


def _errors(oracle: Answered, other: Answered) -> Iterator[str]:
    ours, theirs = Counter(map(_shown, other.errors)), Counter(map(_shown, oracle.errors))
    paths = {
        id(answered): [tuple(error.get("path") or ()) for error in answered.errors] for answered in (oracle, other)
    }
    for label, surplus, answered, mirror in (
        ("more", ours - theirs, other, oracle),
        ("less", theirs - ours, oracle, other),
    ):
        for error in surplus.elements():
            path = tuple(json.loads(error).get("path") or ())
            nulled = _nulled_ancestor(answered.result.get("data"), path)
            known = paths[id(mirror)]
            # One position has one error; another one in its place has another path.
            twin = nulled is not None and path not in known and any(_is_below(other, nulled) for other in known)
            if not twin or "data" not in answered.result:
                yield f"{label}: {error}"


def _shown(error: dict[str, Any]) -> str:
    """What must agree of an error: an object that it names by its address is another one in each run."""
    return _ADDRESS.sub("at ...", json.dumps(error, sort_keys=True, default=repr))


def _nulled_ancestor(data: Any, path: Path) -> Path | None:
    """The position on *path* that is null, if it lies above the path's end: the error bubbled up to there."""
    here = data
    for depth, key in enumerate(path):
        if here is None:
            return path[:depth]
        try:
            here = here[key]
        except (LookupError, TypeError):
            return None
    return path if here is None else None


def _is_below(path: Path, ancestor: Path) -> bool:
    return path[: len(ancestor)] == ancestor


def _has_bubbled(answered: Answered) -> bool:
    """Whether an error nulled more than its own position, so that graphql-core may have stopped early."""
    data = answered.result.get("data")
    paths = (tuple(error.get("path") or ()) for error in answered.errors)
    return any(_nulled_ancestor(data, path) not in {path, None} for path in paths)


def _loads(oracle: Answered, other: Answered, *, compares_calls: bool) -> Iterator[str]:
    bubbled = _has_bubbled(oracle) or any(_BROKE_OFF in _shown(error) for error in oracle.errors)
    asked, allowed = _keys(other.play.loads), _keys(oracle.play.loads)
    for place in allowed.keys() | asked.keys():
        theirs, ours = allowed.get(place, set()), asked.get(place, set())
        if theirs - ours and not bubbled:
            yield f"{place}: keys not asked: {sorted(theirs - ours)}"
        if ours - theirs and not bubbled and place[0] not in other.asked_ahead:
            yield f"{place}: keys too many: {sorted(ours - theirs)}"
    if bubbled:
        return
    for label, one, two in (("more", other, oracle), ("less", oracle, other)):
        calls = Counter(one.play.calls) - Counter(two.play.calls)
        # Equal parents may share what a resolver without an info gives.
        lacks = label == "less"
        calls = Counter(set(one.play.calls) - set(two.play.calls)) if lacks else calls
        batched = set(one.play.batched) - set(two.play.batched)
        if calls or batched:
            yield f"resolver calls, {label}: {list(calls.elements())} {batched}"
    # What is asked ahead may not leave together with what graphql-core asks for in the same moment.
    if not compares_calls or other.asked_ahead:
        return
    calls, bound = Counter(load[:2] for load in other.play.loads), Counter(load[:2] for load in oracle.play.loads)
    loaders = oracle.play.world.loaders
    for place, count in calls.items():
        # Pieces of `max_batch` keys are rounded up: other departures of the same keys may be one more call. And where a
        # loader is called at several levels, graphql-core goes on with an item whose key it knows before the others
        # are there, and may ask for what is below it together with them.
        if loaders[place[0]].max_batch >= _UNSPLIT and count > bound[place] == 1:
            keys = [load[2] for load in other.play.loads if load[:2] == place]
            expected = [load[2] for load in oracle.play.loads if load[:2] == place]
            yield f"{place}: calls\n    {expected}\n    {keys}"


def _keys(loads: Sequence[tuple[str, str, tuple[str, ...]]]) -> dict[tuple[str, str], set[str]]:
    keys: dict[tuple[str, str], set[str]] = {}
    for name, others, asked in loads:
        keys.setdefault((name, others), set()).update(asked)
    return keys
