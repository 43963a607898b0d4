"""A column: one field's values for all parents at one response position, on their way into the answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable as is_awaitable

from ..vocabulary.errors import RuleError
from .awaiting import Awaited, Place
from .failure import Failure, Raiser
from .items import too_many_items
from .rows import Rows
from .shapes import Container, Shape

if TYPE_CHECKING:
    from .joining import Late
    from .linked import LinkedField
    from .run import Run


class Column:
    """Places the field's values, waits for those that must be awaited, and then lets the level below begin.

    `hop` counts the dependent calls that led to these values. `decoded` is the type as which msgspec decoded the calls'
    answers, where nobody has changed them since.
    """

    __slots__ = ("_awaited", "_found", "_info", "_open", "_projected", "decoded", "field", "hop", "run")

    def __init__(self, run: Run, field: LinkedField, hop: int) -> None:
        self.run = run
        self.field = field
        self.hop = hop
        self.decoded: Any = None
        # One for whoever fills the column, and one for whatever is awaited.
        self._open = 1
        self._found: dict[str, Rows] = {}
        self._projected: dict[str, Rows] = {}
        self._info: Any = None
        # What is awaited at present.
        self._awaited: Awaited | None = None

    def fill(self, rows: Rows, values: Sequence[Any]) -> None:
        """Place one value a row, an exception standing for a failure."""
        placer = self.field.placer
        if placer is not None:
            paths = [self.path_below(path) for _, _, path in rows] if self.field.keeps_path else None
            placer.place(self, rows.outs, paths, values)
            return
        for (_, out, path), value in zip(rows, values, strict=True):
            self.put(out, path, value)

    def fill_named(self, rows: Rows, values: Mapping[Any, Any]) -> None:
        """Place the one of *values* that each row names, an exception standing for a failure."""
        names = rows.values
        placer = self.field.placer
        if placer is not None and placer.shares and not placer.is_list:
            placer.place_named(self, rows.outs, names, values)
        elif placer is None or not placer.shares or not placer.place_named_lists(self, rows.outs, names, values):
            self.fill(rows, [values[name] for name in names])

    def join(self, late: Late, values: Mapping[Any, Any]) -> bool:
        """Place *values* by making the objects that have them; False, and nothing is done, where not all is regular."""
        placer = self.field.placer
        loaded = None if placer is None else placer.made(self, values)
        return loaded is not None and late.join(loaded)

    def put(self, out: dict[str, Any], path: Path | None, value: Any) -> None:
        """Place the value of one parent, to which *path* leads where it is kept."""
        self.put_at(out, self.path_below(path), value)

    def put_at(self, out: dict[str, Any], here: Path | None, value: Any) -> None:
        """As `put`; *here* is the path of the field itself."""
        self.place(self.field.shape, value, out, self.field.key, here)

    def place(self, shape: Shape, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """Place one value by *shape*, awaited first where it is awaitable.

        What is raised while it is looked at is the field's error: an object's class may run code of the application.
        """
        try:
            if is_awaitable(value):
                self.wait(value, shape, container, key, path)
            else:
                shape.place(self, value, container, key, path)
        except Exception as failure:  # noqa: BLE001 - as said
            self.fail(container, key, failure)

    def refuse_items(self, more: int) -> RuleError | None:
        """The error where lists of the field with *more* items are too many for the answer."""
        run, field = self.run, self.field
        left = run.items_left - more
        if left >= 0:
            run.items_left = left
            return None
        most = run.loads.limits.max_list_items
        return too_many_items(f"{field.parent_type}.{field.plan.name}", most, most - left)

    def filled(self) -> None:
        """Every parent has been put; the level below begins when nothing is awaited any more."""
        self._open -= 1
        if self._open == 0 and (self._found or self._projected):
            # Let go of: rows that are late know their column.
            projected, self._projected = self._projected, {}
            self.run.descend(self.field, self._found, projected, self.hop)

    def begin_anew(self) -> None:
        """Expect everything to be placed again, and `filled` to be called again."""
        self._open += 1

    def path_below(self, path: Path | None) -> Path | None:
        """The response path of the field for the parent at *path*, where it is kept."""
        return Path(path, self.field.key, self.field.parent_type.name) if self.field.keeps_path else None

    def wait(self, awaitable: Any, shape: Shape, container: Container, key: str | int, path: Path | None) -> None:
        """Place what *awaitable* gives, once it does, and whatever else is awaited."""
        container[key] = None
        future = self.run.future_of(awaitable)
        if self._awaited is None:
            self._open += 1
            self._awaited = Awaited(self)
        self._awaited.add(future, (shape, container, key, path))

    def place_awaited(self, group: Awaited, values: Sequence[Any], places: Sequence[Place]) -> None:
        """Place what *group* awaited, one value a place, an exception standing for a failure."""
        if self._awaited is group:
            self._awaited = None
        field = self.field
        placer = field.placer
        if placer is not None and all(shape is field.shape for shape, *_ in places):
            paths = [path for *_, path in places] if field.keeps_path else None
            placer.place(self, [container for _, container, *_ in places], paths, values)
        else:
            for value, (shape, container, key, path) in zip(values, places, strict=True):
                self.place_known(shape, value, container, key, path)
        self.filled()

    def place_known(self, shape: Shape, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """As `place`, of a value that has been awaited."""
        try:
            shape.place(self, value, container, key, path)
        except Exception as failure:  # noqa: BLE001 - as there
            self.fail(container, key, failure)

    def later(self, coroutine: Coroutine[Any, Any, Any], go_on: Callable[[Any], None]) -> None:
        """Call *go_on* with what *coroutine* gives, or with its exception; the column is not filled before."""
        self._open += 1

        def arrived(value: Any) -> None:
            go_on(value)
            self.filled()

        self.run.wait_for(coroutine, arrived)

    def ask(
        self, question: Callable[[], Any], go_on: Callable[[Any], None], container: Container, key: str | int
    ) -> None:
        """Go on with the answer of a type's own function, which may be awaitable.

        What the function raises is the field's error, as its resolver's; what *go_on* does is completion's.
        """

        def answered(answer: Any) -> None:
            if isinstance(answer, Exception):
                self.fail(container, key, answer)
                return
            try:
                go_on(answer)
            except Exception as failure:  # noqa: BLE001 - a type's function may raise anything
                self.fail(container, key, failure, "completion")

        def arrived(answer: Any) -> None:
            answered(answer)
            self.filled()

        try:
            answer = question()
        except Exception as failure:  # noqa: BLE001 - a type's function may raise anything
            answer = failure
        if is_awaitable(answer):
            self._open += 1
            container[key] = None
            self.run.wait_for(answer, arrived)
        else:
            answered(answer)

    def fail(self, container: Container, key: str | int, error: Exception, raised_by: Raiser = "field") -> None:
        """Put a failure where the value would be."""
        self.run.has_failures = True
        container[key] = Failure(error, self.field.nodes, raised_by)

    def place_object(self, type_name: str, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """Put a response object of that runtime type, its keys in order; the level below fills it."""
        selection = self.field.selection
        assert selection is not None  # noqa: S101 - only composite types get here
        out: dict[str, Any] = selection.template(type_name).copy()
        container[key] = out
        if len(selection.by_type) > 1:
            self.run.types[id(out)] = type_name
        self._found.setdefault(type_name, Rows()).add(value, out, path)

    def projected(self, type_name: str, rows: Rows) -> None:
        """Objects whose plain fields are in place; the other fields below are still to come."""
        known = self._projected.get(type_name)
        if known is None:
            self._projected[type_name] = rows
        else:
            known.extend(rows)

    def info(self, path: Path | None) -> Any:
        """The resolve info for a type's own functions; with *path* None, one that all parents share.

        Its path is the field's, also for an item of a list.
        """
        while path is not None and isinstance(path.key, int):
            path = path.prev
        if path is not None:
            return self.run.info(self.field, path)
        if self._info is None:
            self._info = self.run.info(self.field, Path(None, self.field.key, self.field.parent_type.name))
        return self._info
