"""Sums over fragments are those of the spread-out document, and no fragment is spread out for them."""

from __future__ import annotations

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionSetNode,
    get_introspection_query,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.admission.selected import COUNTED_UP_TO, Selected, selected
from tests.admission.hostile import FAMILIES


def sums(text: str) -> Selected:
    """The sums of the first definition."""
    return next(selected(parse(text)))[1]


def spread_out(selections: SelectionSetNode, fragments: dict[str, SelectionSetNode], depth: int = 0, level: int = 1):
    """The sums of *selections* by walking everything that they come to."""
    fields, root_fields, aliases, deepest, nesting = 0, 0, 0, 0, level
    for selection in selections.selections:
        is_field = isinstance(selection, FieldNode)
        fields += 1
        root_fields += is_field and depth == 0
        aliases += is_field and selection.alias is not None
        deepest = max(deepest, depth + 1) if is_field else deepest
        spread = isinstance(selection, FragmentSpreadNode)
        inner = fragments[selection.name.value] if spread else selection.selection_set
        if inner is not None:
            more = spread_out(inner, fragments, depth + is_field, level + 1)
            fields, root_fields, aliases = fields + more[0], root_fields + more[1], aliases + more[2]
            deepest, nesting = max(deepest, more[3]), max(nesting, more[4])
    return Selected(fields, root_fields, aliases, deepest, nesting)


def selections(fragments: list[str]) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["a", "b: a", *(f"...{name}" for name in fragments)])
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3).flatmap(
            lambda parts: st.sampled_from([f"a {{ {' '.join(parts)} }}", f"... {{ {' '.join(parts)} }}"])
        ),
        max_leaves=6,
    )


@st.composite
def documents(draw):
    """A document whose fragments spread only those that come later, so that it has no cycle."""
    names = ["F", "G", "H"]
    parts = [f"{{ {draw(selections(names))} {draw(selections(names))} }}"]
    for place, name in enumerate(names):
        parts.append(f"fragment {name} on Query {{ {draw(selections(names[place + 1 :]))} }}")
    return " ".join(parts)


@settings(deadline=None)
@given(documents())
def test_sums_are_those_of_the_spread_out_document(text):
    """Whatever a fragment selects counts at each place where it is spread."""
    document = parse(text)
    fragments = {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }

    for node, counted in selected(document):
        assert spread_out(node.selection_set, fragments) == counted


def test_fragments_that_double_are_counted_in_linear_time():
    """A billion fields and more are given as one more than a billion."""
    expected = Selected(COUNTED_UP_TO + 1, COUNTED_UP_TO + 1, 0, 1, 5_002)

    assert expected == sums(FAMILIES["fragments that double"](5_000))


def test_a_cycle_ends():
    """The spread that closes a cycle selects nothing more."""
    assert Selected(3, 1, 0, 1, 2) == sums("{ ...F } fragment F on Query { x ...F }")
    assert sums(FAMILIES["fragments in every direction"](100)).fields > 0


def test_an_unknown_fragment_selects_nothing():
    """Validation reports it."""
    assert Selected(2, 1, 0, 1, 1) == sums("{ x ...Nowhere }")


def test_introspection_is_what_the_settings_say_of_it():
    """The query that GraphiQL sends has depth 15, nesting 18 and some 240 fields."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )

    assert Selected(240, 1, 0, 15, 18) == sums(query)
