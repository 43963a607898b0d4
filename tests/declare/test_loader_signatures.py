"""What a loader function must look like, and what is said when it does not."""

# Annotations are evaluated, since the functions under test are local.
import inspect

import msgspec
import pytest

from gateway import Backend, Call, DeclarationError, Keys, Page, get
from tests.declare.library import AuthorRecord, BookRecord, book_by_id, books, books_by_author, hits, loan_of, refusal


def test_a_loader_knows_its_key_record_and_parameters():
    """Everything that the engine and the checks need is read from the signature, once."""
    assert ("one", ("id",), str, BookRecord, False) == (
        book_by_id.cardinality,
        book_by_id.by,
        book_by_id.key_type,
        book_by_id.record,
        book_by_id.opaque,
    )
    assert ["shelf"] == [parameter.name for parameter in books_by_author.parameters]
    assert tuple[str, str] == loan_of.key_type
    assert ("<Loader books.loan_of one by book_id+reader>", "<Loader books.hits many by nothing>") == (
        repr(loan_of),
        repr(hits),
    )


class Row(msgspec.Struct, kw_only=True):
    """What rows of any service have."""

    id: str | int


class NumberedRow(Row, kw_only=True):
    """Narrower than what it inherits: `NumberedRow.id` is the field of `Row` at run time."""

    id: int


def test_a_keys_type_is_that_of_the_record_which_is_loaded():
    """A record that narrows an inherited field has keys of the narrower type."""

    @books.one(by=NumberedRow.id)
    def row_by_id(ids: Keys[int]) -> Call[list[NumberedRow]]:
        return get("/rows", id=ids, into=list[NumberedRow])

    assert (int, ("id",)) == (row_by_id.key_type, row_by_id.by)


def test_annotations_as_text_are_read_too():
    """A module with `from __future__ import annotations` declares the same: library.py is one."""
    assert "'Call[list[BookRecord]]'" == repr(inspect.signature(book_by_id.build).return_annotation)
    assert BookRecord is book_by_id.record


@pytest.mark.parametrize("name", ["Users", "user-data", "1st", "", "käse", "a__b"])
def test_a_backend_needs_a_name_that_the_environment_can_spell(name):
    """A backend's address is set by GATEWAY_BACKENDS__<NAME>, whose parts two underscores divide."""
    with pytest.raises(DeclarationError, match="expected lower-case letters and digits, words joined"):
        Backend(name)


@pytest.mark.parametrize("names", ["sub", ["sub"], ("sub", 1), ("",), None])
def test_what_a_backend_is_told_is_a_tuple_of_names(names):
    """A text in the tuple's place would name nothing that exists, and be sent nothing without a word."""
    with pytest.raises(DeclarationError) as claims:
        Backend("books", identity=names)
    with pytest.raises(DeclarationError) as headers:
        Backend("books", forward=names)

    assert f"Backend('books'): identity= expects a tuple of claims, such as (\"sub\",); got {names!r}" == str(
        claims.value
    )
    expected = "Backend('books'): forward= expects a tuple of request headers, such as (\"accept-language\",)"
    assert f"{expected}; got {names!r}" == str(headers.value)


def test_an_unbound_value_is_no_key():
    """`by=` takes a field of a record, and says what one looks like."""
    message = refusal(lambda: books.one(by="id")(_by_id))

    assert "by= expects a record's field, such as UserRecord.id, or a tuple of them; got 'id'" in message
    assert message.startswith("tests.declare.test_loader_signatures._by_id: ")


