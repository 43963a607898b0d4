"""Writes a GraphQL answer as server-sent events: one `next` a result, `complete` after the last.

It is the "distinct connections mode" of GraphQL over Server-Sent Events: each operation has a connection of its own,
and a client ends it by leaving. When events are sent is decided in `application/event_stream.py`.

Source: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md; HTML standard, section
"Server-sent events".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .answer import Headers
from .encoding import encode
from .negotiation import MediaType

EVENT_STREAM_HEADERS: Final[Headers] = (
    ("content-type", MediaType.EVENT_STREAM.content_type),
    ("vary", "accept"),
    ("cache-control", "no-store"),
    # nginx would keep events until its buffer is full.
    ("x-accel-buffering", "no"),
)
#: Without a data line browsers would not dispatch it.
COMPLETE: Final = b"event: complete\ndata:\n\n"
#: A comment: clients skip it, proxies see that the connection is used.
KEEP_ALIVE: Final = b":\n\n"


def next_event(result: Mapping[str, object]) -> bytes:
    r"""The event of one result: `event: next\ndata: {"data":{"count":1}}\n\n`.

    JSON in one line needs no more than one `data:`.

    Raises:
        EngineError: *result* holds what JSON cannot say.
    """
    return b"event: next\ndata: " + encode(result) + b"\n\n"
