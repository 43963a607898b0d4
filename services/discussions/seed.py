"""The 5,000 discussions and 40,000 comments that the service starts with, drawn when asked for.

They are the same in every process. Only what the seed says; what was posted since lives in `store`. Courses, lectures
and people are those of the other services' seeds.
"""

from __future__ import annotations

import functools
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TypeVar

from services.catalogue.data import COURSE_COUNT, catalogue
from services.chassis.events import Row

from .words import ANSWERS, COMMENTS, QUESTIONS, TITLES

DISCUSSION_COUNT = 5_000
COMMENT_COUNT = 40_000
USER_COUNT = 20_000

_SEED = 20_240_415
# How many comments each of five discussions has, over and over: eight on average. Those of one course differ too.
_COMMENTS_OF = (8, 3, 14, 2, 13)
# The number of comments before each discussion's first one.
_BEFORE = list(
    accumulate(
        (_COMMENTS_OF[(place + place // COURSE_COUNT) % len(_COMMENTS_OF)] for place in range(DISCUSSION_COUNT)),
        initial=0,
    )
)
_DISCUSSION_EVERY = timedelta(days=21)
_COMMENT_EVERY = timedelta(hours=7)
_TEACHER_SHARE = 0.15

T = TypeVar("T")


def numbers_of_course(course_id: str) -> range:
    """The numbers of a course's discussions, earliest first; none for an unknown course."""
    if course_id not in catalogue().courses:
        return range(0)
    return range(int(course_id[1:]), DISCUSSION_COUNT + 1, COURSE_COUNT)


def comment_numbers(discussion: int) -> range:
    """The numbers of a discussion's seeded comments, earliest first."""
    return range(_BEFORE[discussion - 1] + 1, _BEFORE[discussion] + 1)


def discussion_of_comment(number: int) -> int:
    """The number of the discussion that the seeded comment stands in."""
    return bisect_right(_BEFORE, number - 1)


@functools.lru_cache(maxsize=DISCUSSION_COUNT)
def seeded_discussion(number: int) -> Row:
    """`{"id": "d1", "course_id": "c1", "author_id": "u9", "title": "...", "text": "...", "posted_at": "..."}`.

    Shared: treat the row as read-only.
    """
    draw = _draw_of(number)
    course = catalogue().courses[f"c{1 + (number - 1) % COURSE_COUNT}"]
    lectures = [row for row in catalogue().lectures_of_course[course["id"]] if row["published"]]
    before = (number - 1) // COURSE_COUNT
    posted_at = datetime.fromisoformat(course["published_on"]) + (before + draw()) * _DISCUSSION_EVERY
    return {
        "id": f"d{number}",
        "course_id": course["id"],
        "author_id": _learner(draw),
        "title": _pick(TITLES, draw).format(lecture=_pick(lectures, draw)["title"]),
        "text": _pick(QUESTIONS, draw),
        "posted_at": _time(posted_at),
    }


@functools.lru_cache(maxsize=4_096)
def seeded_comment(number: int) -> Row:
    """`{"id": "m1", "discussion_id": "d1", "author_id": "u9", "text": "...", "posted_at": "..."}`; read-only too."""
    discussion = seeded_discussion(discussion_of_comment(number))
    draw = _draw_of(DISCUSSION_COUNT + number)
    place = number - comment_numbers(int(discussion["id"][1:]))[0]
    posted_at = datetime.fromisoformat(discussion["posted_at"]) + (place + draw()) * _COMMENT_EVERY
    by_teacher = draw() < _TEACHER_SHARE
    teacher_id = catalogue().courses[discussion["course_id"]]["instructor_id"]
    return {
        "id": f"m{number}",
        "discussion_id": discussion["id"],
        "author_id": teacher_id if by_teacher else _learner(draw),
        "text": _pick(ANSWERS if by_teacher else COMMENTS, draw),
        "posted_at": _time(posted_at),
    }


def _draw_of(number: int) -> Callable[[], float]:
    # `random()` of a seeded generator is the one method Python promises to keep the same from version to version.
    return random.Random(_SEED + number).random  # noqa: S311 - demo data, not a secret


def _learner(draw: Callable[[], float]) -> str:
    return f"u{1 + int(draw() * USER_COUNT)}"


def _pick(choices: Sequence[T], draw: Callable[[], float]) -> T:
    return choices[int(draw() * len(choices))]


def _time(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
