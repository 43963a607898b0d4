"""Executing selection sets: which fields there are, and in which order. GraphQL specification, section 6.3."""

import pytest
import strawberry

from gateway import arg, graph, load
from gateway.planning.fallback import Fallback
from tests.declare import library
from tests.declare.library import BOOKS, query_of
from tests.declare.types import Author, Book
from tests.execution.agreeing import agree, given, graph_of


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Dog(Named):
    barks: bool = True
    friend: "Pet | None" = None


@strawberry.type
class Cat(Named):
    meows: bool = True
    friend: "Pet | None" = None


Pet = Dog | Cat

_PETS = [Dog(name="Rex", friend=Cat(name="Tom")), Cat(name="Kim"), Dog(name="Ace", barks=False)]
_GRAPH = graph_of(
    a=(str, given("a")),
    b=(str, given("b")),
    c=(str, given("c")),
    pets=(list[Pet], given(_PETS)),
    named=(list[Named], given(_PETS)),
    dog=(Dog, given(_PETS[0])),
)


async def keys_of(query, variables=None):
    """The root's response keys, in order."""
    return list((await agree(_GRAPH, query, variables)).data)


async def test_fields_are_in_the_order_of_the_document():
    """A key stands where it is first selected, fragments included."""
    assert ["c", "a", "b"] == await keys_of("{c ...F c b} fragment F on Query {a b}")


async def test_an_alias_is_the_response_key():
    """One field may be there under several keys."""
    assert {"x": "a", "a": "b", "b": "b"} == (await agree(_GRAPH, "{x: a a: b b}")).data


async def test_selections_of_one_key_are_merged():
    """Their subselections become one selection set, in order of appearance."""
    answer = await agree(
        _GRAPH, "{dog {name} dog {barks name} ...F} fragment F on Query {dog {friend {...on Cat {name}}}}"
    )

    assert {"dog": {"name": "Rex", "barks": True, "friend": {"name": "Tom"}}} == answer.data
    assert ["name", "barks", "friend"] == list(answer.data["dog"])


async def test_merging_goes_down_through_fragments():
    """Fields that meet below other fields are merged there, too."""
    answer = await agree(
        _GRAPH,
        "{dog {...A} ... on Query {dog {...B}}}"
        " fragment A on Dog {friend {... on Cat {name}}} fragment B on Dog {friend {... on Cat {meows}} name}",
    )

    assert {"dog": {"friend": {"name": "Tom", "meows": True}, "name": "Rex"}} == answer.data
    assert ["friend", "name"] == list(answer.data["dog"])


async def test_a_fragment_is_spread_once():
    """The second spread of a fragment in one selection set adds nothing."""
    assert ["a", "b", "c"] == await keys_of("{...F b ...F c} fragment F on Query {a}")


async def test_a_skipped_spread_does_not_count():
    """A fragment whose first spread is skipped is spread by the second."""
    assert ["b", "a"] == await keys_of("{...F @skip(if: true) b ...F} fragment F on Query {a}")


async def test_a_fragment_applies_by_type():
    """An object's own type, its interfaces and its unions let a fragment in; any other type does not."""
    answer = await agree(_GRAPH, "{pets {... on Named {name} ... on Dog {barks} ... on Cat {meows} ... {__typename}}}")

    assert [
        {"name": "Rex", "barks": True, "__typename": "Dog"},
        {"name": "Kim", "meows": True, "__typename": "Cat"},
        {"name": "Ace", "barks": False, "__typename": "Dog"},
    ] == answer.data["pets"]


async def test_each_type_has_an_order_of_its_own():
    """The order of keys is that of the fragments that apply, object by object."""
    answer = await agree(_GRAPH, "{named {... on Cat {meows} name ... on Dog {barks} __typename}}")

    assert [["name", "barks", "__typename"], ["meows", "name", "__typename"]] == [
        list(pet) for pet in answer.data["named"][:2]
    ]


async def test_one_key_may_be_different_fields_of_different_types():
    """Two types may answer one alias with different fields, since no object is both."""
    answer = await agree(_GRAPH, "{pets {... on Dog {says: barks} ... on Cat {says: meows}}}")

    assert [True, True, False] == [pet["says"] for pet in answer.data["pets"]]


async def test_typename_is_the_runtime_types():
    """Under any alias and at any place, the root included."""
    answer = await agree(_GRAPH, "{__typename t: __typename named {kind: __typename} dog {__typename}}")

    assert {
        "__typename": "Query",
        "t": "Query",
        "named": [{"kind": "Dog"}, {"kind": "Cat"}, {"kind": "Dog"}],
        "dog": {"__typename": "Dog"},
    } == answer.data


