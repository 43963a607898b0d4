"""Batched resolvers: one call of the resolver for many parents.

Where graphql-core asks parent by parent, those at one response position are gathered first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from ..declare.batched import Batched
from ..vocabulary.context import Context
from ..vocabulary.deadline import Deadline, within
from ..vocabulary.errors import EngineError
from ..vocabulary.raised import as_failure
from .frozen import freeze
from .passes import Passes


def start_batch(
    passes: Passes,
    deadline: Deadline,
    batched: Batched,
    parents: Sequence[Any],
    *,
    arguments: Mapping[str, Any],
    context: Context[Any],
    done: Callable[[list[Any]], None],
) -> None:
    """Call *batched* once for all *parents*, as a task; *done* gets one value or exception a parent, in a pass.

    Whatever becomes of the resolver, *done* is called once, unless the request is closed first.
    """
    task = passes.start(_resolve(batched, list(parents), arguments, context, deadline))

    def ended(task: asyncio.Task[list[Any]]) -> None:
        lost = EngineError("a load ended without an outcome; was it cancelled from within?")
        values = [lost] * len(parents) if task.cancelled() else task.result()
        passes.run(partial(done, values))

    task.add_done_callback(ended)


async def _resolve(
    batched: Batched, parents: list[Any], arguments: Mapping[str, Any], context: Context[Any], deadline: Deadline
) -> list[Any]:
    extra = {batched.context_name: context} if batched.context_name else {}
    try:
        given = await within(deadline, batched.resolve(parents, **extra, **arguments), batched.label)
        values = _one_each(batched, given, parents)
    except asyncio.CancelledError:
        raise
    except BaseException as raised:  # noqa: BLE001 - stands in every value's place, and fails every parent's field
        return [as_failure(raised)] * len(parents)
    return [_raisable(value) for value in values]


def _raisable(value: Any) -> Any:
    """*value*, unless it is an exception that no coroutine may raise: its field would end as if it had returned."""
    return EngineError(f"expected a value or an error, got {value!r}") if isinstance(value, StopIteration) else value


def _one_each(batched: Batched, values: object, parents: Sequence[Any]) -> list[Any]:
    if not isinstance(values, list):
        raise EngineError(f"{batched.label}: expected a list, got {type(values).__name__}")
    if len(values) != len(parents):
        raise EngineError(f"{batched.label}: expected {len(parents)} values, one a parent, got {len(values)}")
    return values


class Batch(msgspec.Struct):
    """Parents at one response position that wait for one batched resolver."""

    batched: Batched
    arguments: Mapping[str, Any]
    context: Context[Any]
    parents: list[Any] = []
    futures: list[asyncio.Future[Any]] = []


class Batches:
    """The batches of one request that have not left."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: dict[Any, Batch] = {}

    def ask(
        self,
        batched: Batched,
        position: tuple[str, ...],
        parent: Any,
        *,
        arguments: Mapping[str, Any],
        context: Context[Any],
        future: asyncio.Future[Any],
    ) -> None:
        """Let *future* have what *batched* gives for *parent*, among all parents at *position*."""
        place = (batched, position, freeze(arguments))
        batch = self._waiting.get(place)
        if batch is None:
            batch = self._waiting[place] = Batch(batched, arguments, context)
        batch.parents.append(parent)
        batch.futures.append(future)

    def take(self) -> list[Batch]:
        """All that waits to leave; nothing waits afterwards."""
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())
