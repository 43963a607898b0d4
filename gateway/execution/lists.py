"""The lists of one field's parents, laid out so that all their items are seen at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from graphql.pyutils import Path

if TYPE_CHECKING:
    from .columns import Column


class Lists:
    """A list a parent, or what is none; and the items of all lists, as if they were one."""

    __slots__ = ("_outs", "_paths", "_values", "item_paths", "items")

    def __init__(self, outs: list[dict[str, Any]], paths: list[Path | None] | None, values: Sequence[Any]) -> None:
        self._outs = outs
        self._paths = paths
        self._values = values
        lists = [value for value in values if type(value) is list]
        self.items: list[Any] = lists[0] if len(lists) == 1 else list(chain.from_iterable(lists))
        #: The paths of `items`, where they are kept.
        self.item_paths: list[Path | None] | None = None
        if paths is not None:
            self.item_paths = [
                Path(here, index, None)
                for here, value in zip(paths, values, strict=True)
                if type(value) is list
                for index in range(len(value))
            ]

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Path | None, Any]]:
        return zip(self._outs, repeat(None) if self._paths is None else self._paths, self._values, strict=False)


def allowed(column: Column, values: Sequence[Any]) -> Sequence[Any]:
    """*values*, or the refusal in the place of each list where they have more items than the answer may have."""
    # Before they are laid out: what is too much may be a thousand times too much.
    refusal = column.refuse_items(sum([len(value) for value in values if type(value) is list]))
    return values if refusal is None else [refusal if type(value) is list else value for value in values]
