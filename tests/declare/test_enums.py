"""Plain enums as GraphQL enums."""

from __future__ import annotations

from enum import Enum

import pytest
import strawberry

import gateway


def test_values_are_described_in_the_schema() -> None:
    """The description of each member stands before its value in the SDL."""

    class Mood(Enum):
        GOOD = "g"
        BAD = "b"

    gateway.enum_of(Mood, description="How it feels.", values={"GOOD": "As it should."})
    query = type("Query", (), {"__annotations__": {"mood": Mood}})

    sdl = gateway.graph(query=strawberry.type(query)).sdl

    assert '"""How it feels."""\nenum Mood {\n  """As it should."""\n  GOOD\n  BAD\n}' in sdl


def test_a_description_of_no_member_is_refused() -> None:
    """A misspelt member is told with the nearest name."""

    class Mood(Enum):
        GOOD = "g"

    with pytest.raises(gateway.DeclarationError, match=r"enum_of\(Mood\): no member is named 'GOD'; did you mean GOOD"):
        gateway.enum_of(Mood, values={"GOD": "?"})
