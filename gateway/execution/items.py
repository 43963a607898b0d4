"""How many items the lists of one answer may have: they multiply within each other, however few rows are loaded."""

from __future__ import annotations

from ..vocabulary.errors import RuleError


def too_many_items(field: str, most: int, came: int) -> RuleError:
    """The error of *field*, with whose lists the answer would have *came* items, more than *most*."""
    return RuleError(
        f"{field}: expected at most {most} items in the lists of an answer, got {came}", code="LIMIT_EXCEEDED"
    )
