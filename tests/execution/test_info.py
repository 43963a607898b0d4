"""The info of a resolver: where it is, what is selected below it, and the request that it may load for."""

import strawberry

from gateway import Context, Info, arg, graph, load
from tests.declare import library, types
from tests.declare.library import BOOKS, query_of
from tests.execution.agreeing import agree, given, graph_of, resolved


def looking(info: Info) -> str:
    raw = info._raw_info
    return str(
        {
            "field_name": (info.field_name, raw.field_name),
            "python_name": info.python_name,
            "path": raw.path.as_list(),
            "typename": raw.path.typename,
            "return_type": (str(raw.return_type), str(info.return_type)),
            "parent_type": str(raw.parent_type),
            "variables": dict(info.variable_values),
            "operation": raw.operation.name and raw.operation.name.value,
            "fragments": sorted(raw.fragments),
            "root": raw.root_value,
            "nodes": [node.loc.start for node in raw.field_nodes],
            "context": isinstance(info.context, Context),
            "selected": [repr(field) for field in info.selected_fields],
            "schema": raw.schema is not None,
        }
    )


@strawberry.type
class Person:
    first_name: str
    age: int | None = None

    @strawberry.field
    def greeting(self, word: str = "Hello") -> str:
        return f"{word} {self.first_name}"


@strawberry.type
class Looker:
    look_here: str = strawberry.field(resolver=looking)


async def test_info_tells_where_the_resolver_is():
    """Field, path, types, variables, fragments and operation are those of graphql-core."""
    built = graph_of(
        lookers=(list[list[Looker]], given([[Looker(), Looker()], [Looker()]])), look=(str, resolved(looking))
    )

    answer = await agree(
        built,
        """query Looking($yes: Boolean!, $no: Boolean! = false) {
            look ...F @include(if: $yes)
            lookers {alias: lookHere @skip(if: $no) ... on Looker {alias: lookHere}}
        }
        fragment F on Query {look}""",
        {"yes": True},
    )

    first = answer.data["lookers"][1][0]["alias"]
    assert "'path': ['lookers', 1, 0, 'alias'], 'typename': 'Looker'" in first
    assert "'variables': {'yes': True, 'no': False}, 'operation': 'Looking', 'fragments': ['F']" in first


async def test_info_knows_what_is_selected():
    """`selected_fields` has the subselection as the document has it, arguments and directives included."""

    def person(info: Info) -> Person:
        (field,) = info.selected_fields
        return Person(first_name=repr(field.selections).replace("'", ""))

    answer = await agree(
        graph_of(person=(Person, resolved(person))),
        'query ($n: Boolean!) {person {firstName ... on Person {age @skip(if: $n)} greeting(word: "w")}}',
        {"n": True},
    )

    assert "arguments={word: w}" in answer.data["person"]["firstName"]


async def test_a_resolver_may_ask_the_library():
    """What an async resolver loads counts like what a field loads."""

    async def title(info: Info) -> str:
        book = await library.book_by_id.load(info.context, "b1")
        return book.title

    built = graph(
        query=query_of(
            title=(str, resolved(title)), book=(types.Book | None, load(library.book_by_id, key=arg("id", str)))
        )
    )

    answer = await agree(built, '{title book(id: "b2") {title}}', backends={"books": {"GET /books": BOOKS}})

    assert {"title": "Engines", "book": {"title": "Looms"}} == answer.data
    assert 1 == len(answer.asked)
