"""Enrolments and progress, as clients see them, and what they add to people, courses and lectures."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import relay

from dataloaders.enrolments import CompletionRecord, EnrolmentRecord
from gateway import extend, object_of
from resolvers import enrolments as resolve
from resolvers.enrolments import EnrolmentChange, LectureCompletion
from schema.courses import Course, Lecture
from schema.problems import UserError
from schema.users import User


@object_of(EnrolmentRecord, description="A person on a course, and how far they are.")
class Enrolment(relay.Node):
    """A person on a course."""

    id: relay.NodeID[str]
    enrolled_on: date = strawberry.field(description="The day it began.")
    completed_lectures: int = strawberry.field(description="How many lectures are completed.")
    lecture_count: int = strawberry.field(description="How many lectures there are.")
    completed_on: date | None = strawberry.field(description="The day of the last lecture; null while some are left.")
    progress: float = resolve.progress
    course: Course | None = resolve.course_of_enrolment
    next_lecture: Lecture | None = resolve.next_lecture


@object_of(CompletionRecord, description="That somebody has completed a lecture.")
class Completion:
    """That somebody has completed a lecture."""

    completed_on: date = strawberry.field(description="The day of it.")


@extend(User)
class Learning:
    """What a person takes."""

    # Nullable, as all that comes from another service than its parent: without that one the rest is still answered.
    enrolments: list[Enrolment] | None = resolve.enrolments_of_user


@extend(Course)
class Taking:
    """How the viewer takes a course."""

    viewer_enrolment: Enrolment | None = resolve.viewer_enrolment


@extend(Lecture)
class Completing:
    """How far the viewer is with a lecture."""

    viewer_completion: Completion | None = resolve.viewer_completion


@object_of(EnrolmentChange, description="What became of enrolling.")
class EnrolPayload:
    """What became of enrolling."""

    enrolment: Enrolment | None = strawberry.field(description="The new enrolment; null when there is none.")
    problems: list[UserError] = strawberry.field(name="errors", description="Why there is none; empty on success.")


@object_of(LectureCompletion, description="What became of completing a lecture.")
class CompleteLecturePayload:
    """What became of completing a lecture."""

    enrolment: Enrolment | None = strawberry.field(description="The enrolment as it is now; null if nothing changed.")
    problems: list[UserError] = strawberry.field(name="errors", description="Why nothing changed; empty on success.")
