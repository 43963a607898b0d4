"""How large a document may be: checked before validation, whose time grows faster than the document.

Two checks: `check_text` before parsing, by the text, and `check_document` before validation, by what the definitions
select. Both take time linear in the text, whatever its fragments multiply to.
"""

from __future__ import annotations

from graphql import DocumentNode, OperationDefinitionNode

from ..vocabulary.errors import ClientError, RuleError
from ..vocabulary.settings import LimitSettings
from .scan import count_tokens, line_starts, scan
from .selected import COUNTED_UP_TO, selected


def check_text(text: str, limits: LimitSettings) -> int:
    """Let *text* pass to the parser, and give the number of its tokens.

    Raises:
        RuleError: LIMIT_EXCEEDED, with the limit's setting and what came.
        ClientError: GRAPHQL_PARSE_FAILED, *text* holds half a character.
    """
    _check("max_document_bytes", _utf8_bytes(text), limits.max_document_bytes, "bytes")
    tokens = count_tokens(text)
    _check("max_tokens", tokens, limits.max_tokens, "tokens")
    # graphql-core walks the lines to locate an error, the blank ones and those of long strings included.
    _check("max_tokens", len(line_starts(text)), limits.max_tokens, "lines")
    scanned = scan(text)
    _check("max_nesting", scanned.nesting, limits.max_nesting, "brackets within each other")
    _check("max_name_length", scanned.longest_word, limits.max_name_length, "characters in a name or number")
    _check("max_directives", scanned.directives, limits.max_directives, "directives")
    return tokens


def check_document(document: DocumentNode, limits: LimitSettings) -> None:
    """Let *document* pass to validation.

    Fragments that no operation spreads are checked too, since validation does not leave them out.

    Raises:
        RuleError: LIMIT_EXCEEDED, with the limit's setting and what came.
    """
    for definition, sums in selected(document):
        _check("max_nesting", sums.nesting, limits.max_nesting, "selection sets within each other")
        _check("max_depth", sums.depth, limits.max_depth, "fields within each other")
        _check("max_aliases", sums.aliases, limits.max_aliases, "aliases")
        if isinstance(definition, OperationDefinitionNode):
            _check("max_root_fields", sums.root_fields, limits.max_root_fields, "root fields")
        _check("max_fields", sums.fields, limits.max_fields, "fields and spreads")


def _check(setting: str, came: int, limit: int, what: str) -> None:
    if came > limit:
        number = f"more than {COUNTED_UP_TO:,}" if came > COUNTED_UP_TO else f"{came:,}"
        raise RuleError(f"document: expected at most {limit:,} {what}, got {number} ({setting})", code="LIMIT_EXCEEDED")


def _utf8_bytes(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as lone:
        raise ClientError(
            f"document: expected Unicode text, got the lone surrogate U+{ord(text[lone.start]):04X}"
            f" as character {lone.start + 1:,}",
            code="GRAPHQL_PARSE_FAILED",
        ) from None
