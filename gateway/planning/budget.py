"""Budgets: what an operation may cost, as `hops.toml` says it, and where its plan costs more.

A figure that is only known to be "at least" so much breaks a budget that does not allow for what is unknown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from ..vocabulary.errors import SettingsError
from ..vocabulary.nearest import did_you_mean
from .combinations import Explanations
from .explained import Figure
from .fallback import Fallback

FILE_NAME: Final = "hops.toml"
_TABLES: Final = ("default", "operations")


class Budget(msgspec.Struct, frozen=True):
    """What one operation may cost; None is no limit, or, for what may be allowed, no.

    `allow_fallback` lets graphql-core run it, so that nothing is compared. `allow_unknown` compares what is known when
    the whole is not: opaque loaders, resolvers that await, backends without an address, more conditions than are tried.
    """

    max_hops: int | None = None
    max_calls: int | None = None
    max_invokes: int | None = None
    allow_fallback: bool | None = None
    allow_unknown: bool | None = None

    def over(self, default: Budget) -> Budget:
        """This budget, *default* where it says nothing."""
        own = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(default, **own)


class Budgets(msgspec.Struct, frozen=True):
    """A whole `hops.toml`: operations by name, one without a name by its file's; *default* completes each."""

    default: Budget | None
    operations: Mapping[str, Budget]

    def of(self, key: str) -> Budget | None:
        """The budget of one operation; None when it has none."""
        own = self.operations.get(key)
        if self.default is None or own is None:
            return own or self.default
        return own.over(self.default)


class Breach(NamedTuple):
    """One limit that does not hold. *figure* is None where there is none to compare."""

    limit: str
    expected: str
    got: str
    figure: Figure | None = None


def read_budgets(text: str, source: str) -> Budgets:
    """The budgets that *text*, the content of the file *source*, holds.

    Raises:
        SettingsError: it is no TOML, or a line for each name that is unknown and each value that does not fit.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(f"{source}: expected TOML, got: {wrong}") from None
    problems = [f"{source}: {problem}" for problem in _problems(tables)]
    if problems:
        raise SettingsError("\n".join(problems))
    default = tables.get("default")
    return Budgets(
        default=None if default is None else Budget(**default),
        operations={name: Budget(**table) for name, table in tables.get("operations", {}).items()},
    )


def breaches_of(found: Explanations | Fallback, budget: Budget) -> list[Breach]:
    """The limits of *budget* that do not hold for a plan, or for an operation that has none."""
    if isinstance(found, Fallback):
        if budget.allow_fallback:
            return []
        return [Breach("allow_fallback", "an operation that is planned", f"one for graphql-core: {found.value}")]
    totals = found.totals
    limits = (
        ("max_hops", budget.max_hops, totals.hops),
        ("max_calls", budget.max_calls, totals.calls),
        ("max_invokes", budget.max_invokes, totals.invokes or Figure(0, at_least=True)),
    )
    return [
        Breach(name, f"at most {limit}", f"{'at least ' if figure.at_least else ''}{figure.value}", figure)
        for name, limit, figure in limits
        if limit is not None and not _holds(figure, limit, allow_unknown=bool(budget.allow_unknown))
    ]


def _holds(figure: Figure, limit: int, *, allow_unknown: bool) -> bool:
    return figure.value <= limit and (allow_unknown or not figure.at_least)


def _problems(tables: Mapping[str, Any]) -> Iterator[str]:
    for name, table in tables.items():
        if name not in _TABLES:
            yield f"{name}: expected [default] and [operations.NAME] only{did_you_mean(name, _TABLES)}"
        elif not isinstance(table, dict):
            yield f"{name}: expected a table, got {_shown(table)}"
        elif name == "default":
            yield from _problems_of(name, table)
        else:
            for operation, budget in table.items():
                yield from _problems_of(f"operations.{operation}", budget)


def _problems_of(where: str, budget: object) -> Iterator[str]:
    if not isinstance(budget, dict):
        yield f"{where}: expected a table, got {_shown(budget)}"
        return
    known = Budget.__struct_fields__
    for name, value in budget.items():
        if name not in known:
            yield f"{where}.{name}: no such limit{did_you_mean(name, known)}"
        elif name.startswith("allow_") and not isinstance(value, bool):
            yield f"{where}.{name}: expected true or false, got {_shown(value)}"
        elif name.startswith("max_") and (type(value) is not int or value < 0):
            yield f"{where}.{name}: expected a whole number from 0, got {_shown(value)}"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
