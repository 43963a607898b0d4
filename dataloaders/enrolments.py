"""The enrolments service: who takes which course, and how far they are."""

from __future__ import annotations

from datetime import date

import msgspec

from dataloaders.idempotency import sent_once
from dataloaders.problems import PROBLEMS_STATUS, Problems
from gateway import Backend, Call, Keys, get, post


class EnrolmentRecord(msgspec.Struct, frozen=True):
    """One person on one course."""

    id: str
    user_id: str
    course_id: str
    enrolled_on: date
    completed_lectures: int
    lecture_count: int
    next_lecture_id: str | None
    completed_on: date | None


class CompletionRecord(msgspec.Struct, frozen=True):
    """A lecture that somebody has completed."""

    lecture_id: str
    user_id: str
    completed_on: date


# People see their own enrolments and nobody else's, so the service is told who asks.
enrolments = Backend("enrolments", identity=("sub",))


@enrolments.one(by=EnrolmentRecord.id)
def enrolment_by_id(ids: Keys[str]) -> Call[list[EnrolmentRecord]]:
    """Enrolments of the viewer by their ids."""
    return get("/enrolments", id=ids, into=list[EnrolmentRecord])


@enrolments.one(by=(EnrolmentRecord.course_id, EnrolmentRecord.user_id))
def enrolment_of(pairs: Keys[tuple[str, str]]) -> Call[list[EnrolmentRecord]]:
    """Enrolments by course and person."""
    return get("/enrolments", pair=[f"{course}:{user}" for course, user in pairs], into=list[EnrolmentRecord])


@enrolments.many(by=EnrolmentRecord.user_id)
def enrolments_by_user(user_ids: Keys[str]) -> Call[list[EnrolmentRecord]]:
    """What each person takes, latest first; of others than the viewer nothing is told."""
    return get("/enrolments", user=user_ids, into=list[EnrolmentRecord])


@enrolments.one(by=(CompletionRecord.lecture_id, CompletionRecord.user_id))
def completion_of(pairs: Keys[tuple[str, str]]) -> Call[list[CompletionRecord]]:
    """Completions by lecture and person."""
    return get("/completions", pair=[f"{lecture}:{user}" for lecture, user in pairs], into=list[CompletionRecord])


@enrolments.write(invalidates=[enrolment_by_id, enrolment_of, enrolments_by_user])
def enrol(course_id: str, *, idempotency_key: str | None = None) -> Call[EnrolmentRecord | Problems]:
    """Enrol the viewer."""
    call = post("/enrolments", json={"course_id": course_id}, into=EnrolmentRecord)
    return sent_once(call.on_status(PROBLEMS_STATUS, into=Problems), idempotency_key)


@enrolments.write(invalidates=[enrolment_by_id, enrolment_of, enrolments_by_user, completion_of])
def complete_lecture(lecture_id: str, *, idempotency_key: str | None = None) -> Call[EnrolmentRecord | Problems]:
    """Complete a lecture for the viewer."""
    call = post("/completions", json={"lecture_id": lecture_id}, into=EnrolmentRecord)
    return sent_once(call.on_status(PROBLEMS_STATUS, into=Problems), idempotency_key)
