"""Budgets: what `hops.toml` may say, which figures hold, and how a breach is told."""

from __future__ import annotations

from inspect import cleandoc

import pytest

from gateway.planning.budget import Budget, breaches_of, read_budgets
from gateway.planning.budget_file import breach_lines, budgets_toml
from gateway.planning.combinations import Explanations
from gateway.planning.fallback import Fallback
from gateway.vocabulary.errors import SettingsError
from tests.planning.theatre import explanations

ADDRESSES = {"people": True, "plays": False}


def explained(query: str) -> Explanations:
    return explanations(query, invoked=ADDRESSES)


def told(query: str, budget: Budget) -> str:
    """All that is said of the breaches."""
    found = explained(query)
    return "\n".join(line for breach in breaches_of(found, budget) for line in breach_lines(breach, found))


def test_an_operations_own_limits_go_before_the_default_ones() -> None:
    """Each by itself; an operation without a table has the default."""
    budgets = read_budgets(
        "[default]\nmax_hops = 3\nmax_calls = 9\nallow_unknown = true\n[operations.Home]\nmax_calls = 20", "hops.toml"
    )

    assert Budget(max_hops=3, max_calls=20, allow_unknown=True) == budgets.of("Home")
    assert Budget(max_hops=3, max_calls=9, allow_unknown=True) == budgets.of("Other")


def test_without_a_default_only_those_named_have_a_budget() -> None:
    """What is not named is not compared."""
    budgets = read_budgets("[operations.Home]\nmax_hops = 0", "hops.toml")

    assert Budget(max_hops=0) == budgets.of("Home")
    assert None is budgets.of("Other")
    assert None is read_budgets("", "hops.toml").of("Home")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("max_hops = 1", "max_hops: expected [default] and [operations.NAME] only; known: default, operations"),
        ("[defaults]", "defaults: expected [default] and [operations.NAME] only; did you mean default?"),
        ("default = 1", "default: expected a table, got 1"),
        ("[operations]\nHome = true", "operations.Home: expected a table, got true"),
        ("operations = []", "operations: expected a table, got []"),
        ("[default]\nmax_hop = 1", "default.max_hop: no such limit; did you mean max_hops?"),
        ("[default]\nmax_hops = -1", "default.max_hops: expected a whole number from 0, got -1"),
        ("[default]\nmax_calls = true", "default.max_calls: expected a whole number from 0, got true"),
        ("[default]\nmax_calls = 1.5", "default.max_calls: expected a whole number from 0, got 1.5"),
        (
            '[operations."a.graphql"]\nallow_unknown = 1',
            "operations.a.graphql.allow_unknown: expected true or false, got 1",
        ),
        ("[default", "expected TOML, got: Expected ']' at the end of a table declaration (at end of document)"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, problem: str) -> None:
    """File, name, what was expected and what came; unknown names with the nearest known one."""
    with pytest.raises(SettingsError) as raised:
        read_budgets(text, "hops.toml")

    assert f"hops.toml: {problem}" == str(raised.value)


def test_all_mistakes_are_told_at_once() -> None:
    """A line each."""
    with pytest.raises(SettingsError) as raised:
        read_budgets("[default]\nmax_hop = 1\nmax_calls = -1", "hops.toml")

    assert 2 == len(str(raised.value).splitlines())


def test_figures_up_to_the_limits_hold() -> None:
    """A limit is the most that is allowed, and what has none may be anything."""
    found = explained("{season {director {name}}}")

    assert [] == breaches_of(found, Budget(max_hops=2, max_calls=2, max_invokes=1))
    assert [] == breaches_of(found, Budget())


def test_a_breach_shows_the_loads_that_make_the_figure() -> None:
    """For hops the longest chain, for calls all loads, for invokes those of Lambda functions."""
    query = "{play(id: 1) {director {found {what {__typename}}}} season {title}}"

    expected = cleandoc(
        """
        max_hops: expected at most 2, got 3
          hop 1  play                      plays.play_by_id
          hop 2  play.director.found       plays.hits_of
          hop 3  play.director.found.what  plays.play_by_id or people.person_by_id
        max_calls: expected at most 5, got 6
          hop 1  play                      plays.play_by_id
          hop 1  season                    plays.season
          hop 2  play.director             people.person_by_id
          hop 2  play.director.found       plays.hits_of
          hop 3  play.director.found.what  plays.play_by_id or people.person_by_id
        max_invokes: expected at most 1, got 2
          hop 2  play.director             people.person_by_id
          hop 3  play.director.found.what  plays.play_by_id or people.person_by_id
        """
    )
    assert expected == told(query, Budget(max_hops=2, max_calls=5, max_invokes=1))


