"""The catalogue service: courses and their lectures."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated

import msgspec

from dataloaders.problems import telling_clients
from gateway import Backend, Call, Keys, Page, get


class Category(Enum):
    """What a course is about."""

    CLOUD = "CLOUD"
    DATA = "DATA"
    SECURITY = "SECURITY"
    WEB = "WEB"
    MOBILE = "MOBILE"


class Level(Enum):
    """Whom a course is for."""

    BEGINNER = "BEGINNER"
    INTERMEDIATE = "INTERMEDIATE"
    EXPERT = "EXPERT"


class CourseRecord(msgspec.Struct, frozen=True):
    """A course, as the catalogue knows it."""

    id: str
    title: str
    summary: str
    category: Category
    level: Level
    instructor_id: str
    published_on: date
    price_cents: int


class LectureRecord(msgspec.Struct, frozen=True):
    """One lecture of a course."""

    id: str
    course_id: str
    title: str
    position: int
    duration_s: int
    published: bool


# Instructors see their own unpublished lectures, so the service is told who asks.
catalogue = Backend("catalogue", identity=("sub",))


@catalogue.one(by=CourseRecord.id)
def course_by_id(ids: Keys[str]) -> Call[list[CourseRecord]]:
    """Courses by their ids."""
    return get("/courses", id=ids, into=list[CourseRecord])


@catalogue.many(by=CourseRecord.instructor_id)
def courses_by_instructor(instructor_ids: Keys[str]) -> Call[list[CourseRecord]]:
    """The courses that each instructor teaches."""
    return get("/courses", instructor=instructor_ids, into=list[CourseRecord])


@catalogue.page()
def courses_page(
    *,
    first: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20,
    after: str | None = None,
    category: Category | None = None,
) -> Call[Page[CourseRecord]]:
    """The catalogue, page by page."""
    return telling_clients(get("/courses/page", first=first, after=after, category=category, into=Page[CourseRecord]))


@catalogue.one(by=LectureRecord.id)
def lecture_by_id(ids: Keys[str]) -> Call[list[LectureRecord]]:
    """Lectures by their ids."""
    return get("/lectures", id=ids, into=list[LectureRecord])


@catalogue.many(by=LectureRecord.course_id)
def lectures_by_course(course_ids: Keys[str], *, published: bool = True) -> Call[list[LectureRecord]]:
    """The lectures of each course, in order."""
    return get("/lectures", course=course_ids, published=published, into=list[LectureRecord])
