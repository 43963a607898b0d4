"""Every binding is checked when the graph is built; each sentence names the field, what was expected and what came."""

import datetime as dt
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated

import msgspec
import pytest
import strawberry
from strawberry import relay
from strawberry.schema.config import StrawberryConfig

from gateway import (
    Backend,
    Call,
    DeclarationError,
    Keys,
    Page,
    arg,
    by_kind,
    get,
    graph,
    load,
    object_of,
    type_of_id,
    viewer,
)
from tests.declare import library
from tests.declare.library import AuthorRecord, BookRecord, LoanRecord, problems_of, query_of
from tests.declare.types import Author, Book, Loan


def over_book(annotation, field):
    """The problems of a type over BookRecord with one field."""

    @object_of(BookRecord)
    class Volume:
        pass

    body = {"__annotations__": {"field": annotation}, "field": field, "__module__": __name__}
    return problems_of(query_of(volume=(object_of(BookRecord)(type("Volume", (), body)), load(library.featured))))


def on_query(annotation, field):
    """The problems of a query with one field."""
    return problems_of(query_of(field=(annotation, field)))


def test_the_keys_type_is_the_loaders():
    """A field of another type than the loader's key is refused."""
    assert ["Volume.field: people.author_by_id expects a key of type str, BookRecord.shelf is int"] == over_book(
        Author | None, load(library.author_by_id, key=BookRecord.shelf)
    )


def test_an_arguments_type_is_the_loaders():
    """So is an argument; a global id's inside is text."""
    assert ["Query.field: people.author_by_id expects a key of type str, arg('id') is int"] == on_query(
        Author | None, load(library.author_by_id, key=arg("id", int))
    )
    assert ["Query.field: books.books_on_shelf expects a key of type int, arg('id') is str"] == on_query(
        list[Book], load(library.books_on_shelf, key=arg("id", relay.GlobalID, of="Author"))
    )


def test_a_key_has_the_loaders_parts():
    """Fewer or more is refused with what the loader is keyed by."""
    keys = [BookRecord.id, (BookRecord.id, viewer("sub"), arg("x", str))]

    problems = [over_book(Loan | None, load(library.loan_of, key=key)) for key in keys]

    start = "Volume.field: books.loan_of expects a key of 2 part(s), by book_id, reader; got key="
    came = ["BookRecord.id", "(BookRecord.id, viewer('sub'), arg('x'))"]
    assert [[start + key] for key in came] == problems


def test_a_parts_type_is_checked():
    """Each part of a tuple has its own type."""
    assert ["Volume.field: books.loan_of expects a key of type str, BookRecord.shelf is int"] == over_book(
        Loan | None, load(library.loan_of, key=(BookRecord.id, BookRecord.shelf))
    )


def test_a_key_that_is_missing_is_named():
    """A loader with keys is loaded by one."""
    assert ["Query.field: people.author_by_id expects a key, by id; key= is missing"] == on_query(
        Author | None, load(library.author_by_id)
    )


def test_a_loader_without_keys_takes_none():
    """A key for it would be ignored: it is refused."""
    assert ["Query.field: books.featured takes no key, got key=viewer('sub')"] == on_query(
        Book | None, load(library.featured, key=viewer("sub"))
    )


def test_the_fields_type_is_what_the_loader_gives():
    """One, many and page are told apart."""
    one = load(library.author_by_id, key=viewer("sub"))
    many = load(library.books_by_author, key=viewer("sub"))
    page = load(library.books_page)

    problems = [
        *on_query(list[Author], one),
        *on_query(Book | None, many),
        *on_query(list[Book], page),
        *on_query(relay.Connection[Book], load(library.books_by_author, key=viewer("sub"))),
    ]

    assert [
        "Query.field: people.author_by_id is a `one` loader and gives one object, but the field's type is a list",
        "Query.field: books.books_by_author is a `many` loader and gives a list, but the field's type is one object",
        "Query.field: books.books_page is a `page` loader and gives a relay.Connection, but the field's type is a list",
        (
            "Query.field: books.books_by_author is a `many` loader and gives a list,"
            " but the field's type is a relay.Connection"
        ),
    ] == problems


def test_a_page_loader_takes_first_and_after():
    """A connection has both arguments, so its loader takes them."""

    @library.books.page()
    def unpaged(*, first: int = 2) -> Call[Page[BookRecord]]:
        return get("/books", first=first, into=Page[BookRecord])

    assert ["Query.field: books.unpaged must take after to page a connection"] == on_query(
        relay.Connection[Book], load(unpaged)
    )