def _by_id(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get("/", id=ids, into=list[BookRecord])


def test_a_key_is_of_one_record():
    """A key of several fields takes them all from one record; the message names both."""
    message = refusal(lambda: books.one(by=(BookRecord.id, AuthorRecord.id))(_by_id))

    assert message.endswith("by= expects fields of one record; got fields of AuthorRecord, BookRecord")


@pytest.mark.parametrize("fields", [(), (BookRecord.id,)])
def test_a_tuple_key_has_several_parts(fields):
    """A tuple of one would make keys of one part on one side and plain keys on the other."""
    message = refusal(lambda: books.one(by=fields)(_by_id))

    assert message.endswith(f"by= expects one field or a tuple of several, got a tuple of {len(fields)}")


def test_the_key_is_a_field_of_the_returned_record():
    """Rows are aligned by a field that they have."""
    message = refusal(lambda: books.one(by=AuthorRecord.id)(_by_id))

    assert message.endswith("by= expects a field of BookRecord, the record it returns; got AuthorRecord.id")


def test_a_keyed_loader_takes_keys():
    """With `by=` the first parameter takes the keys."""

    def loader() -> Call[list[BookRecord]]: ...

    message = refusal(lambda: books.one(by=BookRecord.id)(loader))

    assert message.startswith("loader: expected the keys as first parameter, `keys: Keys[...]`, got ()")


def test_further_parameters_are_keyword_only():
    """What follows the keys are named arguments, since they become GraphQL arguments by name."""

    def loader(ids: Keys[str], published: bool) -> Call[list[BookRecord]]: ...

    message = refusal(lambda: books.one(by=BookRecord.id)(loader))

    assert "loader: expected keyword-only parameters after the keys (put `*` before 'published')" == message


def test_keys_need_to_know_their_field():
    """A loader that takes keys says by which field; what is missing is named, not the keys."""
    by_id = refusal(lambda: books.many()(_by_id))

    def by_title(title: str) -> Call[BookRecord]:
        return get("/", title=title, into=BookRecord)

    message = refusal(lambda: books.one()(by_title))

    assert by_id.endswith(": expected `by=` for the keys 'ids', such as @backend.many(by=UserRecord.id), got none")
    expected = "expected keyword-only parameters of a loader without keys (put `*` before 'title')"
    assert f"by_title: {expected}" == message


def test_the_return_type_fits_the_cardinality():
    """Each way to declare a loader names the return type that it expects, and the one that came."""

    def one_row(ids: Keys[str]) -> Call[BookRecord]: ...
    def keyless() -> Call[list[BookRecord]]: ...
    def page(ids: Keys[str]) -> Call[list[BookRecord]]: ...
    def scalars(ids: Keys[str]) -> Call[list[str]]: ...
    async def opaque(ids: Keys[str]) -> BookRecord: ...
    def nothing(ids: Keys[str]): ...

    messages = [
        refusal(lambda: books.one(by=BookRecord.id)(one_row)),
        refusal(lambda: books.one()(keyless)),
        refusal(lambda: books.page(by=BookRecord.id)(page)),
        refusal(lambda: books.many(by=BookRecord.id)(scalars)),
        refusal(lambda: books.one(by=BookRecord.id)(opaque)),
        refusal(lambda: books.one(by=BookRecord.id)(nothing)),
    ]

    expected = [
        "one_row: expected `-> Call[list[Record]]` of a one loader with keys",
        "keyless: expected `-> Call[Record]` of a one loader without keys",
        "page: expected `-> Call[dict[Key, Page[Record]]]` of a page loader with keys",
        "scalars: expected `-> Call[list[Record]]` of a many loader with keys",
        "opaque: expected `-> list[Record]` of a one loader with keys",
        "nothing: expected `-> Call[list[Record]]` of a one loader with keys",
    ]
    assert expected == [message.split(", got")[0] for message in messages]
    assert "got `gateway.declare.call.Call[tests.declare.library.BookRecord]`" in messages[0]


def test_a_name_that_is_not_imported_at_run_time_is_named():
    """Annotations are evaluated; one under TYPE_CHECKING says what to do."""

    def loader(ids: "Keys[str]") -> "Call[list[Elsewhere]]": ...  # noqa: F821

    message = refusal(lambda: books.one(by=BookRecord.id)(loader))

    assert (
        "loader: name 'Elsewhere' is not defined; annotations are read at run time:"
        " import what they name outside `if TYPE_CHECKING`"
    ) == message


def test_a_batch_holds_at_least_one_key():
    """max_batch is checked where it is written."""
    message = refusal(lambda: books.one(by=BookRecord.id, max_batch=0)(_by_id))

    assert message.endswith("max_batch expects at least 1, got 0")


def test_the_shapes_of_a_page():
    """Pages come by key as a dict, and without a key as one."""

    def keyed(ids: Keys[str], *, first: int = 2, after: str | None = None) -> Call[dict[str, Page[BookRecord]]]: ...
    def keyless(*, first: int = 2, after: str | None = None) -> Call[Page[BookRecord]]: ...

    loaders = books.page(by=BookRecord.author_id)(keyed), books.page()(keyless)

    assert [(BookRecord, True), (BookRecord, False)] == [(loader.record, loader.keyed) for loader in loaders]


async def test_arguments_after_the_key_are_named():
    """A positional argument is refused before anything is sent."""
    with pytest.raises(TypeError, match=r"books.books_by_author: arguments after the key are keyword-only, got \(3,\)"):
        await books_by_author.load(None, "a1", 3)


def test_a_loader_takes_all_keys_of_a_call():
    """One key's type in the place of `Keys[...]` would be given several without a word."""

    def by_id(book_id: str) -> Call[list[BookRecord]]: ...
    def by_ids(ids: Keys[int]) -> Call[list[BookRecord]]: ...

    assert "by_id: expected all keys of a call, `Keys[str]`, got one key's type" == refusal(
        lambda: books.one(by=BookRecord.id)(by_id)
    )
    assert "by_ids: by= has keys of type str, but the function takes those of int" == refusal(
        lambda: books.one(by=BookRecord.id)(by_ids)
    )


def test_what_returns_a_call_does_not_await():
    """`async def` before a function that describes a call is a slip, of loaders and writes alike."""

    async def described(ids: Keys[str]) -> Call[list[BookRecord]]: ...
    async def change(book_id: str) -> Call[BookRecord]: ...

    expected = "expected `def`, got `async def`: the function describes a Call, which the engine sends"
    assert f"described: {expected}" == refusal(lambda: books.one(by=BookRecord.id)(described))
    assert f"change: {expected}" == refusal(lambda: books.write()(change))


def test_a_return_type_that_is_missing_is_none():
    """Where nothing is annotated, nothing is said to have come."""

    def bare(ids: Keys[str]): ...

    message = refusal(lambda: books.one(by=BookRecord.id)(bare))

    assert "bare: expected `-> Call[list[Record]]` of a one loader with keys, got none" == message


@pytest.mark.parametrize("decorator", ["one", "many", "page", "write"])
def test_a_decorator_has_its_parentheses(decorator):
    """Without them it is given the function; the text shows how it is written."""
    message = refusal(lambda: getattr(books, decorator)(_by_id))

    assert message.startswith(f"@backend.{decorator}: expected keywords alone, as in @backend.{decorator}(")
    assert message.endswith("(), got _by_id")


@pytest.mark.parametrize(
    ("invalidates", "expected"),
    [
        (book_by_id, "invalidates= expects a list of loaders, got <Loader books.book_by_id one by id>"),
        ("book_by_id", "invalidates= expects a list of loaders, got 'book_by_id'"),
        (["book_by_id"], "invalidates=: expected a loader, got 'book_by_id'; declare one with @backend.one"),
    ],
)
def test_a_write_invalidates_loaders(invalidates, expected):
    """The name of a loader would invalidate nothing, and nobody would be told."""

    def rename(book_id: str) -> Call[BookRecord]: ...

    assert refusal(lambda: books.write(invalidates=invalidates)(rename)).startswith(f"rename: {expected}")
