"""What each definition of a document selects once its fragments are spread, added up without spreading them.

A fragment is summed once and its sums are used wherever it is spread: thirty fragments that each spread the next one
twice come to a billion fields in thirty steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

#: Larger sums are given as one more: nobody needs them exactly, and a thousand fragments would make a thousand digits.
COUNTED_UP_TO: Final = 1_000_000_000

Definition: TypeAlias = OperationDefinitionNode | FragmentDefinitionNode


class Selected(NamedTuple):
    """The sums of one definition.

    `fields` counts spreads too: a fragment may select nothing and still has to be visited. `depth` is of fields within
    each other, `nesting` of selection sets, those of fragments included.
    """

    fields: int
    root_fields: int
    aliases: int
    depth: int
    nesting: int


class _Spread(NamedTuple):
    """Where a fragment is spread: within how many fields and selection sets."""

    name: str
    depth: int
    nesting: int


class _Own(NamedTuple):
    """What a definition selects by itself, and the fragments it spreads."""

    sums: Selected
    spreads: list[_Spread]


def selected(document: DocumentNode) -> Iterator[tuple[Definition, Selected]]:
    """Each operation and fragment of *document* with what it selects."""
    definitions = [(node, _own(node.selection_set)) for node in document.definitions if isinstance(node, Definition)]
    fragments = {node.name.value: own for node, own in definitions if isinstance(node, FragmentDefinitionNode)}
    summed = _sum_fragments(fragments)
    for node, own in definitions:
        yield node, _with_fragments(own, summed)


def _own(selection_set: SelectionSetNode) -> _Own:
    fields = root_fields = aliases = deepest = nesting = 0
    spreads: list[_Spread] = []
    waiting = [(selection_set, 0, 1)]
    while waiting:
        selections, depth, level = waiting.pop()
        nesting = max(nesting, level)
        fields += len(selections.selections)
        for selection in selections.selections:
            match selection:
                case FieldNode(alias=alias, selection_set=inner):
                    deepest = max(deepest, depth + 1)
                    root_fields += depth == 0
                    aliases += alias is not None
                    if inner is not None:
                        waiting.append((inner, depth + 1, level + 1))
                case InlineFragmentNode(selection_set=inner):
                    waiting.append((inner, depth, level + 1))
                case FragmentSpreadNode(name=name):
                    spreads.append(_Spread(name.value, depth, level))
    return _Own(Selected(fields, root_fields, aliases, deepest, nesting), spreads)


def _sum_fragments(fragments: Mapping[str, _Own]) -> dict[str, Selected]:
    """The sums of each fragment, those that it spreads first.

    A spread that closes a cycle counts as one that selects nothing: validation refuses the cycle.
    """
    summed: dict[str, Selected] = {}
    for root in fragments:
        # The way down from *root*, each with its spreads not yet followed. No recursion: chains may be thousands long.
        way = {root: iter(fragments[root].spreads)} if root not in summed else {}
        while way:
            name = next(reversed(way))
            unknown = (to.name for to in way[name] if to.name in fragments and to.name not in summed)
            down = next((to for to in unknown if to not in way), None)
            if down is not None:
                way[down] = iter(fragments[down].spreads)
            else:
                summed[name] = _with_fragments(fragments[name], summed)
                del way[name]
    return summed


def _with_fragments(own: _Own, summed: Mapping[str, Selected]) -> Selected:
    fields, root_fields, aliases, depth, nesting = own.sums
    for spread in own.spreads:
        inner = summed.get(spread.name)
        if inner is None:
            continue
        fields += inner.fields
        root_fields += inner.root_fields if spread.depth == 0 else 0
        aliases += inner.aliases
        depth = max(depth, spread.depth + inner.depth)
        nesting = max(nesting, spread.nesting + inner.nesting)
    most = COUNTED_UP_TO + 1
    return Selected(min(fields, most), min(root_fields, most), min(aliases, most), depth, nesting)
