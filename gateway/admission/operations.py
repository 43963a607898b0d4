"""Which operation of a document is to run. GraphQL specification, section 6.1."""

from __future__ import annotations

from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse

from ..vocabulary.errors import ClientError


def check_operation_is_clear(query: str, operation_name: str | None) -> None:
    """Let a document pass whose operation to run is named, or the only one.

    A document with a syntax error passes: execution reports it with its location.

    Raises:
        ClientError: OPERATION_RESOLUTION_FAILURE when the document holds several operations and none is named.
    """
    if operation_name is not None:
        return
    try:
        document = parse(query, no_location=True)
    except GraphQLSyntaxError:
        return
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > 1:
        names = ", ".join(node.name.value if node.name else "an unnamed one" for node in operations[:5])
        raise ClientError(
            f"expected operationName, since the document holds {len(operations)} operations: {names}",
            code="OPERATION_RESOLUTION_FAILURE",
        )
