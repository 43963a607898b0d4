"""Reads and changes of users: the seed, with the changes made since laid over it.

Changes live in this process, or in a sqlite file that several processes of the function share. Whether a
change is allowed is for `rules` to say.
"""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from .data import seeded_users

Changes = dict[str, Any]

# How long one process waits for another's write; a write takes well under a millisecond.
_BUSY_TIMEOUT_S = 5.0


class Overrides(Protocol):
    """The changed fields of changed users."""

    def read(self, ids: Sequence[str]) -> dict[str, Changes]:
        """The changed fields of those of *ids* that were ever changed."""

    def merge(self, user_id: str, changes: Changes) -> Changes:
        """All changed fields of the user, after *changes* joined the earlier ones in one step."""


def users_by_id(ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows found, each once, in the order of *ids*."""
    seeded = seeded_users()
    found = [user_id for user_id in dict.fromkeys(ids) if user_id in seeded]
    changed = _overrides().read(found)
    return [seeded[user_id] | changed.get(user_id, {}) for user_id in found]


def change_user(user_id: str, changes: Changes) -> dict[str, Any]:
    """The row after *changes*.

    Raises:
        KeyError: no such user.
    """
    return seeded_users()[user_id] | _overrides().merge(user_id, changes)


class MemoryOverrides:
    """Changes that live as long as the process."""

    def __init__(self) -> None:
        self._changes: dict[str, Changes] = {}
        self._lock = threading.Lock()

    def read(self, ids: Sequence[str]) -> dict[str, Changes]:
        return {user_id: self._changes[user_id] for user_id in ids if user_id in self._changes}

    def merge(self, user_id: str, changes: Changes) -> Changes:
        with self._lock:
            # A new dict each time: a reader that holds the old one is not disturbed.
            self._changes[user_id] = self._changes.get(user_id, {}) | changes
            return self._changes[user_id]


class SqliteOverrides:
    """Changes in a sqlite file, seen by every process that names the same file.

    A connection is opened for each operation (about 0.1 ms): connections must not cross a fork, nor threads.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self, ids: Sequence[str]) -> dict[str, Changes]:
        marks = ",".join("?" * len(ids))
        with self._connection() as connection:
            rows = connection.execute(f"SELECT id, changes FROM overrides WHERE id IN ({marks})", ids).fetchall()
        return {user_id: json.loads(changes) for user_id, changes in rows}

    def merge(self, user_id: str, changes: Changes) -> Changes:
        with self._connection() as connection:
            # The write lock is taken before the read, so two processes that change two fields both succeed.
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute("SELECT changes FROM overrides WHERE id = ?", (user_id,)).fetchone()
            merged: Changes = (json.loads(row[0]) if row else {}) | changes
            connection.execute("INSERT OR REPLACE INTO overrides VALUES (?, ?)", (user_id, json.dumps(merged)))
            connection.execute("COMMIT")
        return merged

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        try:
            # Nobody asks these writes to survive a power cut, so none waits for the disk.
            connection.execute("PRAGMA synchronous = OFF")
            # Where the table exists this takes no lock for writing.
            connection.execute("CREATE TABLE IF NOT EXISTS overrides (id TEXT PRIMARY KEY, changes TEXT NOT NULL)")
            yield connection
        finally:
            connection.close()


@functools.cache
def _overrides_at(path: str) -> Overrides:
    return SqliteOverrides(path) if path else MemoryOverrides()


def _overrides() -> Overrides:
    return _overrides_at(os.environ.get("USERS_DATABASE", ""))
