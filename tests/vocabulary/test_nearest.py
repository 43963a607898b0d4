"""The closing clause of an error about an unknown name."""

from __future__ import annotations

import pytest

from gateway.vocabulary.nearest import did_you_mean


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("user", ["users", "courses"], "; did you mean users?"),
        ("deadline", ["timeout_s", "deadline_s"], "; did you mean deadline_s?"),
        # Nothing near: the known ones, sorted and once each.
        ("zebra", ["users", "courses", "users"], "; known: courses, users"),
        ("zebra", (name for name in ("b", "a")), "; known: a, b"),
        ("zebra", [f"n{number}" for number in range(10, 23)], ""),
        ("zebra", [], ""),
    ],
)
def test_the_nearest_name_is_told(name, known, expected):
    """A near name is told; else all known ones when they fit a line; else nothing."""
    assert expected == did_you_mean(name, known)


def test_twelve_names_fit_a_line():
    """Up to twelve known names are listed."""
    known = [f"n{number}" for number in range(10, 22)]

    assert f"; known: {', '.join(known)}" == did_you_mean("zebra", known)
