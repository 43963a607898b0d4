"""Rounds over HTTP: every cell is verified, then all take turns, in another order each round."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from .contestants import CONTESTANTS
from .load import Exchange, Load, fetch, get, post
from .samples import Cell, Samples, Session
from .servers import Server
from .works import WORKS, Work, WrongAnswerError

_LEAST_REQUESTS = 4
# Compilers at run time, V8 and ours, need some before they have done their work.
_WARM_UP_TURNS = 5
_SEED = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """How many rounds there are, and how long each cell's turn is about to take."""

    rounds: int
    turn_s: float
    concurrency: int | None = None


class Field:
    """The servers over one upstream, on which sessions are run."""

    def __init__(self, servers: Mapping[str, Server], upstream: str, pace: Pace) -> None:
        self._servers = servers
        self._upstream = upstream
        self._pace = pace
        self._order = random.Random(_SEED)

    async def run(self, session: Session, cells: Iterable[Cell]) -> Session:
        """Measure those of *cells* whose contestants run.

        Raises:
            WrongAnswerError: an answer is wrong, or took another number of upstream calls than its work says.
        """
        turns = [await self._prepare(cell) for cell in cells if cell.contestant in self._servers]
        session.cells.update({turn.cell: turn.samples for turn in turns})
        for _ in range(self._pace.rounds):
            self._order.shuffle(turns)
            for turn in turns:
                await self._take(turn)
        return session

    async def _prepare(self, cell: Cell) -> _Turn:
        """Verify a cell, warm it up, and find out how many requests make a turn."""
        server, work = self._servers[cell.contestant], WORKS[cell.work]
        viewers = work.viewers[:1] if cell.shares else work.viewers
        exchanges = [await _verified(server, work, viewer) for viewer in viewers]
        turn = _Turn(cell, server, exchanges, self._pace.concurrency or work.concurrency)
        load = await Load.open(server.address, exchanges, turn.concurrency)
        began_s, done = time.perf_counter(), 0
        while time.perf_counter() - began_s < _WARM_UP_TURNS * self._pace.turn_s:
            done += len(await load.run(exchanges, len(exchanges)))
        load.close()
        rate = done / (time.perf_counter() - began_s)
        turn.samples.requests = max(_LEAST_REQUESTS, turn.concurrency, round(rate * self._pace.turn_s))
        return turn

    async def _take(self, turn: _Turn) -> None:
        load = await Load.open(turn.server.address, turn.exchanges, turn.concurrency)
        requests, samples = turn.samples.requests, turn.samples
        calls, began_s, cpu_s = await self._calls(), time.perf_counter(), turn.server.cpu_s()
        taken_s = await load.run(turn.exchanges, requests)
        cpu_s, wall_s = turn.server.cpu_s() - cpu_s, time.perf_counter() - began_s
        load.close()
        samples.cpu_ms.append(cpu_s * 1000 / requests)
        samples.per_s.append(requests / wall_s)
        samples.p50_ms.append(statistics.median(taken_s) * 1000)
        samples.calls.append((await self._calls() - calls) / requests)
        self._check_calls(turn)

    def _check_calls(self, turn: _Turn) -> None:
        expected, came = WORKS[turn.cell.work].calls, turn.samples.calls[-1]
        if CONTESTANTS[turn.cell.contestant].keeps_calls and not turn.cell.shares and came != expected:
            raise WrongAnswerError(f"{turn.cell}: expected {expected} upstream calls a request, got {came}")

    async def _calls(self) -> int:
        return int(await fetch(self._upstream, get(f"{self._upstream}/calls")))


class _Turn:
    """A cell that is ready: its server, what is asked of it, and what came of it so far."""

    def __init__(self, cell: Cell, server: Server, exchanges: list[Exchange], concurrency: int) -> None:
        self.cell = cell
        self.server = server
        self.exchanges = exchanges
        self.concurrency = concurrency
        self.samples = Samples()


async def _verified(server: Server, work: Work, viewer: int) -> Exchange:
    """A request whose answer is right, together with it: every later answer must be the same bytes."""
    request = post(server.address, work.body(), viewer)
    body = await fetch(server.address, request)
    answered = orjson.loads(body)
    try:
        work.check(answered, viewer, indices_as_text=CONTESTANTS[server.name].indices_as_text)
    except WrongAnswerError as wrong:
        raise WrongAnswerError(f"{server.name}: {wrong}") from None
    # White space is a peer's own affair; the gateway's answers are the right bytes as they come.
    if server.name == "gateway" and body != orjson.dumps(answered):
        raise WrongAnswerError(f"{work.name}: expected an answer without white space, got {body[:200]!r}")
    return Exchange(request, body)
