"""`object_of` and `extend`: types over records, and fields from other modules."""

import msgspec
import pytest
import strawberry
from strawberry import relay

from gateway import DeclarationError, arg, extend, graph, load, object_of
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import AuthorRecord, BookRecord, problems_of, query_of


def query_over(cls, loader=library.featured):
    return query_of(book=(cls, load(loader)))


def test_a_type_is_over_a_record():
    """Anything but a record class is refused where it is written."""
    with pytest.raises(
        DeclarationError, match=r"object_of: expected a msgspec.Struct class, as in @object_of\(UserRecord\), got str"
    ):
        object_of(str)


def test_a_field_that_the_record_lacks_is_named_with_the_nearest():
    """A plain field reads the record's attribute of its name: it is looked for when the graph is built."""

    @object_of(BookRecord)
    class Book:
        titel: str
        pages: int

    assert [
        "Book.titel: expected a field of that name on BookRecord; did you mean title?",
        "Book.pages: expected a field of that name on BookRecord; known: author_id, id, shelf, subtitle, title",
    ] == problems_of(query_over(Book))


def test_a_node_id_that_the_record_lacks_is_named():
    """The attribute behind a relay.NodeID is checked like a field."""

    @object_of(BookRecord)
    class Book(relay.Node):
        idd: relay.NodeID[str]
        title: str

    assert ["Book.idd: expected a field of that name on BookRecord; did you mean id?"] == problems_of(query_over(Book))


def test_what_may_be_none_is_nullable():
    """A record's optional field needs a nullable GraphQL field."""

    @object_of(BookRecord)
    class Book:
        subtitle: str

    assert ["Book.subtitle: BookRecord.subtitle may be None, so the field must be nullable"] == problems_of(
        query_over(Book)
    )


async def test_names_and_resolvers_of_a_type():
    """A field may have another name, and a method; its `self` is the record."""

    @object_of(BookRecord, name="Volume", description="A bound book.")
    class Book:
        title: str = strawberry.field(name="heading", description="What the cover says.")

        @strawberry.field
        def place(self) -> str:
            return f"shelf {self.shelf}"

    built = graph(query=query_over(Book))

    async with running(built, books=types.books()) as ask:
        data = await ask.data("{book {__typename heading place}}")

    assert {"book": {"__typename": "Volume", "heading": "Looms", "place": "shelf 2"}} == data
    assert '"""A bound book."""\ntype Volume {\n  """What the cover says."""\n  heading: String!' in built.sdl


async def test_a_type_is_extended_from_another_module():
    """The field works like one of the type's own."""

    @object_of(AuthorRecord)
    class Author:
        name: str

    @object_of(BookRecord)
    class Book:
        title: str

    @extend(Author)
    class Writing:
        books: list[Book] = load(library.books_by_author, key=AuthorRecord.id)

        @strawberry.field
        def initial(self) -> str:
            return self.name[0]

    built = graph(query=query_of(author=(Author | None, load(library.author_by_id, key=arg("id", str)))))

    async with running(built, people=types.people(), books=types.books()) as ask:
        data = await ask.data('{author(id: "a2") {name books {title} initial}}')

    assert {"author": {"name": "Bell", "books": [{"title": "Wires"}], "initial": "B"}} == data
    assert "Writing" not in built.sdl


def test_a_field_is_defined_once():
    """A second definition names both modules, the type's own or that of an earlier extension."""

    @object_of(AuthorRecord)
    class Author:
        name: str

    def again(module, **fields):
        body = {"__annotations__": fields, "__module__": module}
        return extend(Author)(type("More", (), body))

    again("tests.declare.types", mentor_id=str | None)

    with pytest.raises(DeclarationError) as own:
        again("tests.declare.library", name=str)
    with pytest.raises(DeclarationError) as extended:
        again("tests.declare.library", mentor_id=str | None)
    assert (
        "extend(Author) in tests.declare.library: the field 'name' is defined already, in tests.declare.test_objects"
    ) == str(own.value)
    assert (
        "extend(Author) in tests.declare.library: the field 'mentor_id' is defined already, in tests.declare.types"
        == str(extended.value)
    )


def test_the_checks_see_extensions():
    """A wrong binding in an extension is found like any other."""

    @object_of(BookRecord)
    class Book:
        title: str

    @extend(Book)
    class More:
        shelff: int

    assert ["Book.shelff: expected a field of that name on BookRecord; did you mean shelf?"] == problems_of(
        query_over(Book)
    )


def test_only_object_types_are_extended():
    """What is no Strawberry type is refused."""
    with pytest.raises(DeclarationError, match=r"extend: expected a type made by object_of or strawberry.type, got"):
        extend(BookRecord)


async def test_a_subclass_of_a_record_is_another_record():
    """A type is recognised by its record exactly: one over a base record does not claim the records derived from it."""

    class Comic(BookRecord, frozen=True):
        panels: int = 0

    @object_of(BookRecord)
    class Book:
        title: str

    assert [True, False] == [Book.is_type_of(made, None) for made in (library.BOOKS[0], Comic("c", "C", "a1"))]
    assert issubclass(Comic, msgspec.Struct)


async def test_a_types_values_are_records():
    """The type called in a record's place is told what it expected; it could else not be told from its own name."""

    @object_of(BookRecord)
    class Book:
        title: str

    def by_type() -> Book | None:
        return Book(title="Engines")

    def by_record() -> Book | None:
        return BookRecord("b1", "Engines", "a1")

    built = graph(
        query=query_of(wrong=(Book | None, strawberry.field(by_type)), right=(Book, strawberry.field(by_record)))
    )

    async with running(built) as ask:
        reply = await ask("{wrong {title} right {title}}")

    assert {"wrong": None, "right": {"title": "Engines"}} == reply.data
    assert ["TypeError('Book: expected a BookRecord as a value of this type, got Book(...)')"] == reply.details
