"""Wrong uses of loaders and writes: each marked line is an error to both checkers, and no other line is."""

# pyright: strict
from __future__ import annotations

from gateway import Call, Context, Keys, get
from tests.typing.right import AuthorRecord, BookRecord, author_by_id, books_by_author, library, loan_of, rename, search


@library.one(by=BookRecord.shelf)  # error
def keys_of_another_type(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get("/books", id=ids, into=list[BookRecord])


@library.one(by=AuthorRecord.id)
def rows_of_another_record(ids: Keys[str]) -> Call[list[AuthorRecord]]:
    return get("/authors", id=ids, into=list[BookRecord])  # error


async def uses(context: Context) -> None:
    await author_by_id.load(context, 1)  # error
    await author_by_id.load(context)  # error
    await author_by_id.load(context, None)  # error
    await loan_of.load(context, ("b1", 1))  # error
    await loan_of.load(context, "b1")  # error
    await books_by_author.load(context, "a1", shelf="one")  # error
    await books_by_author.load(context, "a1", shelves=1)  # error
    await search.load(context, None)  # error
    await author_by_id.load_many(context, [1])  # error
    await rename.send(context, "b1")  # error
    await rename.send(context, 1, title="x")  # error
    len((await author_by_id.load(context, "a1")).name)  # error
    len((await books_by_author.load(context, "a1"))[0].titel)  # error
