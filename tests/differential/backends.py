"""Faulty backends of a random graph, alike in every run: a row's fate follows from its key, a call's from its loader.

Answers come reordered, with rows missing, doubled, unasked or malformed; calls fail, hang, or answer what is no JSON.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import msgspec

from gateway import BackendError, BackendThrottled
from gateway.backends.send_limit import SendLimit
from gateway.backends.wire import WireRequest, WireResponse
from gateway.testing.fake_backend import respond
from tests.differential.play import PLAY, Play
from tests.differential.specs import KEYS, LEAVES, Spec

_SLOWEST_S = 0.005
_FOREVER_S = 3600.0
_JSON = {"content-type": "application/json"}


class RandomBackend:
    """A wire that answers every loader and write of a random graph, for the run under way."""

    async def send(self, request: WireRequest, *, timeout_s: float) -> WireResponse:
        """As `Wire.send`; remembers what was asked."""
        play = PLAY.get()
        name = request.path[1:]
        with SendLimit("random", timeout_s):
            if request.method == "POST":
                return await _written(play, name, request)
            keys = tuple(value for key, value in request.query if key == "k")
            others = repr(sorted(pair for pair in request.query if pair[0] != "k"))
            play.loads.append((name, others, keys))
            return await _answered(play, name, keys, others)

    def drop_idle(self) -> None:
        """As `Wire.drop_idle`."""

    async def close(self) -> None:
        """As `Wire.close`."""


async def load_by_itself(name: str, keys: Sequence[str]) -> Any:
    """What the opaque loader *name* gives: records, in some order, or something else."""
    play = PLAY.get()
    play.loads.append((name, "opaque", tuple(keys)))
    fate = play.rng("loader", name)
    await _pass_time(fate)
    if play.goes_wrong(fate):
        if fate.random() < 0.5:
            raise RuntimeError(f"{name} fails")
        return ["no record"]
    loader = play.world.loaders[name]
    return [record(play, loader.record, key) for key in reversed(keys) if not _is_absent(play, name, key)]


def record(play: Play, name: str, key: str) -> Any:
    """A record as resolvers give it: of that key, nothing wrong with it."""
    record_type = play.world.names[name]
    return msgspec.convert(_row(play, name, key, faults=False), record_type, strict=False)


async def _answered(play: Play, name: str, keys: Sequence[str], others: str) -> WireResponse:
    loader = play.world.loaders[name]
    fate = play.rng("loader", name)
    await _pass_time(play.rng("latency", name, others))
    if play.goes_wrong(fate):
        return await _failure(fate, may_be_absent=not loader.is_keyed)
    faults = loader.rows_are_separate
    if not loader.is_keyed:
        return respond(_whole(play, loader.record, name + others, loader.cardinality))
    if loader.cardinality == "page":
        pages = {
            key: _page(play, loader.record, name + others + key) for key in keys if not _is_absent(play, name, key)
        }
        return respond(pages)
    rows: list[Any] = []
    for key in sorted(keys, key=lambda key: play.rng("order", name, key).random()):
        if loader.cardinality == "one":
            rows += _rows_of_one(play, loader, name, key, faults=faults)
        else:
            rows += _rows_of_many(play, loader, name + others, key, faults=faults)
    if faults and play.goes_wrong(fate):
        rows.append(fate.choice((None, 7, {"id": [], "group": {}}, _row(play, loader.record, "unasked", faults=False))))
    return respond(rows)


async def _failure(fate: Random, *, may_be_absent: bool) -> WireResponse:
    """Some failure of a whole call. Where calls ask for one row, 404 says that there is none, and is no failure."""
    wrong: Callable[[], Any] = fate.choice(
        (
            lambda: respond({"oops": 1}, status=500),
            lambda: respond(None, status=404 if may_be_absent else 403),
            lambda: respond("slow down", status=429),
            lambda: WireResponse(200, _JSON, b"<html>"),
            lambda: respond({"rows": []}),
            lambda: respond(None),
            lambda: BackendError("gone", code="BACKEND_UNREACHABLE"),
            lambda: BackendThrottled("busy"),
            lambda: RuntimeError("broken wire"),
            lambda: _FOREVER_S,
        )
    )
    answer = wrong()
    if answer == _FOREVER_S:
        await asyncio.sleep(_FOREVER_S)
    if isinstance(answer, Exception):
        raise answer
    return answer  # type: ignore[no-any-return]  # the rest are responses


async def _written(play: Play, name: str, request: WireRequest) -> WireResponse:
    body = request.body or b""
    play.writes.append((name, body))
    fate = play.rng("write", name, body)
    await _pass_time(fate)
    if play.goes_wrong(fate):
        return await _failure(fate, may_be_absent=True)
    return respond(_row(play, play.world.writes[name], fate.choice(KEYS), faults=False))


def _rows_of_one(play: Play, loader: Any, name: str, key: str, *, faults: bool) -> list[Any]:
    if _is_absent(play, name, key):
        return []
    own, _, group = key.partition("~")
    row = _row(play, loader.record, own, faults=faults)
    if group:
        row["group"] = group
    doubled = play.goes_wrong(play.rng("double", name, key)) and faults
    return [row, row] if doubled else [row]


def _rows_of_many(play: Play, loader: Any, place: str, key: str, *, faults: bool) -> list[Any]:
    rng = play.rng("many", place, key)
    rows = [_row(play, loader.record, rng.choice(KEYS), faults=faults) for _ in range(rng.choice((0, 1, 2, 2, 3)))]
    return [{**row, "group": key} for row in rows]


def _whole(play: Play, name: str, place: str, cardinality: str) -> Any:
    rng = play.rng("whole", place)
    if cardinality == "page":
        return _page(play, name, place)
    if cardinality == "one":
        return _row(play, name, rng.choice(KEYS), faults=False)
    return [_row(play, name, rng.choice(KEYS), faults=False) for _ in range(rng.choice((0, 1, 2, 3)))]


def _page(play: Play, name: str, place: str) -> Any:
    rng = play.rng("page", place)
    edges = [
        {"cursor": str(index), "node": _row(play, name, rng.choice(KEYS), faults=False)}
        for index in range(rng.randrange(4))
    ]
    return {"edges": edges, "page_info": {"has_next_page": rng.random() < 0.5, "end_cursor": "z"}}


def _is_absent(play: Play, name: str, key: str) -> bool:
    rng = play.rng("absent", name, key)
    return rng.random() < 0.05 + play.faults / 2


def _row(play: Play, name: str, key: str, *, faults: bool) -> dict[str, Any]:
    """The row of *key*: every field of the record, with *faults* some of them wrong or missing."""
    rng = play.rng("row", name, key, play.version)
    kinds = play.world.kinds[name]
    row: dict[str, Any] = {
        "id": key,
        "group": rng.choice(KEYS),
        "owner": rng.choice(KEYS),
        "other": rng.choice((*KEYS, None)),
        "kind": rng.choice(kinds) if kinds else "none",
    }
    fields: Mapping[str, tuple[Spec, bool]] = play.world.fields[name]
    for field, (spec, is_any) in fields.items():
        # A field typed Any takes whatever comes: what it is not, completion finds out.
        row[field] = _json(play, rng, spec, faults=is_any or faults)
    if faults and play.goes_wrong(rng):
        victim = rng.choice([field for field in row if field not in {"id", "group"}])
        if rng.random() < 0.5:
            del row[victim]
        else:
            row[victim] = rng.choice((None, 7, "x", [], {}))
    return row


def _json(play: Play, rng: Random, spec: Spec, *, faults: bool) -> Any:
    if faults and play.goes_wrong(rng):
        return rng.choice((None, None, 7, "x", [], {}, [None], 2**40, True))
    if spec.nullable and rng.random() < 0.15:
        return None
    if spec.item is not None:
        return [_json(play, rng, spec.item, faults=faults) for _ in range(rng.choice((0, 1, 2, 3)))]
    if spec.name not in LEAVES:
        return _row(play, "R" + spec.name[1:], rng.choice(KEYS), faults=False)
    if spec.name in _MISFITS and play.goes_wrong(rng):
        return _MISFITS[spec.name]
    return rng.choice(_JSON_LEAVES[spec.name])


_JSON_LEAVES: Mapping[str, tuple[Any, ...]] = {
    "str": ("", "text", "Ω"),
    "ID": (*KEYS, base64.b64encode(b"T0:k1").decode()),
    "int": (0, 1, -7, 2**31 - 1),
    "float": (0.5, -2.0, 3),
    "bool": (True, False),
    "Color": ("r", "g", "b"),
    "Even": (0, 2, 44),
    "Anything": ({"a": [1, None]}, "x", 1.5, [], True),
    "Day": ("2024-01-03", "2024-12-31"),
}

#: What a record takes and the GraphQL type refuses.
_MISFITS: Mapping[str, Any] = {"int": 2**40, "Even": 7}


async def _pass_time(rng: Random) -> None:
    """As long as no other loader takes: what answers at the same moment is run one after the other."""
    await asyncio.sleep(rng.random() * _SLOWEST_S)