@pytest.mark.parametrize(
    ("directives", "there"),
    [
        ("@skip(if: true)", False),
        ("@skip(if: false)", True),
        ("@include(if: true)", True),
        ("@include(if: false)", False),
        ("@skip(if: false) @include(if: true)", True),
        ("@skip(if: true) @include(if: true)", False),
        ("@skip(if: false) @include(if: false)", False),
        ("@skip(if: true) @include(if: false)", False),
    ],
)
@pytest.mark.parametrize("selection", ["a {}", "... on Query {} {{a}}", "... {} {{a}}", "...F {}"])
async def test_skip_and_include(selection, directives, there):
    """A selection is there if nothing skips it and everything includes it: fields, inline fragments, spreads."""
    query = "{" + selection.format(directives) + " b}"
    used = " fragment F on Query {a}" if "...F" in query else ""

    assert (["a", "b"] if there else ["b"]) == await keys_of(query + used)


@pytest.mark.parametrize("yes", [True, False])
async def test_conditions_read_variables(yes):
    """Each value of a variable has the fields that it chooses."""
    query = "query ($yes: Boolean!) {a @include(if: $yes) b @skip(if: $yes) ... @include(if: $yes) {c}}"

    assert (["a", "c"] if yes else ["b"]) == await keys_of(query, {"yes": yes})


async def test_a_conditions_default_holds():
    """A variable that is left out has its default, as everywhere."""
    assert ["a"] == await keys_of("query ($yes: Boolean = true) {a @include(if: $yes) b @skip(if: $yes)}")
    assert ["b"] == await keys_of("query ($yes: Boolean! = false) {a @include(if: $yes) b @skip(if: $yes)}")


async def test_a_condition_without_value_is_an_error():
    """A nullable variable with a default may be null, which no condition takes: the request is refused."""
    answer = await agree(
        _GRAPH,
        "query ($yes: Boolean = true) {a @include(if: $yes)}",
        {"yes": None},
        fallback=Fallback.CONDITION_WITHOUT_VALUE,
    )

    assert ("no data", ["BAD_USER_INPUT"]) == (answer.data, answer.codes)


async def test_one_occurrence_of_a_key_is_enough():
    """A field that is skipped in one place and selected in another is there, where it is selected."""
    assert ["b", "a"] == await keys_of("{a @skip(if: true) b a}")


async def test_what_is_below_a_skipped_field_is_not_merged():
    """The selection set of a skipped occurrence adds nothing."""
    answer = await agree(_GRAPH, "{dog {name} dog @skip(if: true) {barks}}")

    assert {"dog": {"name": "Rex"}} == answer.data


async def test_an_object_may_be_left_empty():
    """A selection set of which everything is skipped gives an empty object, also the root's."""
    assert {"dog": {}, "pets": [{}, {"meows": True}, {}]} == (
        await agree(_GRAPH, "{dog {name @skip(if: true)} pets {... on Cat {meows}}}")
    ).data
    assert {} == (await agree(_GRAPH, "{a @skip(if: true)}")).data


async def test_conditions_inside_of_fragments_of_types():
    """Conditions and types choose together, below lists."""
    query = """query ($d: Boolean!, $c: Boolean!) {
        pets {... on Dog @include(if: $d) {barks} ... on Cat {meows @skip(if: $c)} ... on Named @include(if: $c) {name}}
    }"""

    assert [{"barks": True}, {"meows": True}, {"barks": False}] == (
        await agree(_GRAPH, query, {"d": True, "c": False})
    ).data["pets"]
    assert [{"name": "Rex"}, {"name": "Kim"}, {"name": "Ace"}] == (
        await agree(_GRAPH, query, {"d": False, "c": True})
    ).data["pets"]


async def test_loads_are_merged_like_any_field():
    """A load that two fragments select is one load, and a skipped one is none."""
    built = graph(
        query=query_of(books=(list[Book], load(library.books_on_shelf, key=arg("shelf", int)))), types=[Author]
    )
    backends = {"books": {"GET /books": BOOKS}, "people": {"GET /authors": library.AUTHORS}}

    answer = await agree(
        built,
        "{books(shelf: 1) {...A ...B title}} fragment A on Book {author {name}}"
        " fragment B on Book {author {id} again: author @skip(if: true) {id}}",
        backends=backends,
    )

    assert [["author", "title"]] * 2 == [list(book) for book in answer.data["books"]]
    assert [["name", "id"]] * 2 == [list(book["author"]) for book in answer.data["books"]]
    assert ["GET /books?shelf=1", "GET /authors?id=a1&id=a2"] == answer.asked
