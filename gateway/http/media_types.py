"""Reads media types and lists of media ranges as RFC 9110 writes them.

It parses only: what a type means for a request or an answer is decided in `request.py` and `negotiation.py`.
All patterns are possessive, so time is linear in the header's length whatever it holds.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..vocabulary.header_fields import TCHAR

_TOKEN: Final = rf"{TCHAR}++"
_QUOTED: Final = r'"(?:[^"\\]|\\.)*+"'
_TYPE: Final = re.compile(rf"({_TOKEN})/({_TOKEN})")
# RFC 9110 section 5.6.6 lets a parameter be empty: `application/json; ;charset=utf-8`.
_PARAMETER: Final = re.compile(rf"[ \t]*+;[ \t]*+(?:({_TOKEN})=({_TOKEN}|{_QUOTED}))?", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
# A quote that never closes reaches to the end of the header; otherwise each later quote would be tried again.
_LIST_MEMBER: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.?)*+(?:"|\Z))++', re.DOTALL)


class MediaRange(NamedTuple):
    """One media type or range: `text/html;level=1` is `("text", "html", (("level", "1"),))`.

    Type, subtype and parameter names are lower case; parameter values are unquoted and otherwise as they came.
    """

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def essence(self) -> str:
        """Type and subtype alone, `text/html`."""
        return f"{self.type}/{self.subtype}"

    def parameter_values(self, name: str) -> list[str]:
        """All values of the parameter *name* (lower case), in order; more than one only if the sender repeats it."""
        return [value for known, value in self.parameters if known == name]


def parse_media_range(text: str) -> MediaRange | None:
    """Read one media type with its parameters; None when it is malformed.

    Source: RFC 9110 sections 8.3.1 and 12.5.1.
    """
    text = text.strip(" \t")
    head = _TYPE.match(text)
    if head is None:
        return None
    parameters: list[tuple[str, str]] = []
    position = head.end()
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            return None
        position = found.end()
        name, value = found.groups()
        if name is not None:
            parameters.append((name.lower(), _unquoted(value)))
    return MediaRange(head[1].lower(), head[2].lower(), tuple(parameters))


def split_list(header: str) -> list[str]:
    """Cut a header at the commas that stand outside quotes; empty members are dropped.

    Source: RFC 9110 section 5.6.1.2.
    """
    members = (member.strip(" \t") for member in _LIST_MEMBER.findall(header))
    return [member for member in members if member]


def _unquoted(value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
