"""300 courses and their 6,000 lectures: the same in every process, made from one seed.

Only the data. Who may see which lecture, and in what order rows are answered, is for `app` to say.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from .words import (
    CATEGORIES,
    COURSE_TITLES,
    EDITIONS,
    FIRST_LECTURE,
    LAST_LECTURE,
    LECTURE_TITLES,
    LEVELS,
    OPENINGS,
    PROMISES,
    SUBJECTS,
)

COURSE_COUNT = 300
LECTURE_COUNT = 6_000
SHORTEST_COURSE = 5
LONGEST_COURSE = 40

_SEED = 20_231_105
_INSTRUCTOR_COUNT = 60
_FIRST_DAY = date(2019, 1, 7)
_DAYS = 2_200
_PRICES_CENTS = (0, 0, 990, 1_490, 1_990, 2_490, 3_990, 4_990, 7_990, 12_900)
_SHORTEST_LECTURE_S = 90
_LONGEST_LECTURE_S = 2_400
_PUBLISHED_SHARE = 0.95

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rows, by id and by what they are asked by. Shared: treat the rows as read-only."""

    courses: dict[str, Row]
    lectures: dict[str, Row]
    courses_of_instructor: dict[str, list[Row]]
    lectures_of_course: dict[str, list[Row]]


def all_courses() -> list[Row]:
    """Every course, `c1` first; the rows are copies, so a caller may change them.

    `{"id": "c1", "title": "...", "summary": "...", "category": "CLOUD", "level": "BEGINNER", "instructor_id": "u7",
    "published_on": "2021-03-30", "price_cents": 1990}`
    """
    return [dict(row) for row in catalogue().courses.values()]


def all_lectures() -> list[Row]:
    """Every lecture, published or not, `l1` first; the rows are copies.

    `{"id": "l1", "course_id": "c1", "title": "...", "position": 1, "duration_s": 421, "published": true}`
    """
    return [dict(row) for row in catalogue().lectures.values()]


@functools.cache
def catalogue() -> Catalogue:
    """The data of the service, built at the first call."""
    # `random()` of a seeded generator is the one method Python promises to keep the same from version to version.
    draw = random.Random(_SEED).random  # noqa: S311 - demo data, not a secret
    lengths = _course_lengths(draw)
    titles: set[str] = set()
    rows = Catalogue({}, {}, {}, {})
    for number, length in enumerate(lengths, start=1):
        category = CATEGORIES[(number - 1) % len(CATEGORIES)]
        subject = _pick(SUBJECTS[category], draw)
        course = _course(f"c{number}", category, subject, titles, draw)
        lectures = _lectures(course["id"], subject, len(rows.lectures), length, draw)
        rows.courses[course["id"]] = course
        rows.courses_of_instructor.setdefault(course["instructor_id"], []).append(course)
        rows.lectures_of_course[course["id"]] = lectures
        rows.lectures.update({row["id"]: row for row in lectures})
    return rows


def _course_lengths(draw: Callable[[], float]) -> list[int]:
    """Lectures per course: anything from the shortest to the longest, in total exactly `LECTURE_COUNT`."""
    span = LONGEST_COURSE - SHORTEST_COURSE + 1
    lengths = [SHORTEST_COURSE + int(draw() * span) for _ in range(COURSE_COUNT)]
    while excess := sum(lengths) - LECTURE_COUNT:
        course = int(draw() * COURSE_COUNT)
        # The shortest and the longest stay what they are, so that there are some.
        if SHORTEST_COURSE < lengths[course] < LONGEST_COURSE:
            lengths[course] -= 1 if excess > 0 else -1
    return lengths


def _course(course_id: str, category: str, subject: str, taken: set[str], draw: Callable[[], float]) -> Row:
    level = _pick(LEVELS, draw)
    published_on = _FIRST_DAY + timedelta(days=int(draw() * _DAYS))
    return {
        "id": course_id,
        "title": _free_title(_pick(COURSE_TITLES[level], draw).format(subject=subject), taken),
        "summary": f"{OPENINGS[level].format(subject=subject)} {_pick(PROMISES, draw)}",
        "category": category,
        "level": level,
        "instructor_id": f"u{1 + int(draw() * _INSTRUCTOR_COUNT)}",
        "published_on": published_on.isoformat(),
        "price_cents": _pick(_PRICES_CENTS, draw),
    }


def _free_title(title: str, taken: set[str]) -> str:
    free = next(wanted for wanted in (title, *(f"{title}: {edition}" for edition in EDITIONS)) if wanted not in taken)
    taken.add(free)
    return free


def _lectures(course_id: str, subject: str, before: int, length: int, draw: Callable[[], float]) -> list[Row]:
    """The lectures of one course in order; *before* of other courses are numbered already."""
    # The topics keep the order of the list: a course that tunes before it installs would read oddly.
    ranks = sorted(range(len(LECTURE_TITLES)), key=lambda _: draw())
    middle = [LECTURE_TITLES[rank] for rank in sorted(ranks[: length - 2])]
    span_s = _LONGEST_LECTURE_S - _SHORTEST_LECTURE_S
    return [
        {
            "id": f"l{before + position}",
            "course_id": course_id,
            "title": title.format(subject=subject),
            "position": position,
            "duration_s": _SHORTEST_LECTURE_S + int(draw() * span_s),
            "published": draw() < _PUBLISHED_SHARE,
        }
        for position, title in enumerate([FIRST_LECTURE, *middle, LAST_LECTURE], start=1)
    ]


def _pick(choices: Sequence[T], draw: Callable[[], float]) -> T:
    return choices[int(draw() * len(choices))]
