"""What a plan tells: steps, hops, calls, invokes, and the text of it."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc

import msgspec
import pytest

from gateway.planning.combinations import explain_all
from gateway.planning.explain import explain
from gateway.planning.explained import Explanation, Figure, GuardStep, LoadStep, ProjectionStep, all_steps
from gateway.planning.fallback import Fallback
from gateway.planning.printing import plan_lines
from tests.planning.theatre import plan, prepared


def told(query: str, *, invoked: Mapping[str, bool] | None = None, ascii_only: bool = False) -> str:
    return plan_lines(plan(query), invoked=invoked, ascii_only=ascii_only)


def figures(query: str) -> tuple[Figure, Figure, Figure | None]:
    """Hops, calls, and invokes where `people` alone is a Lambda function."""
    totals = explain(plan(query), invoked={"people": True, "plays": False}).totals
    return totals.hops, totals.calls, totals.invokes


def test_a_tree_has_a_line_for_each_step() -> None:
    """Loads with loader, key, hop and calls; runs of plain fields as one line behind the path that leads there."""
    query = "query Season($year: Int!) {season(year: $year) {id title house {name} director {name}}}"

    tree = cleandoc(
        """
        query Season  2 hops, 2 calls  (loads of up to 100 keys)
        └─ season  load plays.season(year: $year)                           hop 1, 1 call
           ├─ 2 plain fields
           ├─ house  1 plain field
           └─ director  load people.person_by_id by PlayRecord.director_id  hop 2, 1 call per 100 keys
              └─ 1 plain field
        """
    )
    assert tree == told(query)


def test_a_single_parent_makes_one_call_and_a_list_one_per_batch() -> None:
    """Only below a list may there be more keys than a call takes; a key of the viewer's is one key anywhere."""
    query = '{play(id: "x") {director {name}} season {director {name} viewer {name}}}'

    tree = cleandoc(
        """
        query  2 hops, 5 calls  (loads of up to 100 keys)
        ├─ play  load plays.play_by_id(id: "x") by arg('id')                hop 1, 1 call
        │  └─ director  load people.person_by_id by PlayRecord.director_id  hop 2, 1 call
        │     └─ 1 plain field
        └─ season  load plays.season                                        hop 1, 1 call
           ├─ director  load people.person_by_id by PlayRecord.director_id  hop 2, 1 call per 100 keys
           │  └─ 1 plain field
           └─ viewer  load people.person_by_id by viewer('sub')             hop 2, 1 call
              └─ 1 plain field
        """
    )
    assert tree == told(query)


def test_guards_stand_between_parents_and_load() -> None:
    """A guard is a step; the load depends on it and on nothing else."""
    query = '{play(id: "x") {pay {name}}}'

    tree = cleandoc(
        """
        query  2 hops, 2 calls
        └─ play  load plays.play_by_id(id: "x") by arg('id')         hop 1, 1 call
           └─ pay  guard IsStaff
              └─ load people.person_by_id by PlayRecord.director_id  hop 2, 1 call
                 └─ 1 plain field
        """
    )
    assert tree == told(query)
    guard, load = list(all_steps(explain(plan(query)).steps))[1:3]
    assert isinstance(guard, GuardStep)
    assert isinstance(load, LoadStep)
    assert ((guard.id,), 1, 2) == (load.depends_on, guard.hop, load.hop)


def test_each_kind_of_a_list_is_a_call_and_each_runtime_type_a_branch() -> None:
    """Below a list every loader may be asked, and every type's steps may run."""
    query = "{season {found {what {__typename ... on Play {director {name}} ... on Person {name}}}}}"

    tree = cleandoc(
        """
        query  4 hops, 5 calls  (loads of up to 20 keys)
        └─ season  load plays.season                                                 hop 1, 1 call
           └─ found  load plays.hits_of by PlayRecord.id                             hop 2, 1 call per 100 keys
              └─ what  load by kind by HitRecord.id                                  hop 3, each kind by itself
                 ├─ play: plays.play_by_id                                           1 call per 20 keys
                 ├─ person: people.person_by_id                                      1 call per 100 keys
                 ├─ on Play  1 plain field
                 │  └─ director  load people.person_by_id by PlayRecord.director_id  hop 4, 1 call per 100 keys
                 │     └─ 1 plain field
                 └─ on Person  2 plain fields
        """
    )
    assert tree == told(query)


def test_one_object_has_one_kind_and_one_type() -> None:
    """Of a single reference one loader is asked, and one type's steps run: the dearest one counts."""
    query = '{node(id: "x") {id ... on Play {director {name}} ... on Person {found {what {__typename}}}}}'

    tree = cleandoc(
        """
        query  3 hops, 4 calls  (loads of up to 20 keys)
        └─ node  load by kind (id: "x") by arg('id')                           hop 1, 1 call, of one kind
           ├─ Play: plays.play_by_id
           ├─ Person: people.person_by_id
           ├─ on Play  1 plain field
           │  └─ director  load people.person_by_id by PlayRecord.director_id  hop 2, 1 call
           │     └─ 1 plain field
           └─ on Person  1 plain field
              └─ found  load plays.hits_of by PersonRecord.id                  hop 2, 1 call
                 └─ what  load by kind by HitRecord.id                         hop 3, each kind by itself
                    ├─ play: plays.play_by_id                                  1 call per 20 keys
                    ├─ person: people.person_by_id                             1 call per 100 keys
                    └─ on Play, Person  1 plain field
        """
    )
    assert tree == told(query)
    # The kind's call may be an invoke, and so is one of the two for `what`.
    assert (Figure(3), Figure(4), Figure(2)) == figures(query)


