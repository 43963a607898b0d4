"""`gateway plan --check` and `--update`: `hops.toml` read, compared with the plans of operations, and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from ..planning.budget import Budget, Budgets, breaches_of, read_budgets
from ..planning.budget_file import breach_lines, budgets_toml
from ..planning.fallback import Fallback
from ..vocabulary.errors import SettingsError
from ..vocabulary.nearest import did_you_mean
from .operations import PlannedOperation
from .problems import fail

_Say = Callable[[str], None]


def check_budgets(file: Path, operations: Sequence[PlannedOperation], known: set[str] | None, say: _Say) -> int:
    """Compare *operations* with the budgets of *file*, and give the exit code: 0 when all hold, else 1.

    *known* are the names that budgets may be for; None when that cannot be told.
    """
    budgets = _read(file)
    _check_unique(operations)
    if known is not None:
        _check_known(file, budgets, known)
    pairs = [(each, budget) for each in operations if (budget := budgets.of(each.key)) is not None]
    broken = [(each, breaches) for each, budget in pairs if (breaches := breaches_of(each.found, budget))]
    for each, breaches in broken:
        told = [line for breach in breaches for line in breach_lines(breach, each.found)]
        say("\n".join([f"{each.key}  {each.file}", *(f"  {line}" for line in told), ""]))
    say(_summary(len(broken), pairs, without=len(operations) - len(pairs)))
    return 1 if broken else 0


def write_budgets(file: Path, operations: Sequence[PlannedOperation], say: _Say) -> int:
    """Write *file* with today's figures. One that exists is kept, for its comments: its successor is printed."""
    _check_unique(operations)
    text = budgets_toml((each.key, each.found) for each in operations)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        say(text.rstrip("\n"))
        fail(f"{file} exists and is not overwritten, for its comments: today's figures stand above, to paste")
    except OSError as refused:
        fail(f"cannot write {file}: {refused.strerror}")
    say(f"{file}: {_operations(len(operations))}")
    return 0


def _read(file: Path) -> Budgets:
    try:
        return read_budgets(file.read_text("utf-8"), str(file))
    except FileNotFoundError:
        fail(f"{file}: no such file; --update writes one with today's figures")
    except OSError as unreadable:
        fail(f"{file}: cannot be read: {unreadable.strerror}")
    except UnicodeDecodeError as wrong:
        fail(f"{file}: expected TOML in UTF-8, got another encoding at byte {wrong.start}")
    except SettingsError as wrong:
        fail(str(wrong))


def _check_unique(operations: Sequence[PlannedOperation]) -> None:
    """See that a name in `hops.toml` can mean one operation only."""
    for key, times in Counter(each.key for each in operations).items():
        if times > 1:
            files = " and ".join(str(each.file) for each in operations if each.key == key)
            fail(f"{key}: expected one operation of that name, got {times}: {files}")


def _check_known(file: Path, budgets: Budgets, known: set[str]) -> None:
    unknown = [name for name in budgets.operations if name not in known]
    if unknown:
        fail("\n".join(f"{file}: operations.{name}: no file has it{did_you_mean(name, known)}" for name in unknown))


def _summary(broken: int, pairs: Sequence[tuple[PlannedOperation, Budget]], *, without: int) -> str:
    """`2 operations within budget, 1 without a budget: ...`."""
    not_planned = sum(isinstance(each.found, Fallback) for each, _ in pairs)
    parts = [
        f"{broken} of {_operations(len(pairs))} over budget" if broken else f"{_operations(len(pairs))} within budget"
    ]
    if not_planned:
        parts.append(f"{not_planned} not planned")
    if without:
        parts.append(f"{without} without a budget: [default] is for all that have none")
    return ", ".join(parts)


def _operations(number: int) -> str:
    return f"{number} operation{'' if number == 1 else 's'}"
