"""`gateway plan`: what operations in files will cost, printed or compared with a committed budget.

No backend is called and no engine is opened: a plan needs the graph alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..backends.address import LambdaAddress, parse_address
from ..declare.graph import Graph
from ..planning.budget import FILE_NAME
from ..planning.fallback import Fallback
from ..planning.printing import explanation_lines
from ..vocabulary.nearest import did_you_mean
from ..vocabulary.settings import Settings
from .budgets import check_budgets, write_budgets
from .operations import Found, PlannedOperation, Reader
from .problems import EXIT_CODE, fail, graph_or_fail


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the command line says."""

    path: Path
    graph: str
    operation: str | None
    variables: Sequence[str]
    json: bool
    check: bool
    update: bool
    budget: Path | None


def run_plan(settings: Settings, options: PlanOptions) -> int:
    """Do what *options* ask, and give the exit code: 0, 1 for a broken budget, 2 when something could not be read."""
    if options.json + options.check + options.update > 1:
        fail("expected only one of --json, --check and --update")
    chosen = _chosen(options.variables)
    graph = graph_or_fail(options.graph)
    reader = Reader(graph, settings, chosen, _invoked(settings, graph))
    found = reader.read(options.path)
    _check_names(options, chosen, found)
    for problem in found.problems:
        _say(problem, sys.stderr)
    selected = [each for each in found.operations if options.operation in {None, each.name}]
    code = _answer(options, found, selected)
    return EXIT_CODE if found.problems else code


def _answer(options: PlanOptions, found: Found, selected: Sequence[PlannedOperation]) -> int:
    if options.json:
        _say(msgspec.json.format(msgspec.json.encode([_as_data(each) for each in selected])).decode())
        return 0
    if options.update:
        return write_budgets(_budget_file(options), selected, _say)
    if options.check:
        # Only a whole folder tells that no file has an operation.
        known = {each.key for each in found.operations} if options.path.is_dir() and not found.problems else None
        return check_budgets(_budget_file(options), selected, known, _say)
    if selected:
        _say("\n\n".join(_blocks(selected)))
    return 0


def _budget_file(options: PlanOptions) -> Path:
    folder = options.path if options.path.is_dir() else options.path.parent
    return options.budget or folder / FILE_NAME


def _blocks(operations: Iterable[PlannedOperation]) -> Iterable[str]:
    """What is printed of each operation: its file, then its tree or why it has none."""
    for each in operations:
        if isinstance(each.found, Fallback):
            name = f" {each.name}" if each.name else ""
            tree = f"{each.kind}{name}  runs on graphql-core, whole: {each.found.value}"
        else:
            tree = explanation_lines(each.found.dearest, ascii_only=not _speaks_utf8())
        yield f"{each.file}\n{tree}"


def _as_data(operation: PlannedOperation) -> dict[str, Any]:
    found = operation.found
    return {
        "file": str(operation.file),
        "operation": operation.kind,
        "name": operation.name,
        "fallback": found.value if isinstance(found, Fallback) else None,
        "plan": None if isinstance(found, Fallback) else found.dearest,
    }


def _chosen(variables: Iterable[str]) -> dict[str, bool]:
    """The values that `--variable name=true` give."""
    chosen = {}
    for given in variables:
        name, _, value = given.removeprefix("$").partition("=")
        if value not in {"true", "false"}:
            fail(f"--variable: expected name=true or name=false, got {given!r}")
        chosen[name] = value == "true"
    return chosen


def _check_names(options: PlanOptions, chosen: Mapping[str, bool], found: Found) -> None:
    """See that what the command line names stands in some file; what could not be read may have held it."""
    if found.problems:
        return
    for name in chosen.keys() - found.variables:
        fail(f"--variable: no @skip or @include reads ${name}{did_you_mean(name, found.variables)}")
    names = {each.name for each in found.operations if each.name}
    if options.operation is not None and options.operation not in names:
        fail(
            f"--operation: no operation {options.operation!r} in {options.path}{did_you_mean(options.operation, names)}"
        )


def _invoked(settings: Settings, graph: Graph) -> dict[str, bool]:
    """Whether each backend is a Lambda function; one without an address is left out.

    As in `gateway dev`, a backend without an address is the service of its name in `[dev.services]`.
    """
    invoked = {}
    for name in graph.backends:
        backend, service = settings.backends.get(name), settings.dev.services.get(name)
        if backend is not None and backend.address:
            invoked[name] = _is_lambda(name, backend.address)
        elif service is not None:
            invoked[name] = service.handler is not None
    return invoked


def _is_lambda(name: str, address: str) -> bool:
    try:
        return isinstance(parse_address(address), LambdaAddress)
    except ValueError as wrong:
        fail(f"backends.{name}.address: {wrong}")


def _speaks_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _say(text: str, stream: Any = None) -> None:
    """Print *text*; what the stream's encoding lacks is escaped."""
    out = stream or sys.stdout
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
