"""`python -m benchmarks.documents`: what a document costs when it is remembered, when it is new, and at the worst.

Prints microseconds of CPU for a document seen before and for one never seen; each time its text is a new string, as
requests bring it. `--worst` searches each family of hostile documents for the largest that the default limits let pass,
and for the largest that is validated before it is refused, and prints milliseconds of CPU.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from graphql import get_introspection_query

import schema
from gateway.admission.documents import Documents
from gateway.vocabulary.errors import RuleError
from gateway.vocabulary.settings import LimitSettings
from tests.admission.hostile import FAMILIES, SCHEMA

OPERATIONS = Path(__file__).parents[1] / "examples" / "operations"
LIMITS = LimitSettings()
LARGEST = 100_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.documents")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--worst", action="store_true", help="measure hostile documents instead")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}; medians of {options.rounds} rounds of CPU time")
    if options.worst:
        _print_worst(options.rounds)
    else:
        _print_usual(options.rounds)


def _print_usual(rounds: int) -> None:
    print(f"{'document':<20}{'bytes':>8}{'us a hit':>10}{'us a miss':>11}")
    for name, text in _usual_documents().items():
        documents = Documents(schema.graph.schema, LIMITS)
        body, numbers = text.encode(), count()
        decoding = _microseconds(body.decode, 20_000, rounds)
        hit = _microseconds(lambda: documents.get(body.decode()), 20_000, rounds) - decoding  # noqa: B023 - used at once
        miss = _microseconds(lambda: documents.get(f"{text}#{next(numbers)}"), 20, rounds)  # noqa: B023 - as above
        print(f"{name:<20}{len(body):>8}{hit:>10.2f}{miss:>11.0f}")


def _usual_documents() -> dict[str, str]:
    pages = {path.stem: path.read_text() for path in sorted(OPERATIONS.glob("*.graphql"))}
    introspection = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    return {**pages, "home, 1.5 KB": pages["home"].ljust(1_500), "introspection": introspection}


def _microseconds(run: Callable[[], object], runs: int, rounds: int) -> float:
    measured = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(runs):
            run()
        measured.append((time.process_time() - start) * 1e6 / runs)
    return statistics.median(measured)


@dataclass(frozen=True, slots=True)
class Worst:
    """The costliest document of a family."""

    name: str
    size: int
    milliseconds: float
    outcome: str


def _print_worst(rounds: int) -> None:
    print(f"{'family':<44}{'bytes':>8}{'ms':>6}  outcome")
    for worst in sorted(_worst(rounds), key=lambda worst: -worst.milliseconds):
        print(f"{worst.name:<44}{worst.size:>8}{worst.milliseconds:>6.0f}  {worst.outcome}")


def _worst(rounds: int) -> Iterator[Worst]:
    for name, family in FAMILIES.items():
        passing = _largest(family, lambda text: "limit" not in _outcome(text))
        validated = _largest(family, lambda text: "max_comparisons" in _outcome(text) or "limit" not in _outcome(text))
        for number in sorted({passing, validated}):
            text = family(number)
            yield Worst(name, len(text.encode()), _milliseconds(text, rounds), _outcome(text))


def _largest(family: Callable[[int], str], passes: Callable[[str], bool]) -> int:
    low, high = 0, 1
    while high < LARGEST and passes(family(high)):
        low, high = high, high * 2
    while high - low > 1 + low // 50:
        middle = (low + high) // 2
        low, high = (middle, high) if passes(family(middle)) else (low, middle)
    return max(low, 1)


def _outcome(text: str) -> str:
    try:
        document = Documents(SCHEMA, LIMITS).get(text)
    except RuleError as refused:
        return f"limit: {refused.detail.removeprefix('document: ')}"
    return f"{len(document.errors)} errors" if document.errors else "valid"


def _milliseconds(text: str, rounds: int) -> float:
    measured = []
    for _ in range(rounds):
        documents = Documents(SCHEMA, LIMITS)
        gc.collect()
        start = time.process_time()
        with suppress(RuleError):
            documents.get(text)
        measured.append((time.process_time() - start) * 1e3)
    return statistics.median(measured)


if __name__ == "__main__":
    main()
