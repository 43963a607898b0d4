"""From a plan to what it tells: the walk over its selections that makes steps. Sums are `totals`, text is `printing`.

The tree grows with the plan, not with the ways through it: what several runtime types share is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import NamedTuple, TypedDict

from ..operations.plan import BatchedCall, Field, Load, LoaderUse, Plan, Resolver, Selection
from .explained import (
    BatchedStep,
    ExplainedStep,
    Explanation,
    GuardStep,
    LoaderCalls,
    LoadStep,
    ProjectionStep,
    ResolverStep,
)
from .totals import Sums, varies


def explain(plan: Plan, *, invoked: Mapping[str, bool] | None = None) -> Explanation:
    """The steps, hops and calls of *plan*.

    *invoked* says of each backend whether its address is a Lambda function; a backend that it does not name has no
    address. Without it nothing is told of invokes.
    """
    steps = _Walk(invoked or {}).root(plan)
    sums = Sums(steps, serial=plan.operation == "mutation")
    return Explanation(
        operation=plan.operation,
        name=plan.name,
        variant=plan.variant,
        totals=sums.totals(with_invokes=invoked is not None),
        chain=tuple(load.id for load in sums.longest_chain()),
        steps=steps,
    )


class _Place(NamedTuple):
    """A response position, and how its objects are got: by the step *leader*, None at the root."""

    path: tuple[str, ...] = ()
    leader: int | None = None
    many: bool = False
    hop: int = 0
    hop_is_least: bool = False

    def below(self, field: Field) -> _Place:
        """The place of what *field*, a plain one, leads to."""
        return self._replace(path=(*self.path, field.key), many=self.many or "[" in field.type)

    def unknown(self, is_unknown: bool) -> _Place:
        """The same place, reached by loads that nobody knows of when *is_unknown*."""
        return self._replace(hop_is_least=self.hop_is_least or is_unknown)


class _Common(TypedDict):
    id: int
    position: str
    depends_on: tuple[int, ...]
    hop: int
    hop_is_least: bool
    many: bool


class _Walk:
    """The walk over one plan. Ids count up, a step's before those below it."""

    def __init__(self, invoked: Mapping[str, bool]) -> None:
        self._invoked = invoked
        self._ids = count(1)
        # By the identity of a selection, which runtime types share: the step that has told what is below.
        self._told: dict[int, int] = {}

    def root(self, plan: Plan) -> tuple[ExplainedStep, ...]:
        (fields,) = plan.root.fields.values()
        if plan.operation != "mutation":
            return self._group(_Place(), fields, ())
        # Root fields of a mutation run one after another: GraphQL specification, section 6.2.2.
        steps: list[ExplainedStep] = []
        place = _Place()
        for field in fields:
            of_field = self._group(place, (field,), ())
            steps += of_field
            sums = Sums(of_field, serial=False)
            place = place._replace(hop=place.hop + len(sums.longest_chain())).unknown(sums.has_unknown)
        return tuple(steps)

    def _selection(self, place: _Place, selection: Selection, *, leads: bool) -> tuple[ExplainedStep, ...]:
        """The steps at *place*; *leads* when plain fields led to it, so that the projection gives its objects."""
        if selection.type in selection.fields:
            return self._group(place, selection.fields[selection.type], (), leads=leads)
        steps: list[ExplainedStep] = []
        for types, fields in _alike(selection):
            steps += self._group(place, fields, types, leads=True)
        return tuple(steps)

    def _group(
        self, place: _Place, fields: tuple[Field, ...], types: tuple[str, ...], *, leads: bool = False
    ) -> tuple[ExplainedStep, ...]:
        """The projection and the other steps of objects that have the same *fields*."""
        leaves = _leaves(fields)
        if not leaves and not types:
            return self._fields(place, fields, shared=False)
        common = self._common(place)
        if not leads:
            return (ProjectionStep(**common, fields=leaves), *self._fields(place, fields, shared=False))
        below = self._fields(place._replace(leader=common["id"]), fields, shared=bool(types))
        return (ProjectionStep(**common, fields=leaves, types=types, below=below),)

    def _fields(self, place: _Place, fields: Iterable[Field], *, shared: bool) -> tuple[ExplainedStep, ...]:
        """The steps of all but plain leaves; *shared* where other runtime types may have the same fields."""
        steps: list[ExplainedStep] = []
        for field in fields:
            if not _is_plain(field):
                steps.append(self._step(place, field))
            elif field.selection is not None and shared:
                steps.append(self._way_through(place, field, field.selection))
            elif field.selection is not None:
                steps += self._selection(place.below(field), field.selection, leads=True)
        return tuple(steps)

    def _step(self, place: _Place, field: Field) -> ExplainedStep:
        match field.step:
            case Load(guards=guards) as load if guards:
                return self._guard(place, field, load)
            case Load() as load:
                return self._load(place, field, load)
            case BatchedCall(resolver=resolver):
                return self._batched(place, field, resolver)
            case Resolver(resolver=resolver, awaits=awaits):
                return self._resolver(place, field, resolver, awaits=awaits)
            case plain:
                raise TypeError(f"expected a step that is no projection, got {plain!r}")

    def _guard(self, place: _Place, field: Field, load: Load) -> GuardStep:
        common = self._common(place, field)
        below = self._load(place._replace(leader=common["id"]), field, load)
        return GuardStep(**common, checks=load.guards, below=(below,))

    def _load(self, place: _Place, field: Field, load: Load) -> LoadStep:
        # A load that is asked ahead leaves with its parent's own.
        loaded = place if load.ahead else place._replace(hop=place.hop + 1)
        common = self._common(loaded, field)
        is_opaque = any(loader.opaque for loader in load.loaders)
        below, like = self._below(loaded.unknown(is_opaque), field, common["id"])
        has_many_keys = place.many and varies(load.key)
        return LoadStep(
            **common,
            loaders=tuple(self._calls(loader, has_many_keys=has_many_keys) for loader in load.loaders),
            key=load.key,
            ahead=load.ahead,
            arguments=field.arguments,
            one_of=len(load.loaders) > 1 and not place.many,
            below=below,
            below_like=like,
        )

    def _calls(self, loader: LoaderUse, *, has_many_keys: bool) -> LoaderCalls:
        return LoaderCalls(
            backend=loader.backend,
            loader=loader.name,
            max_batch=loader.max_batch,
            per_keys=loader.max_batch if has_many_keys and loader.keyed else None,
            opaque=loader.opaque,
            kind=loader.kind,
            types=loader.types,
            invokes=self._invoked.get(loader.backend),
        )

    def _batched(self, place: _Place, field: Field, resolver: str) -> BatchedStep:
        common = self._common(place, field)
        below, like = self._below(place.unknown(True), field, common["id"])
        return BatchedStep(**common, resolver=resolver, below=below, below_like=like)

    def _resolver(self, place: _Place, field: Field, resolver: str, *, awaits: bool) -> ResolverStep:
        common = self._common(place, field)
        below, like = self._below(place.unknown(awaits), field, common["id"])
        return ResolverStep(**common, resolver=resolver, awaits=awaits, below=below, below_like=like)

    def _way_through(self, place: _Place, field: Field, selection: Selection) -> ProjectionStep:
        """A plain field that leads on from one of several runtime types: a step, so that others can point to it."""
        inner = place.below(field)
        common = self._common(inner)
        fields = selection.fields.get(selection.type, ())
        told = self._told.setdefault(id(selection), common["id"])
        if told != common["id"]:
            return ProjectionStep(**common, fields=_leaves(fields), below_like=told)
        led = inner._replace(leader=common["id"])
        below = self._fields(led, fields, shared=False) if fields else self._selection(led, selection, leads=False)
        return ProjectionStep(**common, fields=_leaves(fields), below=below)

    def _common(self, place: _Place, field: Field | None = None) -> _Common:
        """What every step has: of *field* at *place*, or of the objects there."""
        return {
            "id": next(self._ids),
            "position": ".".join(place.path if field is None else (*place.path, field.key)),
            "depends_on": () if place.leader is None else (place.leader,),
            "hop": place.hop,
            "hop_is_least": place.hop_is_least,
            "many": place.many,
        }

    def _below(self, place: _Place, field: Field, leader: int) -> tuple[tuple[ExplainedStep, ...], int | None]:
        """The steps below *field*, or the id of the step that has told them."""
        if field.selection is None:
            return (), None
        told = self._told.setdefault(id(field.selection), leader)
        if told != leader:
            return (), told
        return self._selection(place.below(field)._replace(leader=leader), field.selection, leads=False), None


def _is_plain(field: Field) -> bool:
    return not isinstance(field.step, Load | BatchedCall | Resolver)


def _leaves(fields: Iterable[Field]) -> tuple[str, ...]:
    return tuple(field.key for field in fields if _is_plain(field) and field.selection is None)


def _alike(selection: Selection) -> list[tuple[tuple[str, ...], tuple[Field, ...]]]:
    """The runtime types of *selection*, those with the same fields together."""
    groups: list[tuple[tuple[str, ...], tuple[Field, ...]]] = []
    for name, fields in selection.fields.items():
        for number, (names, known) in enumerate(groups):
            if known == fields:
                groups[number] = ((*names, name), known)
                break
        else:
            groups.append(((name,), fields))
    return groups
