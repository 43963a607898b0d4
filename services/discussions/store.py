"""Reads and changes of discussions: the seed, with the comments posted since.

Comments are numbered in the order in which they were posted, so that a number is a place to continue behind.
"""

from __future__ import annotations

import functools
import os
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from services.chassis import idempotency
from services.chassis.database import Database
from services.chassis.events import Row
from services.chassis.paging import number_of

from .seed import COMMENT_COUNT, DISCUSSION_COUNT, comment_numbers, seeded_comment, seeded_discussion

_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS comments (
    number INTEGER PRIMARY KEY, discussion_id TEXT NOT NULL, author_id TEXT NOT NULL, text TEXT NOT NULL,
    posted_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS comments_of_discussion ON comments (discussion_id, number);
"""
    + idempotency.SCHEMA
)
_COLUMNS = "number, discussion_id, author_id, text, posted_at"


def database() -> Database:
    """The file that DISCUSSIONS_DATABASE names, else this process's memory."""
    return _database_at(os.environ.get("DISCUSSIONS_DATABASE", ""))


def discussion_number(discussion_id: str) -> int | None:
    """The number of a discussion that exists."""
    number = number_of(discussion_id, "d")
    return number if number is not None and number <= DISCUSSION_COUNT else None


def discussion_rows(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Row]:
    """The seeded rows, each with `comment_count` and `last_comment_id`, in the order of *numbers*."""
    ids = [f"d{number}" for number in numbers]
    marks = ",".join("?" * len(ids))
    posted = connection.execute(
        f"SELECT discussion_id, COUNT(*), MAX(number) FROM comments WHERE discussion_id IN ({marks})"
        " GROUP BY discussion_id",
        ids,
    )
    added = {discussion_id: (count, last) for discussion_id, count, last in posted}
    return [_with_totals(number, *added.get(f"d{number}", (0, 0))) for number in numbers]


def comments_by_number(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[Row]:
    """The rows found."""
    later = [number - COMMENT_COUNT for number in numbers if number > COMMENT_COUNT]
    marks = ",".join("?" * len(later))
    added = connection.execute(f"SELECT {_COLUMNS} FROM comments WHERE number IN ({marks})", later)
    return [*(seeded_comment(number) for number in numbers if number <= COMMENT_COUNT), *map(_row, added)]


def comments_after(connection: sqlite3.Connection, discussion: int, after: int, limit: int) -> list[Row]:
    """At most *limit* comments with a higher number than *after*, earliest first."""
    seeded = [number for number in comment_numbers(discussion) if number > after][:limit]
    added = connection.execute(
        f"SELECT {_COLUMNS} FROM comments WHERE discussion_id = ? AND number > ? ORDER BY number LIMIT ?",
        (f"d{discussion}", after - COMMENT_COUNT, limit - len(seeded)),
    )
    return [*map(seeded_comment, seeded), *map(_row, added)]


def add_comment(connection: sqlite3.Connection, discussion: int, author_id: str, text: str) -> Row:
    """The new comment."""
    posted_at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    values = (f"d{discussion}", author_id, text, posted_at)
    cursor = connection.execute(
        "INSERT INTO comments (discussion_id, author_id, text, posted_at) VALUES (?, ?, ?, ?)", values
    )
    assert cursor.lastrowid is not None  # noqa: S101 - a row was inserted
    return _row((cursor.lastrowid, *values))


def _with_totals(number: int, count: int, last: int) -> Row:
    seeded = comment_numbers(number)
    last_number = COMMENT_COUNT + last if count else seeded[-1]
    return seeded_discussion(number) | {"comment_count": len(seeded) + count, "last_comment_id": f"m{last_number}"}


def _row(columns: tuple[int, str, str, str, str]) -> Row:
    number, discussion_id, author_id, text, posted_at = columns
    return {
        "id": f"m{COMMENT_COUNT + number}",
        "discussion_id": discussion_id,
        "author_id": author_id,
        "text": text,
        "posted_at": posted_at,
    }


@functools.cache
def _database_at(path: str) -> Database:
    return Database(path, _SCHEMA)
