"""The arguments of a load field, as its declaration and its loader take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..declare.binding import LoadBinding
from ..declare.resolving import loader_arguments
from ..loading.frozen import ConstantArguments


class LoadArguments:
    """A load field's arguments: coerced and checked at most once, however many the parents."""

    def __init__(self, binding: LoadBinding, convert: Callable[[], Mapping[str, Any]]) -> None:
        self._binding = binding
        # Until it is called: it holds the step, which may hold this.
        self._convert: Callable[[], Mapping[str, Any]] | None = convert
        self._given: Mapping[str, Any] | Exception = {}
        self._for_loader: dict[str, Any] | None = None

    @property
    def given(self) -> Mapping[str, Any]:
        """By Python name, as Strawberry converts them; what went wrong with them is raised at each parent.

        Raises:
            Exception: coercion or conversion refused a value.
        """
        convert, self._convert = self._convert, None
        if convert is not None:
            try:
                self._given = convert()
            except Exception as refusal:  # noqa: BLE001 - kept and raised for each parent
                self._given = refusal
        if isinstance(self._given, Exception):
            raise self._given
        return self._given

    def keep(self) -> None:
        """Have them ready for every request.

        Raises:
            ClientError: as `for_loader` says.
        """
        self._for_loader = ConstantArguments(self.for_loader())

    def for_loader(self) -> dict[str, Any]:
        """As the loader takes them.

        Raises:
            ClientError: one is outside of its limits.
        """
        if self._for_loader is None:
            self._for_loader = loader_arguments(self._binding, self.given)
        return self._for_loader
