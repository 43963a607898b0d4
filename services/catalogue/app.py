"""The HTTP routes of the catalogue, as the ASGI app `services.catalogue.app:app`.

    GET /courses?id=c1&id=c2 | ?instructor=u1&instructor=u2
    GET /courses/page?first=20&after=CURSOR&category=CLOUD
    GET /lectures?id=l1&id=l2 | ?course=c1&course=c2[&published=false]
    GET /health

Lists hold the rows found, each once, in no promised order. A caller is known by the header `gateway-identity-sub`:
an instructor sees the unpublished lectures of the own courses, nobody else does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .call_log import CallLog
from .data import Row, catalogue
from .paging import page_of_courses
from .parameters import BadParameterError, choice_of, flag_of, keys_of, whole_number_of
from .words import CATEGORIES

MAX_PAGE = 100
DEFAULT_PAGE = 20

# In the process's start-up, not in its first request.
catalogue()


async def list_courses(request: Request) -> JSONResponse:
    name, keys = keys_of(request.query_params, ("id", "instructor"))
    rows = catalogue()
    if name == "id":
        found = [rows.courses[key] for key in keys if key in rows.courses]
    else:
        found = [course for key in keys for course in rows.courses_of_instructor.get(key, [])]
    return JSONResponse(sorted(found, key=lambda course: _storage_order(course["id"])))


async def list_course_page(request: Request) -> JSONResponse:
    parameters = request.query_params
    first = whole_number_of(parameters, "first", default=DEFAULT_PAGE, most=MAX_PAGE)
    category = choice_of(parameters, "category", CATEGORIES)
    courses = [row for row in catalogue().courses.values() if category in (None, row["category"])]
    try:
        return JSONResponse(page_of_courses(courses, first, parameters.get("after")))
    except ValueError as error:
        raise BadParameterError(str(error)) from error


async def list_lectures(request: Request) -> JSONResponse:
    name, keys = keys_of(request.query_params, ("id", "course"))
    subject = request.headers.get("gateway-identity-sub")
    rows = catalogue()
    if name == "id":
        lectures = [rows.lectures[key] for key in keys if key in rows.lectures]
        found = _visible(lectures, subject)
    else:
        lectures = [lecture for key in keys for lecture in rows.lectures_of_course.get(key, [])]
        only_published = flag_of(request.query_params, "published", default=True)
        found = (row for row in lectures if row["published"]) if only_published else _visible(lectures, subject)
    # Within a course by position; of one position, the courses in any order.
    return JSONResponse(sorted(found, key=lambda row: (row["position"], _storage_order(row["course_id"]))))


def _visible(lectures: Iterable[Row], subject: str | None) -> Iterable[Row]:
    courses = catalogue().courses
    return (row for row in lectures if row["published"] or courses[row["course_id"]]["instructor_id"] == subject)


async def health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def _storage_order(key: str) -> bytes:
    # As from a hash-partitioned table: repeatable, yet not the order asked.
    return hashlib.sha256(key.encode()).digest()


async def _bad_parameter(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"message": str(error)}, status_code=400)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the only type it is registered for
    message = f"{error.detail}: {request.method} {request.url.path}"
    return JSONResponse({"message": message}, status_code=error.status_code, headers=error.headers)


_handlers: dict[Any, Any] = {BadParameterError: _bad_parameter, HTTPException: _http_error}

app = Starlette(
    routes=[
        Route("/courses", list_courses),
        Route("/courses/page", list_course_page),
        Route("/lectures", list_lectures),
        Route("/health", health),
    ],
    middleware=[Middleware(CallLog)],
    exception_handlers=_handlers,
)
# `/courses/` is an unknown path here, not a detour to `/courses`.
app.router.redirect_slashes = False