def test_what_types_share_is_told_once() -> None:
    """The second type's line points to the first's, and its calls count all the same."""
    query = '{node(id: "x") {... on Housed {house {name} found {what {... on Housed {house {name}}}}}}}'

    tree = cleandoc(
        """
        query  3 hops, 4 calls  (loads of up to 20 keys)
        └─ node  load by kind (id: "x") by arg('id')                             hop 1, 1 call, of one kind
           ├─ Play: plays.play_by_id
           ├─ Person: people.person_by_id
           ├─ on Play
           │  ├─ house  1 plain field
           │  └─ found  load plays.hits_of by PlayRecord.id                      hop 2, 1 call
           │     └─ what  load by kind by HitRecord.id                           hop 3, each kind by itself
           │        ├─ play: plays.play_by_id                                    1 call per 20 keys
           │        ├─ person: people.person_by_id                               1 call per 100 keys
           │        └─ on Play, Person
           │           └─ house  1 plain field
           └─ on Person
              ├─ house  1 plain field  below as on Play
              └─ found  load plays.hits_of by PersonRecord.id  below as on Play  hop 2, 1 call
        """
    )
    assert tree == told(query)


def test_loads_below_an_unknown_step_begin_later() -> None:
    """A resolver that awaits may take hops itself: a load below it begins at the hop told, or later."""
    query = "{play(id: 1) {twin {director {name}}}}"

    tree = cleandoc(
        """
        query  at least 2 hops, at least 2 calls
        └─ play  load plays.play_by_id(id: 1) by arg('id')                     hop 1, 1 call
           └─ twin  resolver tests.planning.theatre.twin                       calls unknown
              └─ director  load people.person_by_id by PlayRecord.director_id  hop 2 or later, 1 call
                 └─ 1 plain field
        """
    )
    assert tree == told(query)


def test_an_opaque_loader_makes_at_least_one_call() -> None:
    """It awaits by itself, so nothing more is known of it, nor when what is below it begins."""
    query = "{play(id: 1) {reviews {author {name}}} season {reviews {author {name}}}}"

    tree = cleandoc(
        """
        query  at least 3 hops, at least 6 calls  (loads of up to 100 keys)
        ├─ play  load plays.play_by_id(id: 1) by arg('id')                   hop 1, 1 call
        │  └─ reviews  load plays.reviews_of by PlayRecord.id                hop 2, at least 1 call
        │     └─ author  load people.person_by_id by ReviewRecord.author_id  hop 3 or later, 1 call per 100 keys
        │        └─ 1 plain field
        └─ season  load plays.season                                         hop 1, 1 call
           └─ reviews  load plays.reviews_of by PlayRecord.id                hop 2, at least 1 call per 100 keys
              └─ author  load people.person_by_id by ReviewRecord.author_id  hop 3 or later, 1 call per 100 keys
                 └─ 1 plain field
        """
    )
    assert tree == told(query)


def test_resolvers_tell_whether_they_call() -> None:
    """One that awaits and a batched one may call anything, another one nothing."""
    query = "{season {seats shout twin {title}}}"

    tree = cleandoc(
        """
        query  at least 1 hop, at least 1 call
        └─ season  load plays.season                        hop 1, 1 call
           ├─ seats  batched tests.planning.theatre.seats   calls unknown
           ├─ shout  resolver tests.planning.theatre.shout  no calls
           └─ twin  resolver tests.planning.theatre.twin    calls unknown
              └─ 1 plain field
        """
    )
    assert tree == told(query)


def test_root_fields_of_a_mutation_run_one_after_another() -> None:
    """A later root field's loads are later hops, calls add up, and after an unknown one all may be later still."""
    query = "mutation {a: first(id: 1) {director {name}} b: second(id: 2) {title} change {title} c: first(id: 3) {id}}"

    tree = cleandoc(
        """
        mutation  at least 4 hops, at least 4 calls
        ├─ a  load plays.play_by_id(id: 1) by arg('id')                     hop 1, 1 call
        │  └─ director  load people.person_by_id by PlayRecord.director_id  hop 2, 1 call
        │     └─ 1 plain field
        ├─ b  load plays.play_by_id(id: 2) by arg('id')                     hop 3, 1 call
        │  └─ 1 plain field
        ├─ change  resolver tests.planning.theatre.change                   calls unknown
        │  └─ 1 plain field
        └─ c  load plays.play_by_id(id: 3) by arg('id')                     hop 4 or later, 1 call
           └─ 1 plain field
        """
    )
    assert tree == told(query)
    loads = [step for step in all_steps(explain(plan(query)).steps) if isinstance(step, LoadStep)]
    assert tuple(load.id for load in loads) == explain(plan(query)).chain


