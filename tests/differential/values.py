"""What the resolvers of a random graph give: values that fit their type, and some that do not.

Resolvers raise, return errors, nulls, wrong types, awaitables in lists and async generators; parents' attributes do the
same when they are read.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from random import Random
from typing import Any

from graphql import GraphQLError

from gateway import BackendError, ClientError, RuleError
from tests.differential.backends import record
from tests.differential.play import PLAY, Play, tag_of
from tests.differential.specs import KEYS, LEAVES, Spec

_NULL_SHARE = 0.15
_DELAYS = (None, None, 0.001, 0.003)
_VARIED_DELAYS = (*_DELAYS, 0, 0, 0.002)


class Later:
    """An awaitable that is no coroutine: nobody warns when it is left alone."""

    def __init__(self, value: Any, delay_s: float | None = 0) -> None:
        self._value = value
        self._delay_s = delay_s

    def __await__(self) -> Any:
        return self._give().__await__()

    async def _give(self) -> Any:
        if self._delay_s is not None:
            await asyncio.sleep(self._delay_s)
        if isinstance(self._value, Exception):
            raise self._value
        return self._value


def give(place: str, parent: Any, arguments: dict[str, Any]) -> Any:
    """What the sync resolver at *place* gives for *parent*."""
    play = PLAY.get()
    tag, shown = tag_of(parent), repr(arguments)
    play.calls.append((place, tag, shown))
    rng = play.rng(place, tag, shown)
    if play.goes_wrong(rng) and rng.random() < 0.4:
        raise draw_error(rng, place)
    return make(play, rng, play.world.specs[place])


async def give_later(place: str, parent: Any, arguments: dict[str, Any]) -> Any:
    """As `give`, after a while that depends on the place, and in varied runs on the parent too."""
    play = PLAY.get()
    await _wait(play, place, tag_of(parent) if play.varied else "")
    return give(place, parent, arguments)


async def give_each(place: str, parents: Sequence[Any], arguments: dict[str, Any]) -> Any:
    """What the batched resolver at *place* gives for *parents*: a value or an error each, or something else."""
    play = PLAY.get()
    await _wait(play, place)
    fate = play.rng(place, "all")
    if play.goes_wrong(fate):
        if fate.random() < 0.5:
            raise draw_error(fate, place)
        # No list of a wrong length: equal parents may come once, so that its error would say another number.
        return None
    values = []
    for parent in parents:
        play.batched.append((place, tag_of(parent), repr(arguments)))
        rng = play.rng(place, tag_of(parent), repr(arguments))
        values.append(draw_error(rng, place) if play.goes_wrong(rng) else make(play, rng, play.world.specs[place]))
    return values


def some_key(place: str, parent: Any) -> str:
    """The key that the resolver at *place* asks a loader for."""
    return PLAY.get().rng(place, tag_of(parent)).choice(KEYS)


def attribute(parent: Any, name: str) -> Any:
    """The value of a plain field of an object that is no record; read any number of times it is the same."""
    place = f"{parent.__dict__.get('kind_of', type(parent).__name__)}.{name}"
    play = PLAY.get()
    spec = play.world.specs.get(place)
    if spec is None:
        raise AttributeError(name)
    rng = play.rng(place, tag_of(parent))
    if play.goes_wrong(rng) and rng.random() < 0.3:
        raise draw_error(rng, place)
    return make(play, rng, spec)


def may(name: str, source: Any, arguments: dict[str, Any]) -> bool:
    """Whether the permission *name* lets *source* through."""
    play = PLAY.get()
    rng = play.rng(name, tag_of(source), sorted(arguments))
    if play.goes_wrong(rng):
        if rng.random() < 0.5:
            raise draw_error(rng, name)
        return None  # type: ignore[return-value]  # Strawberry refuses what is no bool
    return rng.random() < 0.8


def draw_error(rng: Random, place: str) -> Exception:
    """Some exception, as resolvers raise them."""
    kinds = (ValueError, RuntimeError, RuleError, ClientError, BackendError, GraphQLError, KeyError)
    error = rng.choice(kinds)(f"{place} fails")
    if isinstance(error, GraphQLError) and rng.random() < 0.5:
        return GraphQLError(f"{place} fails", extensions={"hint": place})
    return error


def make(play: Play, rng: Random, spec: Spec) -> Any:
    """A value for *spec*, or one that is wrong in some way."""
    if play.goes_wrong(rng):
        return _wrong(play, rng, spec)
    if spec.nullable and rng.random() < _NULL_SHARE:
        return None
    if spec.item is not None:
        return _list(play, rng, spec.item)
    return make_leaf(rng, spec.name) if spec.name in LEAVES else _object(play, rng, spec.name)


def make_leaf(rng: Random, name: str) -> Any:
    """A value that the leaf accepts."""
    match name:
        case "str" | "ID":
            return rng.choice((*KEYS, "", "Ω text"))
        case "int":
            return rng.choice((0, 1, -7, 2**31 - 1))
        case "float":
            return rng.choice((0.5, -2.0, 3))
        case "bool":
            return rng.random() < 0.5
        case "Color":
            return PLAY.get().world.names["Color"](rng.choice(("r", "g", "b")))
        case "Even":
            return rng.choice((0, 2, 44))
        case "Day":
            return dt.date(2024, rng.randint(1, 12), 3)
        case _:
            return rng.choice(({"a": [1, None]}, "x", 1.5, [], True))


def _wrong(play: Play, rng: Random, spec: Spec) -> Any:
    wrong = rng.randrange(7)
    if wrong <= 1:
        return None
    # Of an awaitable's awaitable that a scalar lets pass, graphql-core shows an exception as data.
    if wrong == 2 and spec.name != "Anything":
        return draw_error(rng, "value")
    if wrong == 3 and spec.item is not None:
        return _broken_items(play, rng, spec.item)
    return rng.choice((object, "nonsense", 2**40, 1.5, [], {}, {"id": "k1"}, (), 7, b"raw", float("nan"), True))


def _list(play: Play, rng: Random, item: Spec) -> Any:
    size = rng.choice((0, 1, 2, 2, 3))
    items = [make(play, rng, item) for _ in range(size)]
    if rng.random() < 0.15:
        play.awaited_items = True
        items = [Later(item, _delay(play, rng)) if rng.random() < 0.6 else item for item in items]
    form = rng.randrange(16)
    if form == 0:
        return tuple(items)
    if form == 1:
        return (value for value in items)
    if form == 2:
        return _async_items(items, None)
    return items


def _broken_items(play: Play, rng: Random, item: Spec) -> Any:
    items = [make(play, rng, item) for _ in range(rng.randrange(3))]
    error = draw_error(rng, "items")
    return _sync_items(items, error) if rng.random() < 0.5 else _async_items(items, error)


def _sync_items(items: list[Any], error: Exception) -> Iterator[Any]:
    yield from items
    raise error


async def _async_items(items: list[Any], error: Exception | None) -> AsyncIterator[Any]:
    for item in items:
        yield item
        if PLAY.get().varied:
            await asyncio.sleep(0)
    if error is not None:
        raise error


def _delay(play: Play, rng: Random) -> float | None:
    return rng.choice(_VARIED_DELAYS) if play.varied else None


async def _wait(play: Play, *place: str) -> None:
    delay = play.rng("delay", *place).choice(_VARIED_DELAYS if play.varied else _DELAYS)
    if delay is not None:
        await asyncio.sleep(delay)


def _object(play: Play, rng: Random, name: str) -> Any:
    """An object of the type, or of one of the possible types."""
    name = rng.choice(play.world.possible.get(name) or (name,))
    if name.startswith("T"):
        return record(play, "R" + name[1:], rng.choice(KEYS))
    made_of = play.world.names[name.partition("[")[0]]
    made = object.__new__(made_of)
    # The name of a generic type says what it is of.
    made.__dict__.update(tag=f"{name}#{rng.getrandbits(32)}", kind_of=name)
    return made
