"""A load step: the keys of all parents, asked of their loader together; each distinct loader goes on by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql.execution.values import VariableValues
from strawberry.types.arguments import convert_arguments

from ..declare.binding import LoadBinding, binding_of
from ..declare.loader import Loader
from ..declare.resolving import choose, place_of
from ..declare.sources import ByKind, RecordField, key_part
from ..declare.strawberry_types import strawberry_field_of
from ..loading.door import missing
from ..operations.plan import Load
from .columns import Column
from .guard import Guard
from .load_arguments import LoadArguments
from .rows import Rows

if TYPE_CHECKING:
    from ..loading.wanted import Wanted
    from .linked import LinkedField
    from .run import Run

#: The keys of parents in their places, or parents that are late; and each key once.
_Asked: TypeAlias = tuple[Rows, dict[Any, None]]


class LoadStep:
    """What one `load(...)` field does for a column of parents."""

    def __init__(self, field: LinkedField) -> None:
        self._field = field
        declared, binding = strawberry_field_of(field.definition), None
        if declared is not None:
            binding = binding_of(declared)
        assert declared is not None and binding is not None  # noqa: S101, PT018 - the plan says that it is a load
        self._declared = declared
        self._binding = binding
        self._place = place_of(binding, field.plan.name, field.definition.type)
        self._guard = Guard(field, declared) if declared.extensions else None
        self._has_no_key = not (binding.sources or isinstance(binding.target, ByKind))
        #: The attribute of each parent's record that is the key, where it is one and the loader is always the same.
        self.key_attribute = _key_attribute(binding)
        self._read_key = None if self.key_attribute is None else attrgetter(self.key_attribute)
        self._constant = self._constant_arguments()
        self._ahead = _loads_ahead(field)
        #: Whether the run may let go of what is loaded as soon as it stands in the answer: nobody asks for it again.
        self.lets_go = False

    @property
    def loaders(self) -> tuple[Loader[Any, Any, Any], ...]:
        """Every loader that this may ask."""
        return self._binding.loaders

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Ask for the keys of every parent that has one; the others are null or failed at once."""
        arguments = self._arguments(run)
        # Those that nothing is loaded for have a column of their own, if there are any.
        here = None if self._guard is None else Column(run, self._field, hop)
        if self._guard is not None and here is not None:
            rows = self._guard.let_through(here, rows)
        plain = self._plain_keys(rows)
        if plain is None:
            if not rows.make():
                return
            here = here or Column(run, self._field, hop)
            asked = self._chosen(here, rows, arguments)
        else:
            asked = {self._binding.loaders[0]: plain} if rows.values else {}
        if here is not None:
            here.filled()
        for loader, keys in asked.items():
            self._ask(Column(run, self._field, hop + 1), loader, keys, arguments)

    def ask_ahead(self, run: Run, above: Loader[Any, Any, Any], keys: Iterable[Any], hop: int) -> None:
        """Ask now what will be asked for the rows that *above* gives for *keys*; the memo keeps it until then."""
        (loader,) = self._binding.loaders
        try:
            own_keys = {key: None for key in map(self._key_from(run, above), keys) if key is not None}
            if own_keys:
                run.loads.want(loader, own_keys, self._arguments(run).for_loader(), hop=hop)
        except Exception:  # noqa: BLE001 - told at each parent, when there are parents
            return
        if own_keys:
            for step in self._ahead:
                step.ask_ahead(run, loader, own_keys, hop)

    def _key_from(self, run: Run, above: Loader[Any, Any, Any]) -> Callable[[Any], Any]:
        """What makes this load's key of one of *above*'s, None where a part is absent."""
        identity = run.context.identity
        sources = self._binding.sources

        def key_from(key: Any) -> Any:
            known = dict(zip(above.by, key if above.key_is_tuple else (key,), strict=True))
            parts = tuple(
                known[source.name] if isinstance(source, RecordField) else key_part(source, None, {}, identity, ())
                for source in sources
            )
            return None if None in parts else parts if self._binding.key_is_tuple else parts[0]

        return key_from

    def _plain_keys(self, rows: Rows) -> _Asked | None:
        """The keys where each is one attribute of its parent, and none is null or fails; else None."""
        if self._has_no_key:
            return rows.named([None] * len(rows.values)), {None: None}
        if self._read_key is None:
            return None
        try:
            if rows.late is None:
                rows = rows.named(list(map(self._read_key, rows.values)))
                distinct = dict.fromkeys(rows.values)
            else:
                distinct = dict.fromkeys(map(self._read_key, rows.values))
        except Exception:  # noqa: BLE001 - told parent by parent, as its field's error
            return None
        return None if None in distinct else (rows, distinct)

    def _chosen(self, column: Column, rows: Rows, arguments: LoadArguments) -> dict[Loader[Any, Any, Any], _Asked]:
        """The parents to load for, by loader; those without a key are put right away."""
        asked: dict[Loader[Any, Any, Any], _Asked] = {}
        identity = column.run.context.identity
        for value, out, path in rows:
            try:
                chosen = choose(self._binding, self._place, value, arguments.given, identity)
                # A key that has no hash cannot be told from others.
                hash(chosen and chosen[1])
            except Exception as failure:  # noqa: BLE001 - the field's error, as from its resolver
                column.put(out, path, failure)
                continue
            if chosen is None:
                column.put(out, path, None)
                continue
            loader, key = chosen
            keys, distinct = asked.setdefault(loader, (Rows(), {}))
            keys.add(key, out, path)
            distinct[key] = None
        return asked

    def _ask(self, column: Column, loader: Loader[Any, Any, Any], asked: _Asked, arguments: LoadArguments) -> None:
        run = column.run
        keys, distinct = asked
        if run.gave_up is not None:
            _fail(column, keys, run.gave_up)
            return
        try:
            wanted = run.loads.want(loader, distinct, arguments.for_loader(), hop=column.hop)
        except Exception as refusal:  # noqa: BLE001 - the field's error at each parent
            _fail(column, keys, refusal)
            return
        for step in self._ahead:
            step.ask_ahead(run, loader, distinct, column.hop)
        run.wait_until(wanted, partial(self._loaded, column, loader, keys))

    def _loaded(
        self,
        column: Column,
        loader: Loader[Any, Any, Any],
        keys: Rows,
        wanted: Wanted,
        gave_up: Exception | None,
    ) -> None:
        if gave_up is not None:
            _fail(column, keys, gave_up)
            return
        # What the memo knew was answered at an earlier hop, but nothing comes before the parents.
        column.hop = max(column.hop - 1, wanted.hop)
        column.decoded = wanted.decoded
        column.run.reached(column.hop)
        # Each key once: parents that share a row are to share what is made of it.
        outcomes = wanted.outcomes
        found = {key: outcomes[key] for key in wanted.keys}
        if self._place.required and None in found.values():
            found = {key: missing(loader, key) if value is None else value for key, value in found.items()}
        self._put_found(column, keys, found)
        if self.lets_go:
            wanted.forget()
        column.filled()

    def _put_found(self, column: Column, keys: Rows, found: Mapping[Any, Any]) -> None:
        """Place what was found for *keys*; where their level begins anew, it is placed there."""
        late = keys.late
        if late is None:
            column.fill_named(keys, found)
        elif not column.join(late, found) and keys.make():
            assert self._read_key is not None  # noqa: S101 - rows that are late have their key from it
            column.fill_named(keys.named(list(map(self._read_key, keys.values))), found)

    def _arguments(self, run: Run) -> LoadArguments:
        return self._constant or LoadArguments(self._binding, partial(self._convert, run.variables))

    def _constant_arguments(self) -> LoadArguments | None:
        """Those of every request, where they are the same in all; None where they are not, or are refused."""
        if not self._field.arguments.is_constant:
            return None
        constant = LoadArguments(self._binding, partial(self._convert, VariableValues({}, {})))
        try:
            constant.keep()
        except Exception:  # noqa: BLE001 - each request is told anew: an exception remembers who raised it
            return None
        return constant

    def _convert(self, variables: VariableValues) -> Mapping[str, Any]:
        field = self._field
        if not field.arguments.has_any:
            return {}
        coerced = field.arguments.coerced(variables)
        converter = field.converter
        return convert_arguments(coerced, self._declared.arguments, converter.scalar_registry, converter.config)


def _fail(column: Column, keys: Rows, failure: Exception) -> None:
    if not keys.make():
        return
    column.fill(keys, [failure] * len(keys))
    column.filled()


def _loads_ahead(field: LinkedField) -> list[LoadStep]:
    """The steps below *field* whose loads leave with its own."""
    if field.selection is None:
        return []
    below = [below for fields in field.selection.by_type.values() for below in fields]
    return [
        below.step
        for below in below
        if isinstance(below.step, LoadStep) and isinstance(below.plan.step, Load) and below.plan.step.ahead
    ]


def _key_attribute(binding: LoadBinding) -> str | None:
    if isinstance(binding.target, ByKind) or len(binding.sources) != 1:
        return None
    (source,) = binding.sources
    return source.name if isinstance(source, RecordField) else None
