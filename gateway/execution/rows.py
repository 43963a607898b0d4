"""Rows: the parents at one response position, as parallel lists that a step goes through at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import TYPE_CHECKING, Any

from graphql.pyutils import Path

if TYPE_CHECKING:
    from .joining import Late


class Rows:
    """Parents, the response objects that their fields go into, and the paths to these where the plan keeps paths.

    Rows that are `late` have no objects yet.
    """

    __slots__ = ("late", "outs", "paths", "values")

    def __init__(
        self,
        values: list[Any] | None = None,
        outs: list[dict[str, Any]] | None = None,
        paths: list[Path | None] | None = None,
        late: Late | None = None,
    ) -> None:
        self.values = [] if values is None else values
        self.outs = [] if outs is None else outs
        self.paths = paths
        self.late = late

    def make(self) -> bool:
        """Have the objects; False where these rows are of no use any more, since their level has begun anew."""
        late, self.late = self.late, None
        if late is not None:
            outs = late.make()
            if outs is None:
                return False
            self.outs = outs
        return True

    def add(self, value: Any, out: dict[str, Any], path: Path | None) -> None:
        """Add one parent; all of one position have a path, or none has."""
        self.values.append(value)
        self.outs.append(out)
        if path is not None:
            if self.paths is None:
                self.paths = []
            self.paths.append(path)

    def extend(self, others: Rows) -> None:
        """Add *others* behind these."""
        # As lists of their own: these may be the application's.
        self.values = [*self.values, *others.values]
        self.outs = [*self.outs, *others.outs]
        if others.paths is not None:
            self.paths = [*(self.paths or ()), *others.paths]

    def named(self, names: list[Any]) -> Rows:
        """The same response objects and paths, *names* in the parents' places."""
        return Rows(names, self.outs, self.paths)

    def joined(self, others: Rows) -> Rows:
        """These and *others*, as rows of their own."""
        together = Rows(self.values, self.outs, self.paths)
        together.extend(others)
        return together

    def __iter__(self) -> Iterator[tuple[Any, dict[str, Any], Path | None]]:
        return zip(self.values, self.outs, repeat(None) if self.paths is None else self.paths, strict=False)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"<Rows of {len(self)}>"
