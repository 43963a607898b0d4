"""Courses and lectures: how they hang together with people and with each other."""

from __future__ import annotations

from strawberry import relay

from dataloaders.catalogue import (
    Category,
    CourseRecord,
    LectureRecord,
    Level,
    course_by_id,
    courses_by_instructor,
    courses_page,
    lectures_by_course,
)
from dataloaders.users import UserRecord, user_by_id
from gateway import arg, enum_of, load

# Before the first field that takes one as an argument.
enum_of(
    Category,
    description="What a course is about.",
    values={
        "CLOUD": "Cloud platforms and operations.",
        "DATA": "Databases, analysis, machine learning.",
        "SECURITY": "Keeping systems and data safe.",
        "WEB": "Sites and services on the web.",
        "MOBILE": "Apps for phones and tablets.",
    },
)
enum_of(
    Level,
    description="Whom a course is for.",
    values={
        "BEGINNER": "For somebody new to the subject.",
        "INTERMEDIATE": "For somebody who knows the basics.",
        "EXPERT": "For somebody who works with it.",
    },
)

course = load(
    course_by_id,
    key=arg("id", relay.GlobalID, description="The course's global id."),
    description="One course, or null when there is none with that id.",
)

courses = load(
    courses_page,
    description="The catalogue, in a stable order.",
    argument_descriptions={
        "first": "How many courses, 1 to 100.",
        "after": "The cursor to continue behind.",
        "category": "Only courses of this category.",
    },
)

instructor = load(user_by_id, key=CourseRecord.instructor_id, description="Who teaches the course.")

lectures = load(
    lectures_by_course,
    key=CourseRecord.id,
    description="The course's lectures, in order.",
    argument_descriptions={"published": "False adds the unpublished ones, for the course's own instructor."},
)

course_of_lecture = load(course_by_id, key=LectureRecord.course_id, description="The course it belongs to.")

teaches = load(courses_by_instructor, key=UserRecord.id, description="The courses that this person teaches.")
