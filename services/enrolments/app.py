"""The function's entry, and its rules.

    GET  /enrolments?id=e1&id=e2 | ?user=u1 | ?pair=c1:u1&pair=c2:u1   a course and a person each
    GET  /completions?pair=l1:u1&pair=l2:u1                            a lecture and a person each
    POST /enrolments    {"course_id": "c1"}                            201 and the row
    POST /completions   {"lecture_id": "l1"}                           the row of the enrolment as it is then
    GET  /health

A caller is known by the header `gateway-identity-sub`: rows of anybody else are left out, and changes are that
person's. A change that a rule forbids is answered 422 with `{"problems": [{"field": ..., "message": ...}]}`. The header
`idempotency-key` makes a change safe to send again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from services.catalogue.data import catalogue
from services.chassis.events import RefusedError, Request, Response, answer, handler_of, problem
from services.chassis.idempotency import answered_once
from services.chassis.parameters import keys_of, pairs_of

from .seed import Enrolment, course_of
from .store import add_completion, add_enrolment, completion_rows, database, enrolments_of, row_of

# In the function's start-up, not in its first request.
catalogue()


def list_enrolments(request: Request) -> Response:
    name, keys = keys_of(request, ("id", "user", "pair"))
    own = _enrolments_of_caller(request)
    if name == "id":
        found = [enrolment for enrolment in own.values() if enrolment.id in keys]
    elif name == "user":
        found = list(own.values()) if request.subject in keys else []
    else:
        courses = [course_id for course_id, user_id in pairs_of(keys, "pair") if user_id == request.subject]
        found = [own[course_id] for course_id in courses if course_id in own]
    return answer(HTTPStatus.OK, list(map(row_of, found)))


def list_completions(request: Request) -> Response:
    _, keys = keys_of(request, ("pair",))
    lectures = [lecture_id for lecture_id, user_id in pairs_of(keys, "pair") if user_id == request.subject]
    own = _enrolments_of_caller(request)
    return answer(HTTPStatus.OK, list(completion_rows(own.values(), lectures)))


def enrol(request: Request) -> Response:
    def change(connection: sqlite3.Connection, user_id: str, course_id: str) -> Response:
        if course_id not in catalogue().courses:
            return problem("course_id", "there is no such course")
        if course_id in enrolments_of(connection, user_id):
            return problem("course_id", "you are enrolled already")
        return answer(HTTPStatus.CREATED, row_of(add_enrolment(connection, user_id, course_id)))

    return _change(request, "course_id", change)


def complete_lecture(request: Request) -> Response:
    def change(connection: sqlite3.Connection, user_id: str, lecture_id: str) -> Response:
        course_id = course_of(lecture_id)
        if course_id is None:
            return problem("lecture_id", "there is no such lecture")
        enrolment = enrolments_of(connection, user_id).get(course_id)
        if enrolment is None:
            return problem("lecture_id", "you are not enrolled on its course")
        return answer(HTTPStatus.OK, row_of(add_completion(connection, enrolment, lecture_id)))

    return _change(request, "lecture_id", change)


def _enrolments_of_caller(request: Request) -> dict[str, Enrolment]:
    if request.subject is None:
        return {}
    with database().reading() as connection:
        return enrolments_of(connection, request.subject)


def _change(request: Request, field: str, change: Callable[[sqlite3.Connection, str, str], Response]) -> Response:
    user_id = request.subject
    if user_id is None:
        raise RefusedError(HTTPStatus.UNAUTHORIZED, "gateway-identity-sub: expected whose change it is, got nothing")
    asked: dict[str, Any] = request.json_object()
    value = asked.get(field)
    if not isinstance(value, str):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{field}: expected an id, got {value!r:.40}")
    with database().writing() as connection:
        return answered_once(connection, request, user_id, asked, lambda: change(connection, user_id, value))


handler = handler_of(
    "enrolments",
    {
        "/enrolments": {"GET": list_enrolments, "POST": enrol},
        "/completions": {"GET": list_completions, "POST": complete_lecture},
    },
    keys=("id", "user", "pair"),
)
