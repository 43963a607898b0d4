"""Search, and references to several types."""

from __future__ import annotations

from strawberry import relay

from dataloaders.catalogue import course_by_id, lecture_by_id
from dataloaders.discussions import comment_by_id, discussion_by_id
from dataloaders.enrolments import enrolment_by_id
from dataloaders.search import HitRecord, search_hits
from dataloaders.users import user_by_id
from gateway import arg, by_kind, load, type_of_id

search = load(
    search_hits,
    description="Courses, lectures and discussions that match a text, best first.",
    argument_descriptions={"text": "Words to look for.", "limit": "How many hits, 1 to 50."},
)

hit_item = load(
    by_kind(HitRecord.kind, {"course": course_by_id, "lecture": lecture_by_id, "discussion": discussion_by_id}),
    key=HitRecord.id,
    description="What was found; null when it is gone since it was indexed.",
)

node = load(
    by_kind(
        type_of_id("id"),
        {
            "User": user_by_id,
            "Course": course_by_id,
            "Lecture": lecture_by_id,
            "Enrolment": enrolment_by_id,
            "Discussion": discussion_by_id,
            "Comment": comment_by_id,
        },
    ),
    key=arg("id", relay.GlobalID, description="A global id."),
    description="Anything by its global id, or null.",
)