def test_the_fields_type_is_over_the_loaders_record():
    """A type over another record, over none, a scalar or a foreign connection is refused."""

    @strawberry.type
    class Unbound:
        title: str

    problems = [
        *on_query(Book | None, load(library.author_by_id, key=viewer("sub"))),
        *on_query(Unbound | None, load(library.author_by_id, key=viewer("sub"))),
        *on_query(str | None, load(library.author_by_id, key=viewer("sub"))),
        *on_query(relay.Connection[Author], load(library.books_page)),
    ]

    assert [
        "Query.field: people.author_by_id gives AuthorRecord, but Book is over BookRecord",
        "Query.field: people.author_by_id gives AuthorRecord; bind Unbound to it with @object_of",
        "Query.field: people.author_by_id gives AuthorRecord, but the field's type is str",
        "Query.field: books.books_page gives BookRecord, but Author is over AuthorRecord",
    ] == problems


def test_a_union_has_a_member_for_each_loader():
    """A kind whose record no member is over could never be answered."""
    found = Annotated[Author | Book, strawberry.union("Found")]
    target = by_kind(library.HitRecord.kind, {"author": library.author_by_id, "loan": library.loan_of})

    @object_of(library.HitRecord)
    class Hit:
        item: found | None = load(target, key=library.HitRecord.id)

    assert [
        "Hit.item: books.loan_of expects a key of 2 part(s), by book_id, reader; got key=HitRecord.id",
        "Hit.item: no member of the union is over LoanRecord, which books.loan_of gives",
    ] == problems_of(query_of(hits=(list[Hit], load(library.hits))))


class Party(Enum):
    OPEN = "open"


class Colour(StrEnum):
    RED = "red"


class EventRecord(msgspec.Struct, frozen=True):
    day: dt.date
    moment: dt.datetime
    text: str
    party: Party
    colour: Colour
    amount: Decimal


def over_event(**fields):
    """The problems of a type over EventRecord with these fields."""
    body = {"__annotations__": fields, "__module__": __name__}
    event = object_of(EventRecord)(type("Event", (), body))

    @library.books.one()
    def event_of() -> Call[EventRecord]: ...

    return problems_of(query_of(event=(event, load(event_of))))


def test_dates_and_enums_are_what_the_record_holds():
    """A text is no date, and of a date or an enum's member a String would be what Python prints, not what was sent."""
    assert [
        "Event.day: the record holds date, the field's type is str",
        "Event.moment: the record holds datetime, the field's type is date",
        "Event.text: the record holds str, the field's type is datetime",
        "Event.party: the record holds Party, the field's type is str",
        "Event.colour: the record holds Colour, the field's type is int",
    ] == over_event(day=str, moment=dt.date, text=dt.datetime, party=str, colour=int)


def test_what_a_scalar_makes_the_text_of_is_not_refused():
    """A text that is an enum's member is a text; a decimal's text is the number; a scalar of one's own knows itself."""

    @object_of(EventRecord)
    class Event:
        day: dt.date
        moment: dt.datetime
        text: dt.time
        party: Party
        colour: str
        amount: str

    @library.books.one()
    def event_of() -> Call[EventRecord]: ...

    own = {dt.time: strawberry.scalar(name="Clock", serialize=str)}
    built = graph(query=query_of(event=(Event, load(event_of))), config=StrawberryConfig(scalar_map=own))

    assert "text: Clock!" in built.sdl


@strawberry.interface
class Named:
    name: str


@strawberry.interface
class Guessed:
    name: str

    @classmethod
    def resolve_type(cls, value, info, type_):
        return "Person"


@object_of(AuthorRecord)
class Person(Named, Guessed):
    name: str


def test_an_interface_is_implemented_by_a_type_over_the_record():
    """A type that no field names is not part of the graph; the text says where to name it."""
    author = (Named | None, load(library.author_by_id, key=arg("id", strawberry.ID)))
    book = (Named | None, load(library.book_by_id, key=arg("id", str)))
    guessed = (Guessed | None, load(library.book_by_id, key=arg("id", str)))

    expected = "but no type over it implements Named; a type that no field has goes into graph(types=[...])"
    nobody = problems_of(query_of(author=author))
    somebody_else = problems_of(query_of(book=book), types=[Person])
    sdl = graph(query=query_of(author=author, guessed=guessed), types=[Person]).sdl

    assert [f"Query.author: people.author_by_id gives AuthorRecord, {expected}"] == nobody
    assert [f"Query.book: books.book_by_id gives BookRecord, {expected}"] == somebody_else
    assert "author(id: ID!): Named\n  guessed(id: String!): Guessed" in sdl


