"""Cutting a case down: what can be left out of its operation while the ways of running still disagree."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from tests.differential.trials import Trial

_MOST_S = 20.0


def reduced(trial: Trial, still_fails: Callable[[Trial], bool]) -> Trial:
    """The smallest trial that was found, within some seconds, to fail as *trial* does."""
    ends_s = time.monotonic() + _MOST_S
    document = parse(trial.text, no_location=True)
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(document):
            if time.monotonic() > ends_s:
                return trial
            attempt = _with(trial, candidate)
            if still_fails(attempt):
                document, trial, smaller = candidate, attempt, True
                break
    return trial


def _with(trial: Trial, document: DocumentNode) -> Trial:
    names = {
        definition.variable.name.value
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for definition in node.variable_definitions or ()
    }
    variables = {name: value for name, value in trial.variables.items() if name in names}
    return replace(trial, text=print_ast(document), variables=variables)


def _smaller(document: DocumentNode) -> Iterator[DocumentNode]:
    """Copies of *document*, each with one thing left out."""
    for place, edits in enumerate(_edits(document)):
        for edit in range(len(edits)):
            candidate = copy.deepcopy(document)
            _edits(candidate)[place][edit]()
            yield _pruned(candidate)


def _edits(document: DocumentNode) -> list[list[Callable[[], None]]]:
    """What can be done to each node, in the order of the document: outer nodes first."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: list[list[Callable[[], None]]] = []

    class Finder(Visitor):
        def enter(self, node: Node, _key: Any, parent: Any, _path: Any, _ancestors: Any) -> None:
            edits: list[Callable[[], None]] = []
            selections = getattr(getattr(node, "selection_set", None), "selections", ())
            for child in selections:
                if len(selections) > 1:
                    edits.append(lambda child=child: _replace(node, child, ()))
                inner = fragments.get(child.name.value) if isinstance(child, FragmentSpreadNode) else child
                if isinstance(child, FragmentSpreadNode | InlineFragmentNode) and inner is not None:
                    edits.append(lambda child=child, inner=inner: _replace(node, child, inner.selection_set.selections))
            if getattr(node, "directives", ()):
                edits.append(lambda: _set(node, "directives", ()))
            if isinstance(node, FieldNode):
                for argument in node.arguments or ():
                    kept = tuple(other for other in node.arguments or () if other is not argument)
                    edits.append(lambda kept=kept: _set(node, "arguments", kept))
            found.append(edits)

    visit(document, Finder())
    return found


def _replace(node: Any, child: Node, others: tuple[Node, ...]) -> None:
    chosen: list[Node] = []
    for selection in node.selection_set.selections:
        chosen.extend(copy.deepcopy(others) if selection is child else (selection,))
    _set(node.selection_set, "selections", tuple(chosen))


def _set(node: Node, name: str, value: Any) -> None:
    # Nodes are frozen; these are copies that nobody else has.
    object.__setattr__(node, name, value)


def _pruned(document: DocumentNode) -> DocumentNode:
    """*document* without the fragments and variables that nothing uses."""
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    used: dict[str, FragmentDefinitionNode] = {}
    waiting: list[Node] = [operation]
    names: set[str] = set()
    while waiting:
        uses = _uses(waiting.pop())
        names |= uses[1]
        for name in uses[0] - used.keys():
            used[name] = fragments[name]
            waiting.append(fragments[name])
    kept = tuple(node for node in operation.variable_definitions or () if node.variable.name.value in names)
    _set(operation, "variable_definitions", kept)
    _set(document, "definitions", (operation, *used.values()))
    return document


def _uses(node: Node) -> tuple[set[str], set[str]]:
    spreads: set[str] = set()
    variables: set[str] = set()

    class Finder(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
            spreads.add(node.name.value)

        def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
            if getattr(parent, "kind", "") != "variable_definition":
                variables.add(node.name.value)

    visit(node, Finder())
    return spreads, variables
