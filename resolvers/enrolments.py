"""Enrolments: the viewer's own, and the two ways to change them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import strawberry

from dataloaders.catalogue import CourseRecord, LectureRecord, course_by_id, lecture_by_id
from dataloaders.enrolments import (
    EnrolmentRecord,
    complete_lecture,
    completion_of,
    enrol,
    enrolment_of,
    enrolments_by_user,
)
from dataloaders.problems import Problem, Problems
from dataloaders.users import UserRecord
from gateway import Info, load, viewer
from resolvers.changes import as_input_fields, checked_key, raw_id, subject_of
from resolvers.inputs import CompleteLectureInput, EnrolInput

viewer_enrolment = load(
    enrolment_of,
    key=(CourseRecord.id, viewer("sub")),
    description="The viewer's enrolment on the course; null without one, and for a visitor.",
)

viewer_completion = load(
    completion_of,
    key=(LectureRecord.id, viewer("sub")),
    description="That the viewer has completed the lecture; null when not.",
)

enrolments_of_user = load(
    enrolments_by_user,
    key=UserRecord.id,
    description="What the person takes, latest first; empty unless the viewer is that person.",
)

course_of_enrolment = load(course_by_id, key=EnrolmentRecord.course_id, description="What one is enrolled on.")

next_lecture = load(
    lecture_by_id,
    key=EnrolmentRecord.next_lecture_id,
    description="The first lecture that is not completed; null when all are.",
)


def share_completed(enrolment: strawberry.Parent[EnrolmentRecord]) -> float:
    """The share of lectures that are completed."""
    return enrolment.completed_lectures / enrolment.lecture_count if enrolment.lecture_count else 1.0


progress: Any = strawberry.field(resolver=share_completed, description="How far the person is, from 0 to 1.")


class EnrolmentChange(msgspec.Struct, frozen=True):
    """What became of enrolling: the enrolment, or why there is none."""

    enrolment: EnrolmentRecord | None
    problems: list[Problem]


class LectureCompletion(msgspec.Struct, frozen=True):
    """What became of completing a lecture: the enrolment as it is now, or why nothing changed."""

    enrolment: EnrolmentRecord | None
    problems: list[Problem]


async def enrol_viewer(
    info: Info, change: Annotated[EnrolInput, strawberry.argument(name="input", description="What to enrol on.")]
) -> EnrolmentChange:
    """Enrol the viewer on a course."""
    subject_of(info.context, "enrol")
    course_id = raw_id("input.courseId", change.course_id, "Course")
    answer = await enrol.send(info.context, course_id, idempotency_key=checked_key(change.idempotency_key))
    if isinstance(answer, Problems):
        return EnrolmentChange(None, as_input_fields(answer.problems))
    return EnrolmentChange(answer, [])


async def complete_lecture_for_viewer(
    info: Info,
    change: Annotated[CompleteLectureInput, strawberry.argument(name="input", description="What is completed.")],
) -> LectureCompletion:
    """Complete a lecture for the viewer."""
    subject_of(info.context, "completeLecture")
    lecture_id = raw_id("input.lectureId", change.lecture_id, "Lecture")
    key = checked_key(change.idempotency_key)
    answer = await complete_lecture.send(info.context, lecture_id, idempotency_key=key)
    if isinstance(answer, Problems):
        return LectureCompletion(None, as_input_fields(answer.problems))
    return LectureCompletion(answer, [])


# `Any`, as of `load`: the class annotates the field with its GraphQL type, which is over the record given here.
enrol_on_course: Any = strawberry.mutation(resolver=enrol_viewer, description="Enrol the viewer on a course.")
complete_a_lecture: Any = strawberry.mutation(
    resolver=complete_lecture_for_viewer, description="Mark a lecture as completed by the viewer, who is enrolled."
)
