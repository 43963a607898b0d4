"""What a resolver is handed of its field and its request."""

from __future__ import annotations

from strawberry.types import Info as _StrawberryInfo

from ..vocabulary.context import Context

#: The `info` of a resolver, its `context` typed.
Info = _StrawberryInfo[Context[object], object]
