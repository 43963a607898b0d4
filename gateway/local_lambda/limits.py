"""The sizes Lambda allows, and a reader of HTTP bodies that keeps no more than one of them.

Source: Lambda quotas, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
"""

from __future__ import annotations

from typing import NamedTuple

from aiohttp import web

MAX_SYNC_PAYLOAD_BYTES = 6_291_456
MAX_EVENT_PAYLOAD_BYTES = 1_048_576
# A hundred bytes above the request's limit: the figure that Lambda names in Function.ResponseSizeTooLarge.
MAX_REPLY_BYTES = 6_291_556
MAX_CLIENT_CONTEXT_BYTES = 3_583
MAX_QUEUED_EVENTS = 100
LOG_TAIL_BYTES = 4_096
MAX_LOG_LINE_BYTES = 65_536


class Body(NamedTuple):
    """What arrived: *content* is complete only if *size*, in bytes, is within the limit it was read with."""

    content: bytes
    size: int


async def read_body(request: web.Request, limit_bytes: int) -> Body:
    """Return the body of *request*, holding at most *limit_bytes* of it.

    The rest is read and dropped, not refused: a peer that is still sending when the socket closes sees a reset
    connection in place of the answer.
    """
    kept = bytearray()
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        kept += chunk[: max(0, limit_bytes - len(kept))]
    return Body(bytes(kept), size)
