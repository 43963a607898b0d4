"""How many items the lists of one answer have: they multiply within each other, however few rows are loaded."""

from __future__ import annotations

from ..vocabulary.errors import RuleError


class Items:
    """The items of one answer, counted as they are placed."""

    __slots__ = ("_count", "_most")

    def __init__(self, most: int) -> None:
        """None yet, and at most *most* in the end."""
        self._count = 0
        self._most = most

    def refuse(self, field: object, more: int) -> RuleError | None:
        """The error where *more* of them, of *field*, would be too many; else these count and there is none."""
        count = self._count + more
        if count > self._most:
            expected = f"expected at most {self._most} items in the lists of an answer"
            return RuleError(f"{field}: {expected}, got {count}", code="LIMIT_EXCEEDED")
        self._count = count
        return None

    def __repr__(self) -> str:
        return f"<Items {self._count} of {self._most}>"
