"""A plan as text: the tree that `gateway plan` prints and the console shows beside the calls of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ..operations.plan import Plan
from .explain import explain
from .explained import (
    BatchedStep,
    ExplainedStep,
    Explanation,
    Figure,
    GuardStep,
    LoaderCalls,
    LoadStep,
    ProjectionStep,
    ResolverStep,
    Totals,
)

# Costs stand in one column, unless a line is longer than this.
_WIDEST: Final = 96
_LONGEST_VALUE: Final = 40
_MOST_NAMES: Final = 3


class _Marks(NamedTuple):
    fork: str
    last: str
    line: str
    space: str


_BOXES: Final = _Marks("├─ ", "└─ ", "│  ", "   ")
_ASCII: Final = _Marks("|- ", "`- ", "|  ", "   ")


class _Line(NamedTuple):
    """One line of the tree: what it says, what it costs, and the lines below it."""

    text: str
    cost: str = ""
    below: Sequence[_Line] = ()


def plan_lines(plan: Plan, *, invoked: Mapping[str, bool] | None = None, ascii_only: bool = False) -> str:
    """The tree of *plan*, with a line for each step and the totals on top; *invoked* is that of `explain`.

    query CourseCatalogue  2 hops, 2 calls
    └─ courses  load catalogue.courses_page(first: $first)     hop 1, 1 call
       └─ edges.node  2 plain fields
          └─ instructor  load users.user_by_id by ...          hop 2, 1 call per 100 keys
    """
    return explanation_lines(explain(plan, invoked=invoked), ascii_only=ascii_only)


def explanation_lines(explained: Explanation, *, ascii_only: bool = False) -> str:
    """As `plan_lines`, for a plan that is explained already."""
    tree = _lines_of(explained.steps, "", _labels(explained.steps))
    drawn = list(_drawn(tree, _ASCII if ascii_only else _BOXES))
    width = max((len(text) for text, cost in drawn if cost and len(text) <= _WIDEST), default=0)
    lines = [f"{text:<{width}}  {cost}" if cost else text for text, cost in drawn]
    return "\n".join([f"{heading(explained)}  {totals_text(explained.totals)}", *lines])


def heading(explained: Explanation) -> str:
    """`query Home`, or `query Home($withTeachers: true)` where conditions were chosen."""
    chosen = variant_text(explained.variant)
    name = f" {explained.name}" if explained.name else ""
    return f"{explained.operation}{name}{f'({chosen})' if chosen else ''}"


def variant_text(variant: Mapping[str, bool]) -> str:
    """`$less: false, $more: true`."""
    return ", ".join(f"${name}: {str(value).lower()}" for name, value in sorted(variant.items()))


def variables_text(names: Sequence[str]) -> str:
    """`$less and $more`; of many the first ones."""
    shown = [f"${name}" for name in names[:_MOST_NAMES]]
    rest = len(names) - len(shown)
    last = f"{rest} more" if rest else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def totals_text(totals: Totals) -> str:
    """`3 hops, 4 calls, 1 Lambda invoke`, and how many keys a load may have for that to hold.

    Where there were too many conditions, also those of which only one value was looked at.
    """
    parts = [_figure(totals.hops, "hop"), _figure(totals.calls, "call")]
    if totals.invokes is not None:
        is_unknown = totals.invokes.at_least and not totals.invokes.value
        parts.append("Lambda invokes unknown" if is_unknown else _figure(totals.invokes, "Lambda invoke"))
    limits = [f"loads of up to {min(totals.per_keys.values())} keys"] if totals.per_keys else []
    if totals.untried:
        limits.append(f"one value alone of {variables_text(totals.untried)}")
    return ", ".join(parts) + (f"  ({', '.join(limits)})" if limits else "")


def _figure(figure: Figure, noun: str) -> str:
    return ("at least " if figure.at_least else "") + _counted(figure.value, noun)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _drawn(lines: Sequence[_Line], marks: _Marks, indent: str = "") -> Iterator[tuple[str, str]]:
    """Each line's text behind its branches, and its cost."""
    for number, line in enumerate(lines, 1):
        is_last = number == len(lines)
        yield indent + (marks.last if is_last else marks.fork) + line.text, line.cost
        yield from _drawn(line.below, marks, indent + (marks.space if is_last else marks.line))


