"""The function's entry, and its rules.

    GET  /discussions?id=d1&id=d2                                   the rows found
    GET  /discussions/page?course=c1&course=c2&first=10&after=...   a page a course, latest first
    GET  /comments?id=m1&id=m2 | ?discussion=d1&after_id=m7         the rows found; up to 100 posted after one
    GET  /comments/page?discussion=d1&first=20&after=...            a page a discussion, earliest first
    POST /comments {"discussion_id": "d1", "author_id": "u1", "text": "..."}     201 and the row
    GET  /health

Everybody may read. Pages are an object by course or discussion. A comment that a rule forbids is answered 422 with
`{"problems": [{"field": ..., "message": ...}]}`. The header `idempotency-key` makes posting safe to send again.
"""

from __future__ import annotations

from http import HTTPStatus

from services.catalogue.data import catalogue
from services.chassis.events import RefusedError, Request, Response, Row, answer, handler_of, problem
from services.chassis.idempotency import answered_once
from services.chassis.paging import after_of, number_of, page_of
from services.chassis.parameters import keys_of, text_of, whole_number_of

from .seed import comment_numbers, numbers_of_course
from .store import add_comment, comments_after, comments_by_number, database, discussion_number, discussion_rows

MAX_PAGE = 100
DEFAULT_PAGE = 20
MAX_TEXT_CHARACTERS = 2_000

# In the function's start-up, not in its first request.
catalogue()


def list_discussions(request: Request) -> Response:
    _, ids = keys_of(request, ("id",))
    numbers = [number for id_ in ids if (number := discussion_number(id_)) is not None]
    with database().reading() as connection:
        return answer(HTTPStatus.OK, discussion_rows(connection, numbers))


def list_discussion_pages(request: Request) -> Response:
    _, courses = keys_of(request, ("course",))
    first = whole_number_of(request, "first", default=DEFAULT_PAGE, most=MAX_PAGE)
    before = after_of(request, "discussion")
    pages: dict[str, Row] = {}
    with database().reading() as connection:
        for course_id in courses:
            numbers = numbers_of_course(course_id)
            rest = [number for number in reversed(numbers) if before is None or number < before]
            rows = discussion_rows(connection, rest[:first])
            has_previous = len(rest) < len(numbers)
            pages[course_id] = page_of("discussion", rows, has_next=len(rest) > first, has_previous=has_previous)
    return answer(HTTPStatus.OK, pages)


def list_comments(request: Request) -> Response:
    name, ids = keys_of(request, ("id", "discussion"))
    with database().reading() as connection:
        if name == "id":
            numbers = [number for id_ in ids if (number := number_of(id_, "m")) is not None]
            return answer(HTTPStatus.OK, comments_by_number(connection, numbers))
        discussion, after = discussion_number(ids[0]), text_of(request, "after_id", most_characters=20)
        if len(ids) > 1 or after is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "expected one discussion and after_id")
        rows = comments_after(connection, discussion, number_of(after, "m") or 0, MAX_PAGE) if discussion else []
        return answer(HTTPStatus.OK, rows)


def list_comment_pages(request: Request) -> Response:
    _, ids = keys_of(request, ("discussion",))
    first = whole_number_of(request, "first", default=DEFAULT_PAGE, most=MAX_PAGE)
    after = after_of(request, "comment") or 0
    pages: dict[str, Row] = {}
    with database().reading() as connection:
        for discussion_id in ids:
            number = discussion_number(discussion_id)
            rows = comments_after(connection, number, after, first + 1) if number else []
            has_previous = number is not None and after >= comment_numbers(number)[0]
            pages[discussion_id] = page_of(
                "comment", rows[:first], has_next=len(rows) > first, has_previous=has_previous
            )
    return answer(HTTPStatus.OK, pages)


def post_comment(request: Request) -> Response:
    asked = request.json_object()
    values = [asked.get(name) for name in ("discussion_id", "author_id", "text")]
    if not all(isinstance(value, str) for value in values):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body: expected the texts discussion_id, author_id and text")
    discussion_id, author_id, text = map(str, values)
    with database().writing() as connection:

        def post() -> Response:
            discussion = discussion_number(discussion_id)
            if discussion is None:
                return problem("discussion_id", "there is no such discussion")
            if not text.strip():
                return problem("text", "must not be blank")
            if len(text) > MAX_TEXT_CHARACTERS:
                return problem("text", f"expected at most {MAX_TEXT_CHARACTERS} characters, got {len(text)}")
            return answer(HTTPStatus.CREATED, add_comment(connection, discussion, author_id, text))

        return answered_once(connection, request, author_id, asked, post)


handler = handler_of(
    "discussions",
    {
        "/discussions": {"GET": list_discussions},
        "/discussions/page": {"GET": list_discussion_pages},
        "/comments": {"GET": list_comments, "POST": post_comment},
        "/comments/page": {"GET": list_comment_pages},
    },
    keys=("id", "course", "discussion"),
)
