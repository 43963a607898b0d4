"""A worker's output: a pipe cut into lines as they arrive, and the tail of one execution's log.

The pipe is read by hand, not through an asyncio stream, so that everything a worker wrote before it asked for its next
event can be taken in synchronously when that request arrives. Where lines go is the caller's matter.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable

from .limits import LOG_TAIL_BYTES, MAX_LOG_LINE_BYTES

_CHUNK_BYTES = 65_536
# A pipe holds 64 KiB: two reads take in all that was written before; a worker that never stops writing starves nobody.
_READS_AT_ONCE = 2
# The runtime joins the lines of a traceback by carriage returns, to make one log event of it.
_LINE_END = re.compile(rb"\r\n|\r|\n")


class LogPipe:
    """Calls *on_line* for each line written to `write_fd`, without its end, invalid UTF-8 replaced."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._partial = b""
        self._loop = asyncio.get_running_loop()
        self._read_fd, self.write_fd = os.pipe()
        os.set_blocking(self._read_fd, False)
        self._loop.add_reader(self._read_fd, self.drain)
        self._is_open = True

    def __repr__(self) -> str:
        return f"<LogPipe {'open' if self._is_open else 'closed'}>"

    def close_write_end(self) -> None:
        """Leave writing to the processes that inherited the pipe."""
        os.close(self.write_fd)

    def drain(self) -> None:
        """Pass on what has been written so far."""
        for _ in range(_READS_AT_ONCE):
            if not self._is_open:
                return
            try:
                chunk = os.read(self._read_fd, _CHUNK_BYTES)
            except BlockingIOError:
                return
            if not chunk:
                self._shut()
                return
            self._feed(chunk)

    def close(self) -> None:
        """Pass on what is left, a last line without end included, and let go of the pipe."""
        self.drain()
        if self._partial:
            self._emit(self._partial)
            self._partial = b""
        self._shut()

    def _shut(self) -> None:
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._read_fd)
            os.close(self._read_fd)

    def _feed(self, chunk: bytes) -> None:
        *lines, self._partial = _LINE_END.split(self._partial + chunk)
        for line in lines:
            self._emit(line)
        while len(self._partial) > MAX_LOG_LINE_BYTES:
            self._emit(self._partial[:MAX_LOG_LINE_BYTES])
            self._partial = self._partial[MAX_LOG_LINE_BYTES:]

    def _emit(self, line: bytes) -> None:
        self._on_line(line.decode("utf-8", "replace"))


class LogTail:
    """The last 4 KB that one execution logged, in the frame of lines that Lambda puts around it."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def add(self, line: str) -> None:
        """Keep *line*, and drop what is older than the limit."""
        self._kept += line.encode() + b"\n"
        del self._kept[:-LOG_TAIL_BYTES]

    def take(self) -> bytes:
        """Return the tail and begin the next one."""
        tail = bytes(self._kept)
        self._kept.clear()
        return tail
