"""Changes that may be sent twice: the same key gives the same answer, and no second effect.

Source: IETF draft "The Idempotency-Key HTTP Header Field", section 2. A key belongs to who sent it; what it is sent
again with must be the same.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from .events import RefusedError, Request, Response, problem

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    owner TEXT NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL, answer TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (owner, key)
);
"""
MAX_KEY_CHARACTERS = 64

_HEADER = "idempotency-key"
_KEPT_S = 24 * 3600


def answered_once(
    connection: sqlite3.Connection, request: Request, owner: str, asked: dict[str, Any], act: Callable[[], Response]
) -> Response:
    """What *act* answers, or what it answered when *owner* sent the request's key before.

    To be called within `Database.writing`: a second request waits until the first has its answer. A request without
    the header is carried out each time.

    Raises:
        RefusedError: the key is too long.
    """
    key = request.headers.get(_HEADER)
    if not key:
        return act()
    if len(key) > MAX_KEY_CHARACTERS:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, f"{_HEADER}: expected at most {MAX_KEY_CHARACTERS} characters, got {len(key)}"
        )
    now_s = time.time()
    connection.execute("DELETE FROM answers WHERE at < ?", (now_s - _KEPT_S,))
    what = json.dumps([request.method, request.path, asked], sort_keys=True)
    row = connection.execute("SELECT asked, answer FROM answers WHERE owner = ? AND key = ?", (owner, key)).fetchone()
    if row is None:
        response = act()
        kept = (owner, key, what, json.dumps(response), now_s)
        connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", kept)
        return response
    if row[0] != what:
        return problem("idempotency_key", "was sent before, with something else")
    first: Response = json.loads(row[1])
    return first
