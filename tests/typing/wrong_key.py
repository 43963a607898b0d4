"""Wrong keys: each marked line is an error to both checkers, and no other line is."""

# pyright: strict
from __future__ import annotations

from strawberry import relay

from gateway import arg, by_kind, load, viewer
from tests.typing.right import AuthorRecord, BookRecord, LoanRecord, author_by_id, library, loan_of, opaque

# A field of another type than the loader's key.
shelf = load(author_by_id, key=BookRecord.shelf)  # error
# A field that the record does not have.
misspelt = load(author_by_id, key=BookRecord.autor_id)  # error
# No key for a loader that takes one.
keyless = load(author_by_id)  # error
# One part, a part too many, and a part of another type, for a key of two.
part = load(loan_of, key=BookRecord.id)  # error
three = load(loan_of, key=(BookRecord.id, viewer("sub"), viewer("sub")))  # error
wrong_part = load(loan_of, key=(BookRecord.id, BookRecord.shelf))  # error
# A tuple for a key of one.
pair = load(author_by_id, key=(BookRecord.id, viewer("sub")))  # error
# An argument of another type, and an option that `arg` has for global ids alone.
number = load(author_by_id, key=arg("id", int))  # error
option = load(author_by_id, key=arg("id", str, of="Author"))  # error
# A key for a loader that takes none.
surplus = load(opaque, key=viewer("sub"))  # error
# Something that is no loader.
no_loader = load(library, key=AuthorRecord.id)  # error
# A key of another type for a choice among loaders, and a kind that is no text.
kind = load(by_kind(LoanRecord.reader, {"author": author_by_id}), key=BookRecord.shelf)  # error
no_kind = by_kind(BookRecord.shelf, {"author": author_by_id})  # error

right = load(author_by_id, key=arg("id", relay.GlobalID, of="Author"))
