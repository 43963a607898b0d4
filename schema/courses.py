"""Courses and lectures, as clients see them, and what they add to people."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import relay

from dataloaders.catalogue import Category, CourseRecord, LectureRecord, Level
from gateway import extend, object_of
from resolvers import courses as resolve
from schema.users import User


@object_of(LectureRecord, description="One lecture of a course.")
class Lecture(relay.Node):
    """One lecture of a course."""

    id: relay.NodeID[str]
    title: str = strawberry.field(description="What it is about.")
    position: int = strawberry.field(description="Its place in the course, from 1.")
    duration_s: int = strawberry.field(description="Its length in seconds.")
    published: bool = strawberry.field(description="Whether learners see it.")
    course: Course = resolve.course_of_lecture


@object_of(CourseRecord, description="A course of the catalogue.")
class Course(relay.Node):
    """A course of the catalogue."""

    id: relay.NodeID[str]
    title: str = strawberry.field(description="Its name.")
    summary: str = strawberry.field(description="What one learns in it.")
    category: Category = strawberry.field(description="What it is about.")
    level: Level = strawberry.field(description="Whom it is for.")
    published_on: date = strawberry.field(description="The day of publication.")
    price_cents: int = strawberry.field(description="Its price in cents; 0 is free.")
    instructor: User | None = resolve.instructor
    lectures: list[Lecture] = resolve.lectures


@extend(User)
class Teaching:
    """What a person teaches."""

    teaches: list[Course] | None = resolve.teaches
