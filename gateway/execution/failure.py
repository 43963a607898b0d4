"""A field that failed: what stands in its place in the unfinished tree, and the error that the client gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from graphql import FieldNode, GraphQLError
from graphql.error import located_error

from ..vocabulary.errors import EngineError

#: Who raised: the field's resolver or loader, or completion, which found a value that is not what the schema says.
Raiser: TypeAlias = Literal["field", "completion"]


class FieldError(GraphQLError):
    """A GraphQL error of a field that remembers who raised it, since texts of completion show values."""

    raised_by: Raiser = "field"


class Failure:
    """Stands in the tree where a value would, until the pass over the finished tree makes it null."""

    __slots__ = ("error", "nodes", "raised_by")

    def __init__(self, error: Exception, nodes: Sequence[FieldNode], raised_by: Raiser) -> None:
        self.error = error
        self.nodes = nodes
        self.raised_by = raised_by

    def located(self, path: Sequence[str | int]) -> GraphQLError:
        """The error with the place in the document and the response path."""
        try:
            error = located_error(self.error, self.nodes, path)
        except Exception:  # noqa: BLE001 - an exception's text may be made by code of the application
            unreadable = EngineError(f"{type(self.error).__name__}, whose text cannot be read")
            unreadable.__cause__ = self.error
            error = located_error(unreadable, self.nodes, path)
        if error is self.error:
            # A resolver raised an error that has a path already: it is passed on as it is.
            return error
        return _field_error(error, self.raised_by)

    def __repr__(self) -> str:
        return f"<Failure {self.error!r} by {self.raised_by}>"


def _field_error(error: GraphQLError, raised_by: Raiser) -> FieldError:
    made = FieldError(
        error.message, error.nodes, error.source, error.positions, error.path, error.original_error, error.extensions
    )
    made.raised_by = raised_by
    return made


def raised_by(error: GraphQLError) -> Raiser | None:
    """Who raised *error*, or None where graphql-core ran the operation and nobody kept it."""
    return error.raised_by if isinstance(error, FieldError) else None
