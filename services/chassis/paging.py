"""Pages of numbered rows. A cursor names the row it points at, so that rows added later move nothing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from http import HTTPStatus

from .events import RefusedError, Request, Row

_CURSOR = re.compile(r"([a-z]+):([1-9][0-9]{0,8})")


def number_of(row_id: str, prefix: str) -> int | None:
    """The number in an id such as `d17`; None for an id that is none of ours."""
    digits = row_id.removeprefix(prefix)
    is_ours = row_id != digits and digits.isascii() and digits.isdecimal() and len(digits) < 10  # noqa: PLR2004
    return int(digits) if is_ours and not digits.startswith("0") else None


def after_of(request: Request, kind: str) -> int | None:
    """The number of the row that the `after` parameter points at; None without one.

    Raises:
        RefusedError: it is no cursor of *kind*.
    """
    (cursor,) = request.query.get("after", [None])[:1]
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode("ascii")
    except (UnicodeError, binascii.Error):
        text = ""
    match = _CURSOR.fullmatch(text)
    if match is None or match[1] != kind:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"after: expected a cursor of an earlier page, got {cursor[:40]!r}")
    return int(match[2])


def page_of(kind: str, rows: Sequence[Row], *, has_next: bool, has_previous: bool) -> Row:
    """*rows* as edges with a page_info; each row's cursor is made of the number in its id."""
    edges = [{"cursor": _cursor(kind, row), "node": row} for row in rows]
    page_info = {
        "has_next_page": has_next,
        "has_previous_page": has_previous,
        "start_cursor": edges[0]["cursor"] if edges else None,
        "end_cursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "page_info": page_info}


def _cursor(kind: str, row: Row) -> str:
    return base64.urlsafe_b64encode(f"{kind}:{row['id'][1:]}".encode()).decode().rstrip("=")
