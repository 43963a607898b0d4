"""Finds courses, published lectures and discussions by the words of their titles, and of summaries at a lower weight.

It is built from the seeds of catalogue and discussions, as from a nightly export: it knows of no change.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from services.catalogue.data import catalogue
from services.discussions.seed import DISCUSSION_COUNT, seeded_discussion

# A match in a short title says more than one in a long title: a title gives each of its words the base, plus the
# rest shared out among its words.
_TITLE_BASE = 0.6
_SUMMARY_WEIGHT = 0.25

_WORD = re.compile(r"\w+")

Key = tuple[str, str]
Index = dict[str, dict[Key, float]]


def words_of(text: str) -> list[str]:
    """The words of *text*, case folded, each once."""
    return list(dict.fromkeys(_WORD.findall(text.casefold())))


def search(words: Iterable[str], limit: int) -> list[dict[str, Any]]:
    """The best *limit* hits for any of *words*, best first.

    Of equal ones courses come first, then discussions, each by the number of their ids.
    `[{"kind": "course", "id": "c12", "score": 0.8}]`; a score is above 0 and at most 1.
    """
    asked = list(words)
    weights: defaultdict[Key, float] = defaultdict(float)
    for word in asked:
        for key, weight in _index().get(word, {}).items():
            weights[key] += weight
    hits = sorted((-round(weight / len(asked), 4), kind, int(id_[1:])) for (kind, id_), weight in weights.items())
    return [{"kind": kind, "id": f"{kind[0]}{number}", "score": -score} for score, kind, number in hits[:limit]]


@functools.cache
def _index() -> Index:
    index: Index = {}
    rows = catalogue()
    for course in rows.courses.values():
        key = ("course", course["id"])
        _add(index, key, words_of(course["summary"]), _SUMMARY_WEIGHT)
        _add_title(index, key, course["title"])
    for lecture in rows.lectures.values():
        if lecture["published"]:
            _add_title(index, ("lecture", lecture["id"]), lecture["title"])
    for discussion in map(seeded_discussion, range(1, DISCUSSION_COUNT + 1)):
        _add_title(index, ("discussion", discussion["id"]), discussion["title"])
    return index


def _add_title(index: Index, key: Key, title: str) -> None:
    words = words_of(title)
    _add(index, key, words, _TITLE_BASE + (1 - _TITLE_BASE) / len(words))


def _add(index: Index, key: Key, words: list[str], weight: float) -> None:
    for word in words:
        index.setdefault(word, {})[key] = weight
