"""Documents: read, checked against the limits, parsed and validated once, then remembered.

What does not parse or validate is remembered too, apart from the valid ones. What exceeds a limit is not: to refuse it
again is cheap.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import strawberry
from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode

from ..vocabulary.errors import ClientError
from ..vocabulary.settings import LimitSettings
from .limits import check_document, check_text
from .validation import Reader, shorten

if TYPE_CHECKING:
    from ..planning.store import PreparedOperation

# Measured: a token with its nodes and locations takes 190 bytes (a comment) to 550 (a field).
_BYTES_PER_TOKEN: Final = 600
_BYTES_PER_DOCUMENT: Final = 2_000
_BYTES_PER_ERROR: Final = 2_000
# Of the room for valid documents, what invalid ones get besides: an eighth.
_INVALID_SHARE: Final = 8
# Of the room, what one document may have with its plans: a quarter.
_LARGEST_SHARE: Final = 4


class Document:
    """One text and all that is known of it; nothing of it changes but `plans`, and what these take.

    What is wrong with it shows in this order: a syntax error leaves no `ast`, then `operation` may find none to run,
    then `errors` holds what validation found.
    """

    __slots__ = ("_memory", "_nodes", "ast", "errors", "estimated_bytes", "fragments", "operations", "plans", "text")

    def __init__(self, text: str, tokens: int, ast: DocumentNode | None, errors: Sequence[GraphQLError]) -> None:
        # Not `operations`: where two have the same name, or none, the document is invalid and they are several.
        self._nodes: list[OperationDefinitionNode] = []
        operations: dict[str | None, OperationDefinitionNode] = {}
        fragments: dict[str, FragmentDefinitionNode] = {}
        for node in ast.definitions if ast is not None else ():
            if isinstance(node, OperationDefinitionNode):
                self._nodes.append(node)
                operations.setdefault(node.name.value if node.name else None, node)
            elif isinstance(node, FragmentDefinitionNode):
                fragments.setdefault(node.name.value, node)
        self.text = text
        self.ast = ast
        #: Syntax or validation errors; empty when the document is valid.
        self.errors: tuple[GraphQLError, ...] = tuple(errors)
        self.operations: Mapping[str | None, OperationDefinitionNode] = MappingProxyType(operations)
        self.fragments: Mapping[str, FragmentDefinitionNode] = MappingProxyType(fragments)
        #: The planner's: prepared operations, with their plans, by name. They are forgotten with the document.
        self.plans: dict[str | None, PreparedOperation] = {}
        self._memory: _Remembered | None = None
        #: What it takes to remember it, with its plans.
        self.estimated_bytes = (
            _BYTES_PER_DOCUMENT + sys.getsizeof(text) + _BYTES_PER_TOKEN * tokens + _BYTES_PER_ERROR * len(errors)
        )

    def remembered_in(self, memory: _Remembered | None) -> None:
        """*memory* remembers it from now on, or none does."""
        self._memory = memory

    def grow(self, more_bytes: int) -> None:
        """Its plans take so much more than before; less, where it is negative."""
        self.estimated_bytes += more_bytes
        if self._memory is not None:
            self._memory.grown(self, more_bytes)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation called *name*; without a name, the only one.

        Raises:
            ClientError: OPERATION_RESOLUTION_FAILURE: none has that name, there is none at all, or several and no name.

        Source: GraphQL specification, section 6.1, "GetOperation".
        """
        if name is None:
            return self._only_operation()
        if name not in self.operations:
            called = repr(name[:80]) if name else "to run"
            raise ClientError(f"the document holds no operation {called}", code="OPERATION_RESOLUTION_FAILURE")
        return self.operations[name]

    def _only_operation(self) -> OperationDefinitionNode:
        operations = self._nodes
        if not operations:
            raise ClientError("the document holds no operation to run", code="OPERATION_RESOLUTION_FAILURE")
        if len(operations) > 1:
            names = ", ".join(node.name.value if node.name else "an unnamed one" for node in operations[:5])
            raise ClientError(
                f"expected operationName, since the document holds {len(operations)} operations: {names}",
                code="OPERATION_RESOLUTION_FAILURE",
            )
        return operations[0]

    def __repr__(self) -> str:
        names = ", ".join(name or "an unnamed operation" for name in self.operations) or "no operation"
        return f"<Document of {names}: {len(self.errors)} errors, {len(self.plans)} plans>"


class Documents:
    """The documents of one schema; the latest used are remembered. For one thread, as the event loop is."""

    def __init__(self, schema: strawberry.Schema, limits: LimitSettings, *, shows_schema: bool = True) -> None:
        self._limits = limits
        self._reader = Reader(schema, limits, shows_schema=shows_schema)
        count, size = limits.max_documents, limits.max_document_cache_bytes
        self._valid = _Remembered(count, size)
        # Apart, so that no stream of ever new invalid documents drives the valid ones out, and smaller, since who sends
        # one mostly sends it again at once. Ever new valid ones still could, as fast as they are validated.
        self._invalid = _Remembered(-(-count // _INVALID_SHARE), size // _INVALID_SHARE)

    def get(self, text: str) -> Document:
        """The document of *text*, valid or not.

        Raises:
            RuleError: LIMIT_EXCEEDED, the document is larger than a limit allows.
            ClientError: GRAPHQL_PARSE_FAILED, *text* holds half a character.
        """
        return self._valid.get(text) or self._invalid.get(text) or self._read(text)

    def _read(self, text: str) -> Document:
        tokens = check_text(text, self._limits)
        document = self._parse(text, tokens)
        remembered = self._invalid if document.errors else self._valid
        remembered.put(document)
        return document

    def _parse(self, text: str, tokens: int) -> Document:
        try:
            ast = self._reader.parse(text)
        except GraphQLSyntaxError as error:
            return Document(text, tokens, None, [_without_frames(error)])
        check_document(ast, self._limits)
        return Document(text, tokens, ast, self._reader.validate(ast))


class _Remembered:
    """Documents by their text, the latest used last.

    The key is the text itself: it is kept anyway for locations, no two documents share it, and Python's keyed hash
    takes a third of the time of SHA-256, whose strength would buy nothing here.
    """

    def __init__(self, max_count: int, max_bytes: int) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._bytes = 0
        self._documents: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document | None:
        document = self._documents.get(text)
        if document is not None:
            self._documents.move_to_end(text)
        return document

    def put(self, document: Document) -> None:
        """Remember *document*, forget those unused for longest; one that alone takes too much is not remembered."""
        if self._is_too_large(document):
            return
        self._documents[document.text] = document
        document.remembered_in(self)
        self._bytes += document.estimated_bytes
        self._make_room()

    def grown(self, document: Document, more_bytes: int) -> None:
        """*document*, one of these, takes so much more: the others are not to go for one that is too large."""
        self._bytes += more_bytes
        if self._is_too_large(document):
            self._forget(self._documents.pop(document.text))
        self._make_room()

    def _is_too_large(self, document: Document) -> bool:
        return document.estimated_bytes * _LARGEST_SHARE > self._max_bytes

    def _make_room(self) -> None:
        while len(self._documents) > self._max_count or self._bytes > self._max_bytes:
            self._forget(self._documents.popitem(last=False)[1])

    def _forget(self, document: Document) -> None:
        """One that has been taken out."""
        document.remembered_in(None)
        self._bytes -= document.estimated_bytes


def _without_frames(error: GraphQLError) -> GraphQLError:
    """*error* alone: the frames it was raised in would keep the parser as long as the document is remembered."""
    error.__cause__ = error.__context__ = None
    return shorten(error).with_traceback(None)
