"""A case and its runs: by graphql-core, by the plan, and by the plan through Strawberry's lifecycle."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Literal

from gateway import Graph
from gateway.admission.documents import Document
from gateway.application.engine import Engine, Viewer
from gateway.http.request import GraphQLRequest
from gateway.operations.plan import Load, Selection
from gateway.vocabulary.errors import GatewayError
from gateway.vocabulary.identity import Identity
from gateway.vocabulary.settings import BackendSettings, LimitSettings, Settings
from tests.differential.backends import RandomBackend
from tests.differential.compare import Answered, disagreements
from tests.differential.operations import Operation, draw_operation
from tests.differential.play import PLAY, Play
from tests.differential.schemas import World, world_of
from tests.execution.sent import read

#: How an engine runs: by graphql-core, by the plan's interpreter, by code generated from the plan, whose answer is one
#: to be sent, and by the default through Strawberry's lifecycle.
WAYS: Mapping[str, Literal["reference", "interpreted", "generated", "planned"]] = {
    "oracle": "reference",
    "interpreted": "interpreted",
    "generated": "generated",
    "seam": "planned",
}
_DIRECT = tuple(way for way in WAYS if way != "seam")
_DEADLINE_S = 10.0
_LIMITS = LimitSettings(
    max_tokens=100_000, max_aliases=10_000, max_root_fields=10_000, max_directives=10_000, max_fields=100_000,
    max_depth=150, max_nesting=150, max_comparisons=10_000_000, max_errors=100_000, max_calls=100_000,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One case by its three seeds: the graph's, the operation's, and that of variables and faults."""

    world: int
    operation: int
    run: int

    @classmethod
    def of(cls, text: str) -> Case:
        """The case that `str` wrote: `3.14.15`."""
        return cls(*map(int, text.split(".")))

    def __str__(self) -> str:
        return f"{self.world}.{self.operation}.{self.run}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A case, drawn: what is asked of which world, and what goes wrong."""

    case: Case
    world: World
    text: str
    variables: dict[str, Any]
    viewer: str | None
    faults: float
    varied: bool
    is_mutation: bool
    #: Strawberry parses and validates each time, which costs more than all the rest: some trials do it.
    ways: tuple[str, ...] = tuple(WAYS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the runs of a trial gave."""

    trial: Trial
    answers: dict[str, Answered]
    found: dict[str, list[str]]

    @property
    def agrees(self) -> bool:
        return not any(self.found.values())

    def __str__(self) -> str:
        trial = self.trial
        lines = [
            f"case {trial.case}: {trial.text}",
            f"variables {trial.variables}, viewer {trial.viewer}, faults {trial.faults}",
        ]
        for way, found in self.found.items():
            lines += [f"{way} differs: {text}" for text in found]
        for way, answered in self.answers.items():
            lines += [f"--- {way}: {answered.result}", f"    loads {answered.play.loads}"]
        return "\n".join(lines)


@lru_cache(maxsize=256)
def _operation(world: int, operation: int) -> Operation:
    schema = world_of(world).graph.schema._schema
    return draw_operation(Random(f"operation {world} {operation}"), schema)


def draw_trial(case: Case) -> Trial:
    """The trial of *case*."""
    rng = Random(f"run {case}")
    operation = _operation(case.world, case.operation)
    return Trial(
        case,
        world_of(case.world),
        operation.text,
        operation.variables.values(rng),
        rng.choice(("k1", "k2", None)),
        rng.choice((0.0, 0.0, 0.02, 0.05, 0.1, 0.3)),
        rng.random() < 0.3,
        operation.is_mutation,
        tuple(WAYS) if rng.random() < 0.3 else _DIRECT,
    )


class Trials:
    """Runs trials, with three engines a world, in a loop of its own whose time passes at once."""

    def __init__(self) -> None:
        self._loop = _PatientLoop()
        self._complaints: list[str] = []
        self._loop.set_exception_handler(lambda _, context: self._complaints.append(_complaint(context)))
        self._engines: dict[int, dict[str, Engine]] = {}

    def judge(self, trial: Trial) -> Verdict:
        """Run *trial* every way and compare with the oracle."""
        self._read_once(trial)
        answers = {way: self._run(way, trial) for way in trial.ways}
        oracle = answers["oracle"]
        # Where items take their own time, what departs together is the way's own affair; a planned mutation
        # forgets what it knows after each root field, whether that was a write or not.
        compares_calls = not (trial.varied or trial.is_mutation or oracle.play.awaited_items)
        found = {
            way: disagreements(oracle, answers[way], compares_calls=compares_calls)
            for way in trial.ways
            if way != "oracle"
        }
        return Verdict(trial, answers, found)

    def close(self) -> None:
        """Close all engines and the loop."""
        for engines in self._engines.values():
            for engine in engines.values():
                self._loop.run_until_complete(engine.close())
        self._loop.close()

    def _read_once(self, trial: Trial) -> None:
        """Let the engines share one reading of the document, which costs more than running it."""
        engines = self._engines_of(trial.world)
        with suppress(GatewayError):
            known = engines["oracle"].documents.get(trial.text)
            for engine in engines.values():
                store = engine.documents._valid
                if not known.errors and store.get(trial.text) is None:
                    store.put(Document(known.text, 0, known.ast, known.errors))

    def _run(self, way: str, trial: Trial) -> Answered:
        engine = self._engines_of(trial.world)[way]
        play = Play(trial.world, trial.case.run, trial.faults, trial.varied)
        self._complaints.clear()
        return self._loop.run_until_complete(self._answer(engine, trial, play, is_sent=way == "generated"))

    async def _answer(self, engine: Engine, trial: Trial, play: Play, *, is_sent: bool) -> Answered:
        PLAY.set(play)
        identity = Identity.from_claims({"sub": trial.viewer}) if trial.viewer else Identity.from_claims({})
        request = GraphQLRequest(trial.text, None, trial.variables)
        try:
            answer = await engine.execute(request, Viewer("case", _DEADLINE_S, identity), as_json=is_sent)
        except GatewayError as refused:
            return Answered({"errors": [{"message": str(refused)}]}, play)
        except Exception as bug:  # noqa: BLE001 - a bug of the engine: it is what is looked for
            return Answered({}, play, complaints=(repr(bug),))
        fallback = answer.fallback.value if answer.fallback else None
        ahead = frozenset(_asked_ahead(answer.plan.root)) if answer.plan else frozenset()
        result = read(answer.result) if is_sent else answer.result
        return Answered(result, play, fallback, ahead, tuple(self._complaints))

    def _engines_of(self, world: World) -> dict[str, Engine]:
        if world.seed not in self._engines:
            self._engines[world.seed] = {
                way: self._engine(world.seamed if way == "seam" else world.graph, execution)
                for way, execution in WAYS.items()
            }
        return self._engines[world.seed]

    def _engine(self, graph: Graph, execution: Literal["reference", "interpreted", "generated", "planned"]) -> Engine:
        settings = Settings(
            mode="development",
            execution=execution,
            limits=_LIMITS,
            backends={name: BackendSettings(timeout_s=0.05) for name in graph.backends},
        )
        wires = {name: RandomBackend() for name in graph.backends}
        return Engine(graph, settings, wires=wires, clock=_LoopClock(self._loop))


class _LoopClock:
    """The loop's own time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def monotonic_s(self) -> float:
        return self._loop.time()

    def wall_s(self) -> float:
        return self._loop.time()


class _PatientLoop(asyncio.SelectorEventLoop):
    """A loop that jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__(_Jump(self._pass))
        self._passed_s = 0.0

    def time(self) -> float:
        return self._passed_s if hasattr(self, "_passed_s") else 0.0

    def _pass(self, seconds: float) -> None:
        self._passed_s += seconds


class _Jump(selectors.SelectSelector):
    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everybody waits, and for nothing")
        if timeout > 0:
            self._pass_time(timeout)
        return super().select(0)


def _asked_ahead(selection: Selection) -> Iterator[str]:
    for fields in selection.fields.values():
        for field in fields:
            if isinstance(field.step, Load) and field.step.ahead:
                yield from (loader.name for loader in field.step.loaders)
            if field.selection is not None:
                yield from _asked_ahead(field.selection)


def _complaint(context: dict[str, Any]) -> str:
    return f"{context.get('message')}: {context.get('exception')!r}"