def test_what_a_client_asks_for_may_be_absent():
    """A row that the client names needs a nullable field."""
    assert [
        "Query.field: a client may ask for a key that has no row, so the field must be nullable: `| None`"
    ] == on_query(Author, load(library.author_by_id, key=arg("id", str)))


def test_a_key_that_may_be_none_needs_a_nullable_field():
    """A record's optional field, or an optional argument, may leave nothing to load."""

    @object_of(AuthorRecord)
    class Apprentice:
        mentor: Author = load(library.author_by_id, key=AuthorRecord.mentor_id)

    assert ["Apprentice.mentor: key=AuthorRecord.mentor_id may be None, so the field must be nullable: `| None`"] == (
        problems_of(query_of(me=(Apprentice | None, load(library.author_by_id, key=viewer("sub")))))
    )
    assert ["Query.field: key=arg('author') may be None, so the field must be nullable: `| None`"] == on_query(
        list[Book], load(library.books_by_author, key=arg("author", str | None))
    )


class MentoredRecord(AuthorRecord, kw_only=True, frozen=True):
    """Narrower than what it inherits: `MentoredRecord.mentor_id` is the field of AuthorRecord at run time."""

    mentor_id: str


class StrayRecord(MentoredRecord, kw_only=True, frozen=True):
    """Wider again."""

    mentor_id: str | None


def newest(record):
    """A query of a type over *record* with a mentor who must be there."""

    @library.people.one()
    def newest_author() -> Call[record]:
        return get("/authors/newest", into=record)

    @object_of(record)
    class Newest:
        mentor: Author = load(library.author_by_id, key=record.mentor_id)

    return query_of(newest=(Newest, load(newest_author)))


def test_what_may_be_none_is_the_types_own_records_to_say():
    """A record may narrow or widen a field that it inherits."""
    graph(query=newest(MentoredRecord))

    assert ["Newest.mentor: key=AuthorRecord.mentor_id may be None, so the field must be nullable: `| None`"] == (
        problems_of(newest(StrayRecord))
    )


def test_a_records_field_is_of_the_types_own_record():
    """A key from a record needs a type that is over it."""
    problems = [
        *over_book(Author | None, load(library.author_by_id, key=LoanRecord.reader)),
        *on_query(Author | None, load(library.author_by_id, key=BookRecord.author_id)),
    ]

    assert [
        "Volume.field: key=LoanRecord.reader is no field of BookRecord, the type's record",
        "Query.field: key=BookRecord.author_id needs a type bound to BookRecord by @object_of; this one is not",
    ] == problems


def test_a_fixed_argument_is_the_loaders():
    """Its name is looked for, and the nearest told."""
    field = load(library.books_by_author, key=viewer("sub"), fixed={"shelv": 2})

    assert [
        "Query.field: fixed={'shelv': ...} is no parameter of books.books_by_author; did you mean shelf?"
    ] == on_query(list[Book], field)


def test_a_global_id_says_whose_it_is():
    """For a list the field's type is not that of the id."""
    assert ["Query.field: say what arg('author') is an id of: arg('author', relay.GlobalID, of='Type')"] == on_query(
        list[Book], load(library.books_by_author, key=arg("author", relay.GlobalID))
    )


def test_a_kind_is_of_the_types_record_or_a_global_id():
    """Where the kind comes from is checked like a key."""
    loaders = {"Book": library.book_by_id}
    problems = [
        *over_book(Book | None, load(by_kind(library.HitRecord.kind, loaders), key=BookRecord.id)),
        *on_query(Book | None, load(by_kind(type_of_id("idd"), loaders), key=arg("id", relay.GlobalID))),
        *on_query(Book | None, load(by_kind(type_of_id("id"), loaders), key=arg("id", str))),
    ]

    assert [
        "Volume.field: kind=HitRecord.kind is no field of BookRecord",
        "Query.field: type_of_id('idd') expects a key arg('idd', relay.GlobalID); did you mean id?",
        "Query.field: type_of_id('id') expects a key arg('id', relay.GlobalID)",
    ] == problems


def test_a_loader_of_a_kind_takes_its_arguments_from_fixed():
    """Clients cannot give them: one without a default must be fixed."""

    @library.books.one(by=BookRecord.id)
    def edition(ids: Keys[str], *, year: int) -> Call[list[BookRecord]]:
        return get("/editions", id=ids, year=year, into=list[BookRecord])

    target = by_kind(type_of_id("id"), {"Book": edition})
    key = arg("id", relay.GlobalID)

    assert ["Query.field: books.edition needs 'year', which by_kind takes from fixed= alone"] == on_query(
        Book | None, load(target, key=key)
    )
    assert graph(query=query_of(field=(Book | None, load(target, key=key, fixed={"year": 1843}))))


