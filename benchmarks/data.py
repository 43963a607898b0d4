"""What the upstream holds, and from it the right answer to each work, by plain Python.

Posts differ by viewer, a number in the header `x-viewer`: requests of different viewers have no call in common, those
of one viewer have all. Knows nothing of HTTP or GraphQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

VIEWERS: Final = 64
USERS: Final = 10
POSTS: Final = 100
MANY_POSTS: Final = 5_000
WIDE_ROWS: Final = 20
WIDE_FIELDS: Final = 200
GREETING: Final = "Hello, world!"

#: The place of the post whose user does not exist, and that user's id.
BROKEN_AT: Final = 50
NOBODY: Final = 0

Row = dict[str, Any]


def post(number: int, viewer: int, *, is_broken: bool = False) -> Row:
    """One post of *viewer*; of each viewer's posts ten users take turns."""
    user_id = NOBODY if is_broken else 1 + viewer * USERS + number % USERS
    return {
        "id": number,
        "userId": user_id,
        "title": f"Post {number} of viewer {viewer}: what was learned on the way",
        "body": "Nobody asks for the text of a post, which is what most services send along all the same.",
    }


def posts(count: int, viewer: int, broken: int = 0) -> list[Row]:
    """The first *count* posts; if *broken* is 1, one of them names a user who does not exist."""
    return [post(number, viewer, is_broken=bool(broken) and number == BROKEN_AT) for number in range(count)]


def user(id_: int) -> Row:
    return {"id": id_, "name": f"User {id_}", "email": f"user{id_}@example.com", "companyId": 1 + id_ % 5}


def company(id_: int) -> Row:
    return {"id": id_, "name": f"Company {id_}", "cityId": 1 + id_ % 3}


def city(id_: int) -> Row:
    return {"id": id_, "name": f"City {id_}", "countryId": 1 + id_ % 2}


def country(id_: int) -> Row:
    return {"id": id_, "name": f"Country {id_}"}


def wide_row(number: int) -> Row:
    """A row of 200 fields: `f0` is its number, then texts and numbers take turns."""
    values = {f"f{field}": f"v{field}" if field % 2 else field * 7 for field in range(WIDE_FIELDS)}
    return {**values, "f0": number}


def wide() -> list[Row]:
    return [wide_row(number) for number in range(WIDE_ROWS)]


def q1_answer(count: int, viewer: int) -> Row:
    """The data of `{posts{id userId title user{id name email}}}`."""
    return {"posts": [with_user(row) for row in posts(count, viewer)]}


def error_answer(viewer: int, broken: int) -> Row:
    """The data of q1's selection on `mixed`: a post without its user is null."""
    rows = posts(POSTS, viewer, broken)
    return {"mixed": [None if row["userId"] == NOBODY else with_user(row) for row in rows]}


def with_user(row: Row) -> Row:
    return {**pick(row, ("id", "userId", "title")), "user": pick(user(row["userId"]), ("id", "name", "email"))}


def q2_answer(viewer: int) -> Row:
    return {"posts": [pick(row, ("title",)) for row in posts(POSTS, viewer)]}


def deep_answer(viewer: int) -> Row:
    """The data of `{posts{user{company{city{country{name}}}}}}`."""
    return {"posts": [{"user": {"company": _company_of(row["userId"])}} for row in posts(POSTS, viewer)]}


def _company_of(user_id: int) -> Row:
    in_city = city(company(user(user_id)["companyId"])["cityId"])
    return {"city": {"country": pick(country(in_city["countryId"]), ("name",))}}


def pick(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names}