def test_a_breach_tells_the_conditions_under_which_it_comes() -> None:
    """Each limit with the values that make its figure, and the loads that there are then."""
    query = (
        "query ($deep: Boolean!) {season {found @include(if: $deep) {what {__typename}}"
        " ... @skip(if: $deep) {a: viewer {name} b: viewer {name} c: viewer {name} d: viewer {name}}}}"
    )

    expected = cleandoc(
        """
        max_hops: expected at most 2, got 3 with $deep: true
          hop 1  season             plays.season
          hop 2  season.found       plays.hits_of
          hop 3  season.found.what  plays.play_by_id or people.person_by_id
        max_calls: expected at most 4, got 5 with $deep: false
          hop 1  season    plays.season
          hop 2  season.a  people.person_by_id
          hop 2  season.b  people.person_by_id
          hop 2  season.c  people.person_by_id
          hop 2  season.d  people.person_by_id
        """
    )
    hops, calls = expected.split("\nmax_calls")
    assert hops == told(query, Budget(max_hops=2))
    assert f"max_calls{calls}" == told(query, Budget(max_calls=4))


def test_what_is_not_known_under_one_condition_is_named_whichever_is_told() -> None:
    """The dearest combination has nothing unknown in it; the figure is at least so much all the same."""
    query = "query ($more: Boolean!) {season {director @include(if: $more) {name} seats @skip(if: $more)}}"

    lines = told(query, Budget(max_calls=2)).splitlines()

    assert "max_calls: expected at most 2, got at least 2 with $more: true" == lines[0]
    assert "  unknown: season.seats, resolver tests.planning.theatre.seats" == lines[1]


def test_what_is_not_known_breaks_a_limit_unless_allowed() -> None:
    """Who knows no more than "at least" cannot say "at most": what hides calls is named, and how to allow it."""
    query = "{season {twin {title} seats reviews {author {name}} shout}}"

    expected = cleandoc(
        """
        max_calls: expected at most 5, got at least 3
          unknown: season.twin, resolver tests.planning.theatre.twin
          unknown: season.seats, resolver tests.planning.theatre.seats
          unknown: season.reviews, opaque loader plays.reviews_of
          allow_unknown = true compares what is known
          hop 1  season                 plays.season
          hop 2  season.reviews         plays.reviews_of
          hop 3  season.reviews.author  people.person_by_id
        """
    )
    assert expected == told(query, Budget(max_calls=5))
    assert "" == told(query, Budget(max_calls=5, allow_unknown=True))
    assert "max_calls: expected at most 2, got at least 3" in told(query, Budget(max_calls=2, allow_unknown=True))


def test_invokes_without_addresses_are_not_known() -> None:
    """The missing setting is named."""
    found = explanations("{season {director {name}}}", invoked={"plays": False})
    (breach,) = breaches_of(found, Budget(max_invokes=1))

    expected = cleandoc(
        """
        max_invokes: expected at most 1, got at least 0
          unknown: the address of people, a setting: backends.people
          allow_unknown = true compares what is known
          hop 2  season.director  people.person_by_id
        """
    )
    assert expected == "\n".join(breach_lines(breach, found))
    assert [] == breaches_of(found, Budget(max_invokes=1, allow_unknown=True))


def test_an_operation_without_a_plan_breaks_its_budget_unless_allowed() -> None:
    """Nothing can be compared where graphql-core runs it."""
    (breach,) = breaches_of(Fallback.INTROSPECTION, Budget(max_hops=9))

    told = "allow_fallback: expected an operation that is planned, got one for graphql-core: introspection"
    assert [told] == breach_lines(breach, Fallback.INTROSPECTION)
    assert [] == breaches_of(Fallback.INTROSPECTION, Budget(max_hops=0, allow_fallback=True))


def test_todays_figures_are_a_budget_that_holds() -> None:
    """What is written can be read, and every operation is within it; invokes only where they are known."""
    operations = {
        "Season": explained("{season {director {name}}}"),
        "hidden.graphql": explained("{season {seats}}"),
        "Elsewhere": explanations("{season {title}}", invoked={}),
        "Introspect": Fallback.INTROSPECTION,
    }

    text = budgets_toml(operations.items())

    expected = cleandoc(
        """
        [operations.Season]
        max_hops = 2
        max_calls = 2
        max_invokes = 1

        [operations."hidden.graphql"]
        max_hops = 1
        max_calls = 1
        max_invokes = 0
        allow_unknown = true

        [operations.Elsewhere]
        max_hops = 1
        max_calls = 1

        [operations.Introspect]
        # graphql-core runs it: introspection.
        allow_fallback = true
        """
    )
    assert expected + "\n" == text
    budgets = read_budgets(text, "hops.toml")
    assert [] == [
        breach for key, found in operations.items() for breach in breaches_of(found, budgets.of(key) or Budget())
    ]
