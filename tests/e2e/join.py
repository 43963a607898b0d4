"""The expected answers of two example operations, joined from the services' raw data, independent of the gateway.

`join_pages` has the others.
"""

from __future__ import annotations

import base64
from typing import Any

from services.billing.seed import subscription_of
from services.catalogue.data import all_courses, all_lectures
from services.catalogue.paging import cursor_of
from services.discussions.seed import comment_numbers, seeded_discussion
from services.enrolments.seed import seeded_enrolments
from services.enrolments.store import row_of
from services.search.index import search
from services.users.data import all_users

USERS = {user["id"]: user for user in all_users()}
COURSES = {course["id"]: course for course in all_courses()}
LECTURES = {lecture["id"]: lecture for lecture in all_lectures()}


def global_id(kind: str, raw: str) -> str:
    return base64.b64encode(f"{kind}:{raw}".encode()).decode()


def by_number(row: dict[str, Any]) -> int:
    return int(row["id"][1:])


def lectures_of(course_id: str) -> list[dict[str, Any]]:
    rows = [row for row in LECTURES.values() if row["course_id"] == course_id and row["published"]]
    return sorted(rows, key=lambda row: row["position"])


def taught_by(user_id: str) -> list[dict[str, Any]]:
    return [course for course in COURSES.values() if course["instructor_id"] == user_id]


def course_catalogue(first: int) -> dict[str, Any]:
    page = sorted(COURSES.values(), key=by_number)[:first]
    return {
        "courses": {
            "pageInfo": {"hasNextPage": True, "endCursor": cursor_of(page[-1])},
            "edges": [{"node": _catalogue_course(course)} for course in page],
        }
    }


def _catalogue_course(course: dict[str, Any]) -> dict[str, Any]:
    teacher = USERS[course["instructor_id"]]
    return {
        "id": global_id("Course", course["id"]),
        "title": course["title"],
        "summary": course["summary"],
        "category": course["category"],
        "level": course["level"],
        "priceCents": course["price_cents"],
        "instructor": {
            "id": global_id("User", teacher["id"]),
            "name": teacher["name"],
            "headline": teacher["headline"],
            "avatarUrl": teacher["avatar_url"],
            "teaches": [{"title": taught["title"]} for taught in taught_by(teacher["id"])],
        },
        "lectures": [{"durationS": lecture["duration_s"]} for lecture in lectures_of(course["id"])],
    }


def home(subject: str, text: str) -> dict[str, Any]:
    viewer = USERS[subject]
    newest = sorted(COURSES.values(), key=by_number)[:8]
    return {
        "me": {
            "id": global_id("User", subject),
            "name": viewer["name"],
            "headline": viewer["headline"],
            "avatarUrl": viewer["avatar_url"],
            "membership": membership_of(subject),
            "enrolments": [
                {
                    "id": global_id("Enrolment", row["id"]),
                    "progress": row["completed_lectures"] / row["lecture_count"],
                    "course": {
                        "id": global_id("Course", row["course_id"]),
                        "title": COURSES[row["course_id"]]["title"],
                    },
                    "nextLecture": next_lecture(row),
                }
                for row in enrolments_of(subject)
            ],
            "teaches": [
                {
                    "id": global_id("Course", course["id"]),
                    "title": course["title"],
                    "lectures": [
                        {"title": lecture["title"], "position": lecture["position"]}
                        for lecture in lectures_of(course["id"])
                    ],
                }
                for course in taught_by(subject)
            ],
        },
        "newest": {
            "edges": [
                {
                    "node": {
                        "id": global_id("Course", course["id"]),
                        "title": course["title"],
                        "level": course["level"],
                        "instructor": {"name": USERS[course["instructor_id"]]["name"]},
                    }
                }
                for course in newest
            ]
        },
        "search": [{"score": hit["score"], "item": _hit(hit)} for hit in search(text.split(), 10)],
    }


def membership_of(user_id: str) -> dict[str, Any] | None:
    row = subscription_of(user_id)
    return row and {"status": row["status"], "plan": {"name": row["plan"]["name"]}}


def enrolments_of(user_id: str) -> list[dict[str, Any]]:
    return [row_of(enrolment) for enrolment in reversed(seeded_enrolments(user_id))]


def next_lecture(enrolment: dict[str, Any]) -> dict[str, Any] | None:
    lecture = LECTURES.get(enrolment["next_lecture_id"])
    return lecture and {"id": global_id("Lecture", lecture["id"]), "title": lecture["title"]}


def _hit(hit: dict[str, Any]) -> dict[str, Any]:
    if hit["kind"] == "course":
        course = COURSES[hit["id"]]
        return {"__typename": "Course", "title": course["title"], "instructor": _teacher_name(course)}
    if hit["kind"] == "discussion":
        discussion = seeded_discussion(int(hit["id"][1:]))
        count = len(comment_numbers(int(hit["id"][1:])))
        return {"__typename": "Discussion", "title": discussion["title"], "commentCount": count}
    lecture = LECTURES[hit["id"]]
    course = COURSES[lecture["course_id"]]
    return {
        "__typename": "Lecture",
        "title": lecture["title"],
        "course": {"title": course["title"], "instructor": _teacher_name(course)},
    }


def _teacher_name(course: dict[str, Any]) -> dict[str, Any]:
    return {"name": USERS[course["instructor_id"]]["name"]}


def unordered(value: Any) -> Any:
    """*value* with each `teaches` list in one order: the catalogue promises none."""
    if isinstance(value, dict):
        return {
            key: sorted(map(unordered, item), key=str) if key == "teaches" and item else unordered(item)
            for key, item in value.items()
        }
    return [unordered(item) for item in value] if isinstance(value, list) else value
