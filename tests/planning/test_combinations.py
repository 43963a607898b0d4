"""Conditions: every combination of those that nobody has chosen counts, up to a number that is told."""

from __future__ import annotations

import pytest

from gateway.planning.budget import Budget, breaches_of
from gateway.planning.budget_file import breach_lines
from gateway.planning.explained import Figure
from gateway.planning.printing import explanation_lines
from tests.planning.theatre import explanations, prepared

FOUR = "a: viewer {id} b: viewer {id} c: viewer {id} d: viewer {id}"
#: Fields, and the most hops and calls that they may take, whatever `$x` is.
EITHER = {
    "excluding": ("title @include(if: $x) director @skip(if: $x) {name}", 2, 2),
    "included": ("title director @include(if: $x) {name}", 2, 2),
    "fragment": ("... @skip(if: $x) {director {name}} ... @include(if: $x) {title}", 2, 2),
    "longer or broader": (f"found @include(if: $x) {{what {{__typename}}}} ... @skip(if: $x) {{{FOUR}}}", 3, 5),
}


@pytest.mark.parametrize("declared", ["Boolean!", "Boolean = false", "Boolean! = true"])
@pytest.mark.parametrize(("fields", "hops", "calls"), EITHER.values(), ids=EITHER)
def test_figures_are_the_highest_of_all_combinations(fields: str, hops: int, calls: int, declared: str) -> None:
    """Each figure by itself, and whatever the default is: a client sends what it likes."""
    totals = explanations(f"query ($x: {declared}) {{season {{{fields}}}}}", invoked={"people": True}).totals

    assert (Figure(hops), Figure(calls)) == (totals.hops, totals.calls)


def test_invokes_may_come_from_another_combination() -> None:
    """And so may what is not known, backends without an address, and how many keys a load may have."""
    found = explanations(
        "query ($x: Boolean!) {season {director @include(if: $x) {name} ... @skip(if: $x) {found {__typename} seats}}}",
        invoked={"people": True},
    )

    totals = found.totals
    assert (Figure(2, at_least=True), Figure(2, at_least=True)) == (totals.hops, totals.calls)
    assert Figure(1, at_least=True) == totals.invokes
    assert {"people.person_by_id": 100, "plays.hits_of": 100} == totals.per_keys
    assert ("plays",) == totals.without_address


def test_the_dearest_combination_is_the_one_told() -> None:
    """Most hops, then calls, then invokes; the heading has its values, and the figures of all."""
    query = (
        "query ($x: Boolean! = false, $y: Boolean! = true) {season {e: director @skip(if: $y) {id}"
        f" ... @skip(if: $x) {{{FOUR}}} found @include(if: $x) {{what {{__typename}}}}}}}}"
    )

    heading, *tree = explanation_lines(explanations(query).dearest).splitlines()

    assert "query($x: true, $y: false)  3 hops, 6 calls  (loads of up to 20 keys)" == heading
    assert ["season", "e", "found", "what"] == [line.split("load")[0].strip("│├└─ ") for line in tree if "load" in line]
    # Of calls there are more without the longer chain.
    assert 5 == explanations(query, x=True).totals.calls.value


def test_combinations_that_cost_the_same_leave_the_likeliest() -> None:
    """The default; without one true for @include, else false; a choice goes before."""
    query = (
        "query ($more: Boolean!, $less: Boolean!, $off: Boolean = false, $year: Int) {season(year: $year) {"
        "title house @include(if: $more) {name} shout @skip(if: $less) id @include(if: $off)}}"
    )

    assert {"less": False, "more": True, "off": False} == explanations(query).dearest.variant
    assert {"less": False, "more": False, "off": True} == explanations(query, more=False, off=True).dearest.variant


def test_a_chosen_variable_has_no_other_value() -> None:
    """The others have both."""
    query = "query ($x: Boolean!, $y: Boolean!) {season {director @include(if: $x) {name} title @skip(if: $y)}}"

    assert 4 == len(explanations(query).each)
    assert [{"x": False, "y": False}, {"x": False, "y": True}] == [
        each.variant for each in explanations(query, x=False).each
    ]
    assert Figure(1) == explanations(query, x=False).totals.hops


def conditions(number: int) -> str:
    """An operation with that many conditions, the last of which hides a hop."""
    declared = ", ".join(f"$v{each}: Boolean = false" for each in range(number))
    fields = " ".join(f"f{each}: title @include(if: $v{each})" for each in range(number - 1))
    return f"query ({declared}) {{season {{{fields} director @include(if: $v{number - 1}) {{name}}}}}}"


def test_eight_variables_are_tried_whole() -> None:
    """256 plans, and nothing is left to be unknown."""
    found = explanations(conditions(8))

    assert 256 == len(found.each)
    assert ((), Figure(2), Figure(2)) == (found.totals.untried, found.totals.hops, found.totals.calls)


def test_of_more_variables_figures_are_lower_bounds_and_say_so() -> None:
    """Of the ninth and those after it one value is tried: which, is told where figures are, and why a limit breaks."""
    found = explanations(conditions(9))
    (breach,) = breaches_of(found, Budget(max_hops=1))

    assert 256 == len(found.each)
    assert [("v8",), Figure(1, at_least=True)] == [found.totals.untried, found.totals.hops]
    heading = explanation_lines(found.dearest).splitlines()[0]
    assert heading.endswith("  at least 1 hop, at least 1 call  (one value alone of $v8)")
    assert "  unknown: the other value of $v8, which --variable chooses" in breach_lines(breach, found)
    assert Figure(2) == explanations(conditions(9), v8=True).totals.hops
    many = explanation_lines(explanations(conditions(13)).dearest).splitlines()[0]
    assert many.endswith("(one value alone of $v8, $v9, $v10 and 2 more)")


def test_without_conditions_there_is_one_plan() -> None:
    """One combination, of no values."""
    _, found = prepared("{season {title}}")

    assert (({},), ()) == found
