"""Budgets as text: the report of those that are broken, and a `hops.toml` with today's figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from .budget import Breach
from .combinations import Explanations
from .explained import BatchedStep, Explanation, LoadStep, ResolverStep, all_steps
from .fallback import Fallback
from .printing import variables_text, variant_text

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def breach_lines(breach: Breach, found: Explanations | Fallback) -> list[str]:
    """What was expected, what came, under which conditions, what is not known, and the loads that a figure comes from.

    max_hops: expected at most 1, got 2 with $more: true
      hop 1  courses                        catalogue.courses_page
      hop 2  courses.edges.node.instructor  users.user_by_id
    """
    line = f"{breach.limit}: expected {breach.expected}, got {breach.got}"
    if isinstance(found, Fallback):
        return [line]
    told = found.with_most(breach.limit.removeprefix("max_"))
    lines = [f"{line} with {variant_text(told.variant)}" if told.variant else line]
    if breach.figure is not None and breach.figure.at_least:
        lines += [f"  unknown: {reason}" for reason in dict.fromkeys(_unknown(found, breach.limit))]
        lines.append("  allow_unknown = true compares what is known")
    return lines + [f"  {line}" for line in _table(_loads(breach, told))]


def budgets_toml(operations: Iterable[tuple[str, Explanations | Fallback]]) -> str:
    """A `hops.toml` that holds today: each operation's own figures, what is unknown allowed where something is."""
    return "\n\n".join("\n".join(_table_of(key, found)) for key, found in operations) + "\n"


def _table_of(key: str, found: Explanations | Fallback) -> Iterator[str]:
    yield f"[operations.{key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)}]"
    if isinstance(found, Fallback):
        yield f"# graphql-core runs it: {found.value}."
        yield "allow_fallback = true"
        return
    totals = found.totals
    yield f"max_hops = {totals.hops.value}"
    yield f"max_calls = {totals.calls.value}"
    if totals.invokes is not None and (totals.calls.at_least or not totals.invokes.at_least):
        yield f"max_invokes = {totals.invokes.value}"
    if totals.calls.at_least:
        yield "allow_unknown = true"


def _loads(breach: Breach, told: Explanation) -> list[LoadStep]:
    """The loads that a limit is about: the longest chain for hops, else all that may call, or invoke."""
    loads = {step.id: step for step in all_steps(told.steps) if isinstance(step, LoadStep)}
    if breach.limit == "max_hops":
        return [loads[load_id] for load_id in told.chain]
    if breach.limit == "max_invokes":
        loads = {key: load for key, load in loads.items() if any(each.invokes is not False for each in load.loaders)}
    return sorted(loads.values(), key=lambda load: load.hop)


def _unknown(found: Explanations, limit: str) -> Iterator[str]:
    """What hides calls under some condition, conditions that were not tried, and for invokes missing addresses."""
    for step in (step for told in found.each for step in all_steps(told.steps)):
        if isinstance(step, LoadStep):
            yield from (f"{step.position}, opaque loader {each.label}" for each in step.loaders if each.opaque)
        elif isinstance(step, BatchedStep) or (isinstance(step, ResolverStep) and step.awaits):
            yield f"{step.position}, resolver {step.resolver}"
    if found.untried:
        yield f"the other value of {variables_text(found.untried)}, which --variable chooses"
    if limit == "max_invokes":
        yield from (f"the address of {name}, a setting: backends.{name}" for name in found.totals.without_address)


def _table(loads: Sequence[LoadStep]) -> list[str]:
    width = max((len(load.position) for load in loads), default=0)
    return [
        f"hop {load.hop}  {load.position:<{width}}  {' or '.join(dict.fromkeys(each.label for each in load.loaders))}"
        for load in loads
    ]
