"""How a worker's output becomes lines."""

from __future__ import annotations

import os

import pytest

from gateway.local_lambda.log_pipe import LogPipe, LogTail


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"[ERROR] KeyError\rTraceback\r  File\n", ["[ERROR] KeyError", "Traceback", "  File"]),
        (b"windows\r\nend", ["windows", "end"]),
        (b"caf\xc3\xa9 \xff\n", ["café �"]),
        (b"", []),
    ],
)
async def test_lines(written, lines):
    """Output is cut at any line end; a last line without one is passed on when the pipe closes."""
    seen: list[str] = []
    pipe = LogPipe(seen.append)

    os.write(pipe.write_fd, written)
    pipe.close_write_end()
    pipe.close()

    assert lines == seen


async def test_drain_is_synchronous():
    """What was written before a drain is passed on by it, without a turn of the event loop."""
    seen: list[str] = []
    pipe = LogPipe(seen.append)
    written = ["x" * 63] * 1_000

    os.write(pipe.write_fd, "".join(f"{line}\n" for line in written).encode())
    pipe.drain()

    assert written == seen
    pipe.close_write_end()
    pipe.close()


async def test_long_line():
    """A line without end is passed on in pieces of 64 KiB, so that it holds no more memory than one."""
    seen: list[str] = []
    pipe = LogPipe(seen.append)

    for _ in range(4):
        os.write(pipe.write_fd, b"x" * 40_000)
        pipe.drain()
    pipe.close_write_end()
    pipe.close()

    assert [65_536, 65_536, 160_000 - 2 * 65_536] == [len(line) for line in seen]


def test_tail_is_bounded():
    """The tail keeps the last 4 KB, and is empty after it was taken."""
    tail = LogTail()
    for number in range(2_000):
        tail.add(f"line {number}")

    taken = tail.take()

    assert len(taken) == 4_096
    assert taken.endswith(b"line 1998\nline 1999\n")
    assert tail.take() == b""
