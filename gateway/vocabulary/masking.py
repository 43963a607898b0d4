"""What settings show of themselves: no secret, no header's value, no credentials and no query in an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

#: Tables and texts whose values nobody gets to see.
SECRET_NAMES: Final = frozenset({"headers", "environment", "secret"})

# Up to the last "@", since people forget to escape the one in a password.
_CREDENTIALS: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)


class Masked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A struct that can be printed and logged."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, _masked(name, getattr(self, name))) for name in self.__struct_fields__]


def mask_credentials(text: str) -> str:
    """*text* without what may be `user:password@` or a query: `http://***@host?***`, or `***@host` without a scheme."""
    before, query_mark, after = text.partition("?")
    if "@" in after:
        # The end of a password with a ? in it, or of a query with an @: what follows is a host, or a piece of a key.
        return _CREDENTIALS.sub(r"\1***", text[: text.rindex("@") + 1])
    shown = _CREDENTIALS.sub(r"\1***@", before) if "@" in before else before
    return f"{shown}?***" if after else shown + query_mark


def _masked(name: str, value: object) -> object:
    if isinstance(value, tuple):
        # Names of headers are none of their values.
        return tuple(mask_credentials(item) for item in value)
    if name in SECRET_NAMES and value is not None:
        return dict.fromkeys(value, "***") if isinstance(value, Mapping) else "***"
    return mask_credentials(value) if isinstance(value, str) else value
