"""One page of courses after a cursor, in the order of their numbers. A cursor names the course it points at."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

_CURSOR = re.compile(rb"course:([1-9][0-9]{0,8})")


def page_of_courses(courses: Iterable[dict[str, Any]], first: int, after: str | None) -> dict[str, Any]:
    """At most *first* of *courses* that come after the cursor, as edges with a page_info.

    Raises:
        ValueError: *after* is no cursor of ours.
    """
    start = _number_at(after) if after is not None else 0
    ordered = sorted(courses, key=_number)
    rest = [course for course in ordered if _number(course) > start]
    edges = [{"cursor": cursor_of(course), "node": course} for course in rest[:first]]
    page_info = {
        "has_next_page": len(rest) > first,
        "has_previous_page": len(rest) < len(ordered),
        "start_cursor": edges[0]["cursor"] if edges else None,
        "end_cursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "page_info": page_info}


def cursor_of(course: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(f"course:{_number(course)}".encode()).decode().rstrip("=")


def _number_at(cursor: str) -> int:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        match = _CURSOR.fullmatch(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error):
        match = None
    if match is None:
        raise ValueError(f"after: expected a cursor of an earlier page, got {cursor[:40]!r}")
    return int(match[1])


def _number(course: dict[str, Any]) -> int:
    return int(course["id"][1:])