def test_a_shared_field_needs_types_that_copy_it():
    """`strawberry.type` does not copy: a declaration used twice would silently take the last name and type."""
    shared = load(library.author_by_id, key=viewer("sub"))

    @strawberry.type
    class Mutation:
        author: Author | None = shared

    assert ["Query.me: expected a field of its own, got that of Query.myself: declare it twice"] == problems_of(
        query_of(me=(Author | None, shared), myself=(Author | None, shared))
    )
    query = query_of(me=(Author | None, shared))
    assert ["Mutation.author: expected a field of its own, got that of Query.me: declare it twice"] == problems_of(
        query, mutation=Mutation
    )


class Plain:
    title: str


@pytest.mark.parametrize(
    ("root", "came"),
    [
        (Plain, "the plain class tests.declare.test_checks.Plain; decorate it with @strawberry.type"),
        ("Query", "'Query'"),
    ],
)
@pytest.mark.parametrize("name", ["query", "mutation", "subscription"])
def test_a_root_is_a_type(name, root, came):
    """A class that nobody made a type is named, with what it lacks."""
    roots = {"query": query_of(featured=(Book, load(library.featured)))}

    with pytest.raises(DeclarationError) as refused:
        graph(**{**roots, name: root})

    assert f"graph: {name}= expects a class made by strawberry.type, got {came}" == str(refused.value)


@pytest.mark.parametrize(
    ("extra", "came"),
    [
        (Plain, "the plain class tests.declare.test_checks.Plain; decorate it with @strawberry.type"),
        ("Author", "'Author'"),
    ],
)
def test_a_further_type_is_one(extra, came):
    """So is one of `types=`; those before it are no fault."""
    with pytest.raises(DeclarationError) as refused:
        graph(query=query_of(featured=(Book, load(library.featured))), types=[Author, extra])

    assert f"graph: types= expects a class made by strawberry.type, got {came}" == str(refused.value)


def test_a_federation_directive_is_warned_of():
    """Strawberry's own warning is heard: the graph is served without the directive's meaning."""

    @strawberry.federation.type(keys=["id"])
    class Thing:
        id: strawberry.ID

    with pytest.warns(UserWarning, match="Federation directive found in schema"):
        graph(query=query_of(featured=(Book, load(library.featured))), types=[Thing])


def test_a_graph_has_a_query():
    """So is its absence."""
    with pytest.raises(DeclarationError, match=r"query= expects a class made by strawberry\.type, got None"):
        graph(query=None)


def test_two_modules_cannot_define_one_type():
    """Both places are named."""

    def module(name):
        return object_of(BookRecord)(
            type("Volume", (), {"__annotations__": {"title": str}, "__module__": name, "__qualname__": "Volume"})
        )

    query = query_of(
        one=(module("tests.declare.library"), load(library.featured)),
        two=(module("tests.declare.types"), load(library.featured)),
    )

    with pytest.raises(DeclarationError) as refused:
        graph(query=query)
    message = str(refused.value)
    assert message.startswith("Type Volume is defined multiple times in the schema, by tests.declare.")
    assert message.endswith(": expected one definition")
    assert "tests.declare.library.Volume" in message
    assert "tests.declare.types.Volume" in message


def test_a_backend_is_declared_one_way():
    """Two declarations of one name that differ in what is sent are refused; equal ones are one."""
    stranger = Backend("books", identity=("tenant",))
    query = query_of(me=(Author | None, load(library.author_by_id, key=viewer("sub"))))

    (problem,) = problems_of(query, backends=[library.books, stranger])

    assert problem.startswith("backend 'books' is declared twice, differently: Backend(name='books', identity=('sub',)")
    assert problem.endswith("and Backend(name='books', identity=('tenant',), forward=())")
    same = graph(query=query, backends=[Backend("books", identity=("sub",))])
    assert ["books", "people"] == sorted(same.backends)


def test_every_problem_is_told_at_once():
    """One run shows all that is wrong."""
    query = query_of(
        one=(Author, load(library.author_by_id, key=arg("id", str))),
        two=(Book | None, load(library.author_by_id, key=viewer("sub"))),
    )

    assert ["Query.one", "Query.two"] == [problem.partition(":")[0] for problem in problems_of(query)]


def test_the_reference_graph_is_sound():
    """The deployed application passes its own checks."""
    import schema

    assert ["billing", "catalogue", "discussions", "enrolments", "search", "users"] == sorted(schema.graph.backends)
