"""The expected answers of the page operations over four services and more, joined from the services' raw data."""

from __future__ import annotations

from typing import Any

from services.billing.seed import subscription_of
from services.discussions.seed import comment_numbers, numbers_of_course, seeded_comment, seeded_discussion
from tests.e2e.join import (
    COURSES,
    LECTURES,
    USERS,
    enrolments_of,
    global_id,
    lectures_of,
    next_lecture,
    search,
    seeded_enrolments,
    taught_by,
)

Row = dict[str, Any]


def course_page(subject: str, course_id: str) -> Row:
    course = COURSES[course_id]
    days = {lecture: day for each in seeded_enrolments(subject) for lecture, day in each.completions.items()}
    numbers = list(reversed(numbers_of_course(course_id)))
    return {
        "course": {
            "id": global_id("Course", course_id),
            "title": course["title"],
            "summary": course["summary"],
            "category": course["category"],
            "level": course["level"],
            "priceCents": course["price_cents"],
            "instructor": _person(course["instructor_id"], "name", "headline", "avatar_url"),
            "viewerEnrolment": _viewer_enrolment(subject, course_id),
            "lectures": [
                {
                    "id": global_id("Lecture", lecture["id"]),
                    "title": lecture["title"],
                    "position": lecture["position"],
                    "durationS": lecture["duration_s"],
                    "viewerCompletion": {"completedOn": days[lecture["id"]]} if lecture["id"] in days else None,
                }
                for lecture in lectures_of(course_id)
            ],
            "discussions": {
                "edges": [{"node": _discussion_line(number)} for number in numbers[:10]],
                "pageInfo": {"hasNextPage": True},
            },
        }
    }


def profile(subject: str) -> Row:
    person, membership = USERS[subject], subscription_of(subject)
    return {
        "me": {
            **_person(subject, "name", "headline", "role", "avatar_url"),
            "joinedOn": person["joined_on"],
            "membership": membership
            and {
                "status": membership["status"],
                "renewsOn": membership["renews_on"],
                "plan": {"name": membership["plan"]["name"], "monthlyCents": membership["plan"]["monthly_cents"]},
            },
            "enrolments": list(map(_enrolment, enrolments_of(subject))),
            "teaches": [
                {"id": global_id("Course", course["id"]), "title": course["title"]} for course in taught_by(subject)
            ],
        }
    }


def discussion(subject: str, number: int) -> Row:
    row = seeded_discussion(number)
    course = COURSES[row["course_id"]]
    enrolment = _viewer_enrolment(subject, course["id"])
    return {
        "discussion": {
            **_discussion_line(number),
            "text": row["text"],
            "author": _person(row["author_id"], "name", "headline", "avatar_url"),
            "course": {
                "id": global_id("Course", course["id"]),
                "title": course["title"],
                "instructor": _person(course["instructor_id"], "name"),
                "viewerEnrolment": enrolment and {"progress": enrolment["progress"]},
            },
            "comments": {
                "pageInfo": {"hasNextPage": False},
                "edges": [{"node": _comment(comment)} for comment in comment_numbers(number)],
            },
        }
    }


def search_page(text: str, limit: int) -> Row:
    return {"search": [{"score": hit["score"], "item": _found(hit)} for hit in search(text.split(), limit)]}


def without_cursors(value: Any) -> Any:
    """*value* less the cursors, which are the service's own."""
    if isinstance(value, dict):
        return {key: without_cursors(item) for key, item in value.items() if key != "endCursor"}
    return list(map(without_cursors, value)) if isinstance(value, list) else value


def _person(user_id: str, *fields: str) -> Row:
    names = {"avatar_url": "avatarUrl"}
    return {"id": global_id("User", user_id)} | {names.get(name, name): USERS[user_id][name] for name in fields}


def _viewer_enrolment(subject: str, course_id: str) -> Row | None:
    row = next((row for row in enrolments_of(subject) if row["course_id"] == course_id), None)
    return row and {
        "id": global_id("Enrolment", row["id"]),
        "progress": row["completed_lectures"] / row["lecture_count"],
        "completedLectures": row["completed_lectures"],
        "lectureCount": row["lecture_count"],
        "nextLecture": next_lecture(row),
    }


def _enrolment(row: Row) -> Row:
    course, lecture = COURSES[row["course_id"]], LECTURES.get(row["next_lecture_id"])
    return {
        "id": global_id("Enrolment", row["id"]),
        "enrolledOn": row["enrolled_on"],
        "completedOn": row["completed_on"],
        "progress": row["completed_lectures"] / row["lecture_count"],
        "course": {
            "id": global_id("Course", course["id"]),
            "title": course["title"],
            "category": course["category"],
            "level": course["level"],
            "instructor": _person(course["instructor_id"], "name"),
        },
        "nextLecture": lecture
        and {
            "id": global_id("Lecture", lecture["id"]),
            "title": lecture["title"],
            "durationS": lecture["duration_s"],
        },
    }


def _discussion_line(number: int) -> Row:
    row = seeded_discussion(number)
    return {
        "id": global_id("Discussion", row["id"]),
        "title": row["title"],
        "postedAt": _time(row),
        "commentCount": len(comment_numbers(number)),
        "author": _person(row["author_id"], "name", "avatar_url"),
    }


def _comment(number: int) -> Row:
    row = seeded_comment(number)
    return {
        "id": global_id("Comment", row["id"]),
        "text": row["text"],
        "postedAt": _time(row),
        "author": _person(row["author_id"], "name", "role", "avatar_url"),
    }


def _time(row: Row) -> str:
    posted_at: str = row["posted_at"]
    return posted_at.replace("Z", "+00:00")


def _found(hit: Row) -> Row:
    number = int(hit["id"][1:])
    if hit["kind"] == "course":
        course = COURSES[hit["id"]]
        shown = {name: course[name] for name in ("title", "summary", "level")}
        teacher = {"instructor": {"name": USERS[course["instructor_id"]]["name"]}}
        return {"__typename": "Course", "id": global_id("Course", hit["id"]), **shown, **teacher}
    if hit["kind"] == "lecture":
        lecture = LECTURES[hit["id"]]
        shown = {"title": lecture["title"], "durationS": lecture["duration_s"]}
        about = {"course": _course_line(lecture["course_id"])}
        return {"__typename": "Lecture", "id": global_id("Lecture", hit["id"]), **shown, **about}
    line = _discussion_line(number) | {"author": {"name": USERS[seeded_discussion(number)["author_id"]]["name"]}}
    return {"__typename": "Discussion", **line, "about": _course_line(seeded_discussion(number)["course_id"])}


def _course_line(course_id: str) -> Row:
    return {"id": global_id("Course", course_id), "title": COURSES[course_id]["title"]}
