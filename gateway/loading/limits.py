"""What one operation may load, whatever its document asks for: keys in a step, calls, and bytes of answers."""

from __future__ import annotations

from typing import Any, TypeAlias

from ..declare.loader import Loader, Write
from ..vocabulary.errors import RuleError
from ..vocabulary.settings_limits import LimitSettings

Declared: TypeAlias = Loader[Any, Any, Any] | Write[Any, Any]


class Usage:
    """What one operation has used of its limits. Each method gives the error that refuses, or None.

    Keys are those of one loader with the same arguments in one departure, whatever its `max_batch`; calls and bytes are
    sums over the operation.
    """

    __slots__ = ("_bytes", "_calls", "_max_bytes", "_max_calls", "max_keys")

    def __init__(self, limits: LimitSettings) -> None:
        #: Keys that one step may ask for.
        self.max_keys = limits.max_keys_per_step
        self._max_calls = limits.max_calls
        self._max_bytes = limits.max_answer_bytes
        self._calls = 0
        self._bytes = 0

    def refuse_keys(self, loader: Declared, asked: int) -> RuleError:
        """The error for keys past `max_keys`, when *asked* were asked for."""
        return _exceeded(loader, f"{self.max_keys} keys in one step", asked)

    def count_call(self, declared: Declared) -> RuleError | None:
        """One more call is to be made."""
        self._calls += 1
        if self._calls > self._max_calls:
            return _exceeded(declared, f"{self._max_calls} calls in one operation", self._calls)
        return self._beyond_bytes(declared) if self._bytes > self._max_bytes else None

    def count_bytes(self, declared: Declared, size: int) -> RuleError | None:
        """An answer of *size* bytes came; the one that passes the bound is refused, and all after it."""
        self._bytes += size
        return self._beyond_bytes(declared) if self._bytes > self._max_bytes else None

    def _beyond_bytes(self, declared: Declared) -> RuleError:
        return _exceeded(declared, f"{self._max_bytes} bytes of answers in one operation", self._bytes)

    def __repr__(self) -> str:
        return f"<Usage {self._calls} of {self._max_calls} calls, {self._bytes} of {self._max_bytes} bytes>"


def _exceeded(declared: Declared, limit: str, actual: int) -> RuleError:
    return RuleError(f"{declared.label}: expected at most {limit}, got {actual}", code="LIMIT_EXCEEDED")
