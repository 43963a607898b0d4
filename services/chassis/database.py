"""What a service was told since its seed: an SQLite file that all its processes share, or this process's memory."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# How long one process waits for another's write; a write takes well under a millisecond.
_BUSY_TIMEOUT_S = 5.0


class Database:
    """The file at *path*, its tables made by *schema*; without a path, a database that ends with the process."""

    def __init__(self, path: str, schema: str) -> None:
        self._path = path
        self._schema = schema
        self._memory = None if path else sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._one_at_a_time = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for the time of the block."""
        if self._memory is not None:
            with self._one_at_a_time:
                self._memory.executescript(self._schema)
                yield self._memory
            return
        # Opened for each operation (about 0.1 ms): connections must not cross a fork, nor threads.
        connection = sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        try:
            # Nobody asks these writes to survive a power cut, so none waits for the disk.
            connection.execute("PRAGMA synchronous = OFF")
            # Where the tables exist this takes no lock for writing.
            connection.executescript(self._schema)
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept together when the block ends, or not at all when it raises.

        The write lock is taken first: what the block reads stays so until it has written.
        """
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
