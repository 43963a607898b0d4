"""The 20,000 users the service starts with: the same in every process, made from one seed.

Only what the seed says. What was changed since lives in `store`.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

USER_COUNT = 20_000
INSTRUCTOR_COUNT = 60

_SEED = 20_240_229
_FIRST_DAY = date(2016, 1, 4)
_DAYS = 3_300
_HEADLINE_SHARE = 0.55

# One text each, split: a hundred quoted words read worse.
_FIRST_NAMES = (  # noqa: SIM905
    "Ada Aiko Amara Anders Anjali Beatriz Bogdan Camille Chen Dalia Darius Elif Emeka Esther Farid Fatima Freya "
    "Gabriel Giulia Hana Hassan Henrik Ines Isak Ivana Jamal Jonas Jun Kavya Kenji Klara Kwame Lars Leila Lucia "
    "Malik Mara Mateo Mei Milan Nadia Naomi Noah Olga Omar Paula Pedro Priya Quentin Rafael Rosa Sana Selin Sofia "
    "Tariq Tomas Uma Viktor Wanda Yara Yusuf Zoe"
).split()
_LAST_NAMES = (  # noqa: SIM905
    "Abadi Adeyemi Almeida Andersson Aydin Bakker Banerjee Bauer Bianchi Castillo Chowdhury Costa Dahl Diallo "
    "Dubois Eriksen Farouk Ferrari Fischer Fofana Garcia Gupta Haddad Hansen Hoffmann Horvat Ibrahim Ito Ivanov Jansen "
    "Johansson Kaya Keller Khan Kim Kovacs Kowalski Larsen Leroy Lindqvist Lopez Malik Mendes Mensah Meyer Moreau "
    "Mwangi Nakamura Nguyen Novak Okafor Oliveira Park Petrov Popescu Quispe Rahman Rossi Santos Sato Schmidt Silva "
    "Singh Suzuki Tanaka Tran Vargas Weber Yilmaz Zhang"
).split()
_TRADES = (
    "Backend developer",
    "Cloud engineer",
    "Data analyst",
    "Database administrator",
    "Engineering manager",
    "Frontend developer",
    "Mobile developer",
    "Platform engineer",
    "Product designer",
    "Security analyst",
    "Site reliability engineer",
    "Student of computer science",
    "Support engineer",
    "Technical writer",
    "Test engineer",
)
_PURSUITS = (
    "curious about compilers",
    "learning in the evenings",
    "likes small services",
    "looking for a first job",
    "moving into the cloud",
    "on the way to certification",
    "reads more logs than books",
    "returning after a long break",
    "teaches on weekends",
    "writes tests first",
)


def all_users() -> list[dict[str, Any]]:
    """Every user as seeded, `u1` first; the rows are copies, so a caller may change them.

    `{"id": "u1", "name": "Ada Abadi", "email": "ada.abadi.1@example.org", "headline": null, "role": "INSTRUCTOR",
    "joined_on": "2019-03-30", "avatar_url": "https://avatars.example.org/u1.svg"}`
    """
    return [dict(row) for row in seeded_users().values()]


@functools.cache
def seeded_users() -> dict[str, dict[str, Any]]:
    """Every user as seeded, by id. Shared: treat the rows as read-only."""
    # `random()` of a seeded generator is the one method Python promises to keep the same from version to version.
    draw = random.Random(_SEED).random  # noqa: S311 - demo data, not a secret
    days = [(_FIRST_DAY + timedelta(days=day)).isoformat() for day in range(_DAYS)]
    rows = (_user(number, draw, days) for number in range(1, USER_COUNT + 1))
    return {row["id"]: row for row in rows}


def _user(number: int, draw: Callable[[], float], days: Sequence[str]) -> dict[str, Any]:
    first_name = _FIRST_NAMES[int(draw() * len(_FIRST_NAMES))]
    last_name = _LAST_NAMES[int(draw() * len(_LAST_NAMES))]
    headline = f"{_TRADES[int(draw() * len(_TRADES))]}, {_PURSUITS[int(draw() * len(_PURSUITS))]}"
    return {
        "id": f"u{number}",
        "name": f"{first_name} {last_name}",
        "email": f"{first_name}.{last_name}.{number}@example.org".lower(),
        "headline": headline if draw() < _HEADLINE_SHARE else None,
        "role": "INSTRUCTOR" if number <= INSTRUCTOR_COUNT else "LEARNER",
        "joined_on": days[int(draw() * _DAYS)],
        "avatar_url": f"https://avatars.example.org/u{number}.svg",
    }
