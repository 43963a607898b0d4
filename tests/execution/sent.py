"""An answer of which parts are JSON already, as whoever is sent it reads it."""

from __future__ import annotations

import json
from typing import Any

import orjson


def read(value: Any) -> Any:
    """*value* with what is JSON in it read, whatever else is in it."""
    if isinstance(value, orjson.Fragment):
        return json.loads(orjson.dumps(value))
    if isinstance(value, dict):
        return {key: read(member) for key, member in value.items()}
    return [read(item) for item in value] if isinstance(value, list) else value
