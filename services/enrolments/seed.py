"""The 100,000 enrolments that the service starts with: the same in every process, drawn for a person when asked for.

Only what the seed says. What was added since lives in `store`. Courses and lectures are those of the catalogue's seed,
as they would be replicated from it.
"""

from __future__ import annotations

import functools
import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from services.catalogue.data import COURSE_COUNT, catalogue
from services.chassis.paging import number_of

ENROLMENT_COUNT = 100_000
USER_COUNT = 20_000

_SEED = 20_240_311
# How many courses each of ten persons takes, over and over: five on average.
_COURSES_OF = (5, 3, 8, 2, 6, 4, 9, 1, 7, 5)
# The number of enrolments before each person's first one.
_BEFORE = list(accumulate((_COURSES_OF[user % len(_COURSES_OF)] for user in range(USER_COUNT)), initial=0))
_FIRST_DAY = date(2019, 6, 3)
_DAYS = 2_000
_SLOWEST_PACE_DAYS = 9
_STARTED_SHARE = 0.85
_FINISHED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person on one course, and the day on which each lecture was completed."""

    id: str
    user_id: str
    course_id: str
    enrolled_on: str
    completions: dict[str, str]


@functools.lru_cache(maxsize=4_096)
def seeded_enrolments(user_id: str) -> tuple[Enrolment, ...]:
    """What a person takes, earliest first; nothing for somebody the seed does not know."""
    number = number_of(user_id, "u")
    if number is None or not 1 <= number <= USER_COUNT:
        return ()
    # `random()` of a seeded generator is the one method Python promises to keep the same from version to version.
    draw = random.Random(_SEED + number).random  # noqa: S311 - demo data, not a secret
    first, behind_last = _BEFORE[number - 1], _BEFORE[number]
    courses: dict[str, None] = {}
    while len(courses) < behind_last - first:
        courses[f"c{1 + int(draw() * COURSE_COUNT)}"] = None
    days = sorted(int(draw() * _DAYS) for _ in courses)
    return tuple(
        Enrolment(
            id=f"e{first + place}",
            user_id=user_id,
            course_id=course_id,
            enrolled_on=_day(day),
            completions=dict(_completions(course_id, day, draw(), 1 + int(draw() * _SLOWEST_PACE_DAYS))),
        )
        for place, (course_id, day) in enumerate(zip(courses, days, strict=True), start=1)
    )


def user_of_enrolment(number: int) -> str:
    """Who has the seeded enrolment of that number."""
    return f"u{bisect_right(_BEFORE, number - 1)}"


@functools.cache
def lectures_of(course_id: str) -> tuple[str, ...]:
    """The published lectures of a course, in order; none for an unknown course."""
    rows = catalogue().lectures_of_course.get(course_id, ())
    return tuple(row["id"] for row in rows if row["published"])


def course_of(lecture_id: str) -> str | None:
    """The course of a published lecture."""
    row = catalogue().lectures.get(lecture_id)
    return row["course_id"] if row and row["published"] else None


def _completions(course_id: str, enrolled: int, zeal: float, pace_days: int) -> Iterator[tuple[str, str]]:
    """Lectures from the first one on: none below one share of *zeal*, all above another, in between some."""
    lectures = lectures_of(course_id)
    span = _STARTED_SHARE - _FINISHED_SHARE
    share = min(1.0, max(0.0, (zeal - (1 - _STARTED_SHARE)) / span))
    for place, lecture_id in enumerate(lectures[: round(share * len(lectures))], start=1):
        yield lecture_id, _day(enrolled + place * pace_days)


def _day(day: int) -> str:
    return (_FIRST_DAY + timedelta(days=day)).isoformat()