def _labels(steps: Sequence[ExplainedStep], types: tuple[str, ...] = ()) -> dict[int, str]:
    """For each step the runtime types under which it stands, as its line names them."""
    labels: dict[int, str] = {}
    for step in steps:
        labels[step.id] = f"on {', '.join(types)}"
        labels |= _labels(step.below, step.types if isinstance(step, ProjectionStep) and step.types else types)
    return labels


def _lines_of(steps: Sequence[ExplainedStep], above: str, labels: Mapping[int, str]) -> list[_Line]:
    return [_line_of(step, above, labels) for step in steps]


def _line_of(step: ExplainedStep, above: str, labels: Mapping[int, str]) -> _Line:
    """The line of *step*, whose position is written from *above*, its parent's, on."""
    place = step.position.removeprefix(above).removeprefix(".")
    like = "" if step.below_like is None else f"below as {labels[step.below_like]}"
    text = "  ".join(part for part in (place, _what(step), like) if part)
    kinds = _kinds(step) if isinstance(step, LoadStep) and len(step.loaders) > 1 else []
    return _Line(text, _cost(step), [*kinds, *_lines_of(step.below, step.position, labels)])


def _what(step: ExplainedStep) -> str:
    match step:
        case ProjectionStep(fields=fields, types=types):
            counted = _counted(len(fields), "plain field") if fields else ""
            on = f"on {', '.join(types)}" if types else ""
            return "  ".join(part for part in (on, counted) if part)
        case GuardStep(checks=checks):
            return f"guard {', '.join(checks)}"
        case LoadStep(loaders=(loader,)):
            return f"load {loader.label}{_arguments(step.arguments)}{_key(step)}"
        case LoadStep():
            return f"load by kind {_arguments(step.arguments)}".rstrip() + _key(step)
        case BatchedStep(resolver=resolver):
            return f"batched {resolver}"
    return f"resolver {step.resolver}"


def _key(load: LoadStep) -> str:
    return f" by {', '.join(load.key)}" if load.key else ""


def _arguments(arguments: Mapping[str, str]) -> str:
    written = ", ".join(f"{name}: {_value(value)}" for name, value in arguments.items())
    return f"({written})" if written else ""


def _value(written: str) -> str:
    """A value as the document has it, on one line and not too long of it."""
    line = "".join(character if character.isprintable() else " " for character in " ".join(written.split()))
    return line if len(line) <= _LONGEST_VALUE else f"{line[: _LONGEST_VALUE - 3]}..."


def _kinds(load: LoadStep) -> list[_Line]:
    """A line for each kind: which loader has it."""
    return [_Line(f"{loader.kind}: {loader.label}", "" if load.one_of else _calls(loader)) for loader in load.loaders]


def _cost(step: ExplainedStep) -> str:
    match step:
        case LoadStep(loaders=loaders):
            hop = f"hop {step.hop}{' or later' if step.hop_is_least else ''}{' (asked ahead)' if step.ahead else ''}"
            if step.one_of:
                least = "at least " if any(loader.opaque for loader in loaders) else ""
                return f"{hop}, {least}1 call, of one kind"
            return f"{hop}, {_calls(loaders[0])}" if len(loaders) == 1 else f"{hop}, each kind by itself"
        case BatchedStep():
            return "calls unknown"
        case ResolverStep(awaits=awaits):
            return "calls unknown" if awaits else "no calls"
    return ""


def _calls(loader: LoaderCalls) -> str:
    calls = "at least 1 call" if loader.opaque else "1 call"
    return f"{calls} per {loader.per_keys} keys" if loader.per_keys else calls
