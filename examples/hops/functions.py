"""The page as services calling services: a function for each part of it, each calling the next.

As teams write it: what is needed is fetched where it is needed, one call after the other. Each call takes all ids that
its function knows, so that the page is not made slower than it has to be: no function asks for one row after another.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from types import MappingProxyType

from .api_gateway import PlainFunction
from .caller import Caller, Json


async def home(call: Caller, user: str, text: str) -> Json:
    """The whole page, as the operation `Home` answers it."""
    return {
        "me": await call.get("profile", user=user),
        "newest": await call.get("newest"),
        "search": await call.get("found", text=text),
    }


async def profile(call: Caller, user: str) -> Json:
    """A person, and what they have."""
    row = (await call.rows_by_id("users", "/users", [user]))[user]
    return {
        "id": _global_id("User", user),
        "name": row["name"],
        "headline": row["headline"],
        "avatarUrl": row["avatar_url"],
        "membership": await call.get("membership", user=user),
        "enrolments": await call.get("learning", user=user),
        "teaches": await call.get("teaching", user=user),
    }


async def membership(call: Caller, user: str) -> Json:
    """What a person pays for: a function around the billing provider."""
    rows = await call.ask("billing", "/v1/subscriptions", customer=user)
    return {"status": rows[0]["status"], "plan": {"name": rows[0]["plan"]["name"]}} if rows else None


async def learning(call: Caller, user: str) -> Json:
    """What a person takes, and how far they are."""
    rows = await call.get("enrolments", "/enrolments", user=user)
    courses = await call.rows_by_id("catalogue", "/courses", [row["course_id"] for row in rows])
    next_ids = [row["next_lecture_id"] for row in rows if row["next_lecture_id"]]
    lectures = await call.rows_by_id("catalogue", "/lectures", next_ids)
    return [
        {
            "id": _global_id("Enrolment", row["id"]),
            "progress": row["completed_lectures"] / row["lecture_count"] if row["lecture_count"] else 1.0,
            "course": _named("Course", courses.get(row["course_id"])),
            "nextLecture": _named("Lecture", lectures.get(row["next_lecture_id"])),
        }
        for row in rows
    ]


async def teaching(call: Caller, user: str) -> Json:
    """What a person teaches, and its lectures."""
    courses = await call.get("catalogue", "/courses", instructor=user)
    ids = [course["id"] for course in courses]
    rows = await call.get("catalogue", "/lectures", course=ids, published="true") if ids else []
    return [
        {
            **_named("Course", course),
            "lectures": [_picked(row, "title", "position") for row in rows if row["course_id"] == course["id"]],
        }
        for course in courses
    ]


async def newest(call: Caller) -> Json:
    """The first courses of the catalogue."""
    page = await call.get("catalogue", "/courses/page", first="8")
    nodes = [edge["node"] for edge in page["edges"]]
    teachers = await call.rows_by_id("users", "/users", [node["instructor_id"] for node in nodes])
    return {
        "edges": [
            {"node": {**_named("Course", node), "level": node["level"], "instructor": _teacher_of(node, teachers)}}
            for node in nodes
        ]
    }


async def found(call: Caller, text: str) -> Json:
    """What a search offers: a function around the search provider, whose references it follows kind by kind."""
    hits = await call.ask("search", "/search", text=text, limit="10")
    items = {
        "course": await _details(call, "courses", _ids_of("course", hits)),
        "lecture": await _details(call, "lectures", _ids_of("lecture", hits)),
        "discussion": await _discussions(call, _ids_of("discussion", hits)),
    }
    return [{"score": hit["score"], "item": items[hit["kind"]].get(hit["id"])} for hit in hits]


async def courses(call: Caller, ids: str) -> Json:
    """Courses with their teachers, by their ids."""
    rows = await call.rows_by_id("catalogue", "/courses", ids.split(","))
    teachers = await call.rows_by_id("users", "/users", [row["instructor_id"] for row in rows.values()])
    return {
        key: {"__typename": "Course", "title": row["title"], "instructor": _teacher_of(row, teachers)}
        for key, row in rows.items()
    }


async def lectures(call: Caller, ids: str) -> Json:
    """Lectures with their courses and who teaches these, by their ids."""
    rows = await call.rows_by_id("catalogue", "/lectures", ids.split(","))
    parents = await _details(call, "courses", [row["course_id"] for row in rows.values()])
    return {
        key: {
            "__typename": "Lecture",
            "title": row["title"],
            "course": _picked(parents[row["course_id"]], "title", "instructor"),
        }
        for key, row in rows.items()
    }


async def _discussions(call: Caller, ids: Sequence[str]) -> dict[str, Json]:
    rows = await call.rows_by_id("discussions", "/discussions", ids)
    return {
        key: {"__typename": "Discussion", "title": row["title"], "commentCount": row["comment_count"]}
        for key, row in rows.items()
    }


async def _details(call: Caller, function: str, ids: Sequence[str]) -> dict[str, Json]:
    return await call.get(function, ids=",".join(dict.fromkeys(ids))) if ids else {}


def _ids_of(kind: str, hits: Sequence[Json]) -> list[str]:
    return [hit["id"] for hit in hits if hit["kind"] == kind]


def _teacher_of(course: Json, teachers: dict[str, Json]) -> Json:
    return _picked(teachers[course["instructor_id"]], "name")


def _named(type_name: str, row: Json) -> Json:
    return row and {"id": _global_id(type_name, row["id"]), "title": row["title"]}


def _picked(row: Json, *names: str) -> Json:
    return {name: row[name] for name in names}


def _global_id(type_name: str, key: str) -> str:
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


#: All but the page itself, by the names under which they call each other.
FUNCTIONS = MappingProxyType[str, PlainFunction](
    {
        function.__name__: function
        for function in (profile, membership, learning, teaching, newest, found, courses, lectures)
    }
)
