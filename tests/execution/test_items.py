"""Items of an answer's lists: how many there may be, whichever way it is made."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
import strawberry

from gateway import Backend, Call, Keys, arg, get, load, object_of
from gateway import graph as build_graph
from gateway.backends.wire import WireRequest
from gateway.testing import FakeBackend, respond, running
from gateway.vocabulary.settings import LimitSettings, Settings

school = Backend("school")


class TeacherRecord(msgspec.Struct, frozen=True):
    id: str


class CourseRecord(msgspec.Struct, frozen=True):
    id: str
    teacher: str


@school.one(by=TeacherRecord.id)
def teacher_by_id(ids: Keys[str]) -> Call[list[TeacherRecord]]:
    return get("/teachers", id=ids, into=list[TeacherRecord])


@school.many(by=CourseRecord.teacher)
def courses_by_teacher(ids: Keys[str]) -> Call[list[CourseRecord]]:
    return get("/courses", id=ids, into=list[CourseRecord])


@school.many()
def teachers() -> Call[list[TeacherRecord]]:
    return get("/teachers", id=["t", "u"], into=list[TeacherRecord])


@object_of(CourseRecord)
class Course:
    id: str
    teacher: Annotated[Teacher, strawberry.lazy(__name__)] | None = load(teacher_by_id, key=CourseRecord.teacher)


@object_of(TeacherRecord)
class Teacher:
    id: str
    courses: list[Course] | None = load(courses_by_teacher, key=TeacherRecord.id)


@strawberry.type
class Query:
    courses: list[Course] = load(courses_by_teacher, key=arg("teacher", str))
    teachers: list[Teacher | None] = load(teachers)

    @strawberry.field
    def numbers(self) -> list[list[int]] | None:
        return [[1, 2], [3, 4]]


WAYS = ["interpreted", "generated", "reference"]
GRAPH = build_graph(query=Query)
#: Two courses each.
ROUTES = {
    "GET /teachers": lambda request: respond([{"id": teacher} for teacher in _ids(request)]),
    "GET /courses": lambda request: respond([course for teacher in _ids(request) for course in _two(teacher)]),
}


def _ids(request: WireRequest) -> list[str]:
    return [value for name, value in request.query if name == "id"]


def _two(teacher: str) -> list[dict[str, str]]:
    return [{"id": f"{teacher}{number}", "teacher": teacher} for number in (1, 2)]


def _settings(most: int, execution: Any) -> Settings:
    return Settings(mode="development", execution=execution, limits=LimitSettings(max_list_items=most))


@pytest.mark.parametrize("execution", WAYS)
async def test_lists_past_the_limit_are_their_fields_errors(execution: str) -> None:
    """Few rows make many items: a list counts as often as it stands in the answer; what came before stays."""
    query = '{courses(teacher: "t") {id teacher {courses {id teacher {courses {id}}}}}}'
    refused = "Teacher.courses: expected at most 13 items in the lists of an answer, got "

    async with running(GRAPH, settings=_settings(13, execution), school=FakeBackend(ROUTES)) as ask:
        replies = [await ask(query) for _ in range(2)]

    for reply in replies:
        assert all(error["message"].startswith(refused) for error in reply.errors)
        assert {"LIMIT_EXCEEDED"} == set(reply.codes)
        assert ["t1", "t2"] == [course["id"] for course in reply.data["courses"]]
        assert ["t1", "t2"] == [course["id"] for course in reply.data["courses"][1]["teacher"]["courses"]]


@pytest.mark.parametrize("execution", WAYS)
async def test_lists_within_the_limit_are_whole(execution: str) -> None:
    """The last item that is allowed is there, also in plans that return."""
    query = '{courses(teacher: "t") {teacher {courses {teacher {courses {id}}}}}}'

    async with running(GRAPH, settings=_settings(14, execution), school=FakeBackend(ROUTES)) as ask:
        data = [await ask.data(query) for _ in range(2)]

    innermost = {"teacher": {"courses": [{"id": "t1"}, {"id": "t2"}]}}
    assert [{"courses": [{"teacher": {"courses": [innermost] * 2}}] * 2}] * 2 == data


@pytest.mark.parametrize("execution", WAYS)
async def test_items_of_every_list_count(execution: str) -> None:
    """Lists of numbers, and lists within lists, are of the same count."""
    async with running(GRAPH, settings=_settings(5, execution)) as ask:
        reply = await ask("{numbers}")

    assert {"numbers": None} == reply.data
    assert ["Query.numbers: expected at most 5 items in the lists of an answer, got 6"] == [
        error["message"] for error in reply.errors
    ]


@pytest.mark.parametrize("execution", WAYS)
async def test_a_list_that_failed_by_itself_keeps_its_error(execution: str) -> None:
    """Those that are too many are refused, and no other."""
    courses = respond([*_two("t"), {"id": 5, "teacher": "u"}])
    wrong = {**ROUTES, "GET /teachers": respond([{"id": "t"}, {"id": "u"}]), "GET /courses": courses}

    async with running(GRAPH, settings=_settings(3, execution), school=FakeBackend(wrong)) as ask:
        replies = [await ask("{teachers {id courses {id}}}") for _ in range(2)]

    for reply in replies:
        assert [{"id": "t", "courses": None}, {"id": "u", "courses": None}] == reply.data["teachers"]
        assert {"t": "LIMIT_EXCEEDED", "u": "BACKEND_INVALID_RESPONSE"} == {
            reply.data["teachers"][error["path"][1]]["id"]: error["extensions"]["code"] for error in reply.errors
        }
