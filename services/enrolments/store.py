"""Reads and changes of enrolments: the seed, with what was added since.

Whether somebody may see or change something is for `app` to say.
"""

from __future__ import annotations

import functools
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from services.chassis import idempotency
from services.chassis.database import Database
from services.chassis.events import Row

from .seed import ENROLMENT_COUNT, Enrolment, course_of, lectures_of, seeded_enrolments

_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS enrolments (
    number INTEGER PRIMARY KEY, user_id TEXT NOT NULL, course_id TEXT NOT NULL, enrolled_on TEXT NOT NULL,
    UNIQUE (user_id, course_id)
);
CREATE TABLE IF NOT EXISTS completions (
    user_id TEXT NOT NULL, lecture_id TEXT NOT NULL, completed_on TEXT NOT NULL,
    PRIMARY KEY (user_id, lecture_id)
);
"""
    + idempotency.SCHEMA
)


def database() -> Database:
    """The file that ENROLMENTS_DATABASE names, else this process's memory."""
    return _database_at(os.environ.get("ENROLMENTS_DATABASE", ""))


def enrolments_of(connection: sqlite3.Connection, user_id: str) -> dict[str, Enrolment]:
    """What a person takes, by course, latest first."""
    added = connection.execute(
        "SELECT number, course_id, enrolled_on FROM enrolments WHERE user_id = ? ORDER BY number", (user_id,)
    )
    found = [*seeded_enrolments(user_id)]
    found += [_added(user_id, number, course_id, enrolled_on) for number, course_id, enrolled_on in added]
    completions = _completions_since(connection, user_id)
    return {row.course_id: _with(row, completions.get(row.course_id, {})) for row in reversed(found)}


def row_of(enrolment: Enrolment) -> Row:
    """The enrolment as it is answered.

    `{"id": "e1", "user_id": "u1", "course_id": "c9", "enrolled_on": "2021-03-30", "completed_lectures": 3,
    "lecture_count": 12, "next_lecture_id": "l77", "completed_on": null}`
    """
    lectures = lectures_of(enrolment.course_id)
    done = [enrolment.completions[lecture_id] for lecture_id in lectures if lecture_id in enrolment.completions]
    return {
        "id": enrolment.id,
        "user_id": enrolment.user_id,
        "course_id": enrolment.course_id,
        "enrolled_on": enrolment.enrolled_on,
        "completed_lectures": len(done),
        "lecture_count": len(lectures),
        "next_lecture_id": next((lecture for lecture in lectures if lecture not in enrolment.completions), None),
        "completed_on": max(done, default=None) if len(done) == len(lectures) else None,
    }


def completion_rows(enrolments: Iterable[Enrolment], lecture_ids: Iterable[str]) -> Iterator[Row]:
    """`{"lecture_id": "l5", "user_id": "u1", "completed_on": "2021-04-02"}` for each that is completed."""
    days = {
        lecture_id: (enrolment.user_id, day)
        for enrolment in enrolments
        for lecture_id, day in enrolment.completions.items()
    }
    for lecture_id in lecture_ids:
        if lecture_id in days:
            user_id, day = days[lecture_id]
            yield {"lecture_id": lecture_id, "user_id": user_id, "completed_on": day}


def add_enrolment(connection: sqlite3.Connection, user_id: str, course_id: str) -> Enrolment:
    """The new enrolment.

    Raises:
        sqlite3.IntegrityError: there is one.
    """
    today = _today()
    cursor = connection.execute(
        "INSERT INTO enrolments (user_id, course_id, enrolled_on) VALUES (?, ?, ?)", (user_id, course_id, today)
    )
    assert cursor.lastrowid is not None  # noqa: S101 - a row was inserted
    return _added(user_id, cursor.lastrowid, course_id, today)


def add_completion(connection: sqlite3.Connection, enrolment: Enrolment, lecture_id: str) -> Enrolment:
    """The enrolment with the lecture completed; the day of an earlier completion stays."""
    if lecture_id in enrolment.completions:
        return enrolment
    today = _today()
    connection.execute("INSERT INTO completions VALUES (?, ?, ?)", (enrolment.user_id, lecture_id, today))
    return _with(enrolment, {lecture_id: today})


def _added(user_id: str, number: int, course_id: str, enrolled_on: str) -> Enrolment:
    return Enrolment(f"e{ENROLMENT_COUNT + number}", user_id, course_id, enrolled_on, {})


def _with(enrolment: Enrolment, completions: dict[str, str]) -> Enrolment:
    return replace(enrolment, completions=enrolment.completions | completions) if completions else enrolment


def _completions_since(connection: sqlite3.Connection, user_id: str) -> dict[str | None, dict[str, str]]:
    """Days of completion by lecture, by course."""
    found: dict[str | None, dict[str, str]] = {}
    rows = connection.execute("SELECT lecture_id, completed_on FROM completions WHERE user_id = ?", (user_id,))
    for lecture_id, completed_on in rows:
        found.setdefault(course_of(lecture_id), {})[lecture_id] = completed_on
    return found


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@functools.cache
def _database_at(path: str) -> Database:
    return Database(path, _SCHEMA)
