"""What an operation gave, whichever way it ran."""

from __future__ import annotations

from typing import Any

import msgspec
from graphql import GraphQLError


class SharedBody:
    """The response body of an outcome that several requests share: the first of them encodes it for all."""

    __slots__ = ("encoded",)

    def __init__(self) -> None:
        self.encoded: bytes | None = None


class Outcome(msgspec.Struct, frozen=True):
    """Data and errors of an operation.

    `left_out` counts the errors that are not among `errors`, which are bounded.

    `ran` is false when it was refused before any field ran: there is no `data` then. Its document was at fault when
    `document_is_valid` is false, else its variables.
    """

    data: Any
    errors: tuple[GraphQLError, ...]
    left_out: int = 0
    ran: bool = True
    document_is_valid: bool = True
    shared_body: SharedBody | None = None


def refused_document(errors: tuple[GraphQLError, ...]) -> Outcome:
    """The outcome of a document that does not parse or validate."""
    return Outcome(None, errors, ran=False, document_is_valid=False)


def refused_variables(errors: tuple[GraphQLError, ...]) -> Outcome:
    """The outcome of variables that do not fit the operation."""
    return Outcome(None, errors, ran=False)
