"""Operations in files: found, checked as a request would be, and planned.

What is wrong is collected, with its place, so that the rest is still told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from graphql import DocumentNode, OperationDefinitionNode

from ..admission.documents import Document, Documents
from ..application.plans import Plans
from ..declare.graph import Graph
from ..planning.combinations import Explanations, explain_all
from ..planning.conditions import conditions_of
from ..planning.fallback import Fallback
from ..planning.variants import condition_variables
from ..vocabulary.errors import ClientError, RuleError
from ..vocabulary.settings import Settings

_SUFFIXES: Final = frozenset({".graphql", ".gql"})


class PlannedOperation(NamedTuple):
    """One operation of a file and its plans; `key` is its name, or its file's when it has none."""

    file: Path
    key: str
    kind: str
    name: str | None
    found: Explanations | Fallback


@dataclass(slots=True)
class Found:
    """All that was found: operations in the files' order, what is wrong, and the variables that conditions read."""

    operations: list[PlannedOperation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)


class Reader:
    """Plans the operations of files over one graph.

    *chosen* are values of boolean variables, of which the others have every one; *invoked* says which backends are
    Lambda functions.
    """

    def __init__(
        self, graph: Graph, settings: Settings, chosen: Mapping[str, bool], invoked: Mapping[str, bool]
    ) -> None:
        """Read nothing yet."""
        limits = settings.limits
        self._documents = Documents(graph.schema, limits)
        self._plans = Plans(graph, "planned", asks_ahead=settings.asks_ahead, max_fields=limits.max_planned_fields)
        self._chosen = chosen
        self._invoked = invoked

    def read(self, path: Path) -> Found:
        """The operations of the file *path*, or of all `.graphql` and `.gql` files of the folder *path*, sorted."""
        found = Found()
        files = _files(path)
        if not files:
            what = "no .graphql or .gql file in it" if path.is_dir() else "no such file or folder"
            found.problems.append(f"{path}: {what}")
        for file in files:
            self._read_file(file, found)
        return found

    def _read_file(self, file: Path, found: Found) -> None:
        try:
            document = self._documents.get(file.read_text("utf-8"))
        except (ClientError, RuleError) as refused:
            found.problems.append(f"{file}: {refused}")
        except OSError as unreadable:
            found.problems.append(f"{file}: cannot be read: {unreadable.strerror}")
        except UnicodeDecodeError as wrong:
            found.problems.append(f"{file}: expected UTF-8, got another encoding at byte {wrong.start}")
        else:
            self._plan_all(file, document, found)

    def _plan_all(self, file: Path, document: Document, found: Found) -> None:
        found.problems += _document_problems(file, document)
        if document.ast is None or document.errors:
            return
        found.variables |= set(condition_variables(document.ast))
        for name, operation in document.operations.items():
            try:
                planned = self._plan(document, document.ast, operation)
            except RuleError as refused:
                found.problems.append(f"{file}: {refused}")
                continue
            kind = operation.operation.value
            found.operations.append(PlannedOperation(file, name or file.name, kind, name, planned))

    def _plan(
        self, document: Document, ast: DocumentNode, operation: OperationDefinitionNode
    ) -> Explanations | Fallback:
        prepared = self._plans.of(document, operation)
        return explain_all(prepared, conditions_of(ast, operation, self._chosen), invoked=self._invoked)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    return [path] if path.exists() else []


def _document_problems(file: Path, document: Document) -> Iterator[str]:
    for error in document.errors:
        place = "".join(f":{at.line}:{at.column}" for at in (error.locations or ())[:1])
        yield f"{file}{place}: {error.message}"
    if not document.errors and not document.operations:
        yield f"{file}: no operation in it"