def test_what_is_below_plain_objects_depends_on_the_way_to_them() -> None:
    """A step depends on what gives its objects: a load, or the projection whose plain fields lead there."""
    season, title, found, what, *_ = all_steps(explain(plan("{season {title found {what {__typename}}}}")).steps)
    house, *_ = explain(plan("{season {house {name}}}")).steps[0].below

    assert [(1, ()), (2, (1,)), (3, (1,)), (4, (3,))] == [
        (step.id, step.depends_on) for step in (season, title, found, what)
    ]
    assert ["season", "season", "season.found"] == [step.position for step in (season, title, found)]
    assert ("season.house", (1,)) == (house.position, house.depends_on)


def test_a_plan_is_told_in_proportion_to_its_size() -> None:
    """Fourteen levels of two types each have some hundred steps, though the calls double at every level."""
    below = "{__typename}"
    for _ in range(14):
        below = "{what {... on Housed {found " + below + "}}}"
    explained = explain(plan('{node(id: "x") {... on Housed {found ' + below + "}}}"))

    assert 100 > len(list(all_steps(explained.steps)))
    assert Figure(30) == explained.totals.hops
    assert 2**15 < explained.totals.calls.value


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("reviews {author {name}}", (Figure(3, at_least=True), Figure(3, at_least=True), Figure(1, at_least=True))),
        ("seats", (Figure(1, at_least=True), Figure(1, at_least=True), Figure(0, at_least=True))),
        ("twin {title}", (Figure(1, at_least=True), Figure(1, at_least=True), Figure(0, at_least=True))),
        ("shout", (Figure(1), Figure(1), Figure(0))),
    ],
    ids=["opaque", "batched", "awaits", "sync"],
)
def test_what_is_not_known_makes_figures_lower_bounds(fields: str, expected: tuple[Figure, Figure, Figure]) -> None:
    """Opaque loaders, batched and awaiting resolvers may call anything: all figures are lower bounds."""
    assert expected == figures("{play(id: 1) {" + fields + "}}")


def test_invokes_need_addresses() -> None:
    """Without any nothing is said of invokes; a backend without one makes the figure a lower bound."""
    query = "{play(id: 1) {director {name}}}"

    def head(invoked: Mapping[str, bool] | None) -> str:
        return told(query, invoked=invoked).splitlines()[0]

    assert "query  2 hops, 2 calls" == head(None)
    assert "query  2 hops, 2 calls, 1 Lambda invoke" == head({"people": True, "plays": False})
    assert "query  2 hops, 2 calls, at least 1 Lambda invoke" == head({"people": True})
    assert "query  2 hops, 2 calls, Lambda invokes unknown" == head({})
    assert ("people", "plays") == explain(plan(query), invoked={}).totals.without_address


def test_output_that_is_not_utf8_gets_plain_branches() -> None:
    """The tree needs ASCII alone."""
    tree = cleandoc(
        """
        query  1 hop, 1 call
        |- 1 plain field
        `- play  load plays.play_by_id(id: 1) by arg('id')  hop 1, 1 call
           |- 1 plain field
           `- house  1 plain field
        """
    )
    assert tree == told("{__typename play(id: 1) {title house {name}}}", ascii_only=True)


def test_values_of_arguments_stay_on_their_line() -> None:
    """A long or many-lined value is cut, and a control character never reaches the terminal."""
    printed = told('{season(text: """a\n   b\x1b[31m""") {id} long: season(text: "' + "x" * 60 + '") {id}}')

    assert 'season  load plays.season(text: """ a b [31m """)' in printed
    assert 'long  load plays.season(text: "' + "x" * 36 + "...)" in printed


def test_an_operation_without_a_plan_has_nothing_to_tell() -> None:
    """Introspection runs on graphql-core."""
    assert Fallback.INTROSPECTION is explain_all(*prepared("{__schema {types {name}}}"))


def test_an_explanation_is_json_and_back() -> None:
    """It is plain data: what is written can be read as the same tree."""
    query = "{season {title pay {name} reviews {author {name}} seats shout found {what {__typename}}}}"
    explained = explain(plan(query), invoked={"people": True})

    text = msgspec.json.encode(explained)

    assert explained == msgspec.json.decode(text, type=Explanation)
    kinds = {step.__struct_config__.tag for step in all_steps(explained.steps)}
    assert {"load", "projection", "guard", "batched", "resolver"} == kinds
    (season,) = msgspec.json.decode(text)["steps"]
    assert ["load", 1, "season", [], 1] == [season[name] for name in ("kind", "id", "position", "depends_on", "hop")]


def test_a_projection_names_its_fields() -> None:
    """By response key, leaves alone."""
    _, projection, *_ = all_steps(explain(plan("{season {key: id __typename house {name}}}")).steps)

    assert isinstance(projection, ProjectionStep)
    assert (("key", "__typename"), ()) == (projection.fields, projection.types)
