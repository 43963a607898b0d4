"""Chooses the media type of the answer from the Accept header, and tells a browser's visit from a client's request.

Ranges are weighed by RFC 9110 section 12.5.1; ties are broken as GraphQL over HTTP wants them. It never looks at a
body: answering in the chosen type is `answer.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from ..vocabulary.errors import ClientError
from .excerpt import excerpt
from .media_types import MediaRange, parse_media_range, split_list


class MediaType(StrEnum):
    """The media types an answer can have."""

    #: The client knows that any status comes from a GraphQL server, so statuses say what happened.
    GRAPHQL_RESPONSE = "application/graphql-response+json"
    #: For older clients, which trust a body only when the status is 200.
    JSON = "application/json"
    #: A stream of server-sent events, one a result: only for who prefers it, by name, to an answer in one piece.
    EVENT_STREAM = "text/event-stream"

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        return f"{self.value}; charset=utf-8"


# The grammar asks for `0.5`; old Java clients send `.2`, which cannot be misread.
_WEIGHT: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|\.[0-9]{1,3}|1(?:\.0{0,3})?)")


class _Weighed(NamedTuple):
    """A media range and how much the client wants it, 0 (never) to 1."""

    media_range: MediaRange
    weight: float


class _Match(NamedTuple):
    """How a client ranks one media type; the greater, the better."""

    weight: float
    #: Was the type named, or only covered by a wildcard?
    is_named: bool


_REFUSED: Final = _Match(0.0, is_named=False)


# A client says the same with every request.
@lru_cache(maxsize=256)
def negotiate(accept: str | None) -> MediaType:
    """Choose the media type that the client ranks highest.

    Without a header, or with an empty one, it is `application/json`: who sends none is an old client. A type that is
    named beats one that only a wildcard covers at the same weight (`application/json, */*` is `application/json`).
    When both are named alike it is `application/graphql-response+json`; when a wildcard covers both it is
    `application/json`, as the GraphQL Foundation's audits 47DE and 80D8 want. `text/event-stream` must be named and
    ranked above both, or be alone. Members that cannot be read are skipped.

    Raises:
        ClientError: NOT_ACCEPTABLE, the header allows none.

    Source: RFC 9110 section 12.5.1; GraphQL over HTTP, section Body.
    """
    ranges = _weighed(accept)
    if accept is None or not split_list(accept):
        return MediaType.JSON
    graphql_response = _match(MediaType.GRAPHQL_RESPONSE, ranges)
    json = _match(MediaType.JSON, ranges)
    best = max(graphql_response, json)
    stream = _match(MediaType.EVENT_STREAM, ranges)
    if stream.is_named and stream.weight > best.weight:
        return MediaType.EVENT_STREAM
    if not best.weight:
        expected = f"{MediaType.GRAPHQL_RESPONSE}, {MediaType.JSON} or {MediaType.EVENT_STREAM}"
        raise ClientError(f"Accept: expected {expected}, got {excerpt(accept)}", code="NOT_ACCEPTABLE")
    if graphql_response == json:
        return MediaType.GRAPHQL_RESPONSE if best.is_named else MediaType.JSON
    return MediaType.GRAPHQL_RESPONSE if graphql_response == best else MediaType.JSON


def wants_html(accept: str | None) -> bool:
    """Tell whether the client is a browser's address bar: it names `text/html` and ranks nothing of JSON above it."""
    ranges = _weighed(accept)
    html = _match("text/html", ranges)
    rivals = [_match(media_type, ranges).weight for media_type in (MediaType.GRAPHQL_RESPONSE, MediaType.JSON)]
    return html.is_named and html.weight > 0 and html.weight >= max(rivals)


def _weighed(accept: str | None) -> list[_Weighed]:
    """Give the readable members of the header with their weights."""
    ranges = []
    for member in split_list(accept or ""):
        media_range = parse_media_range(member)
        weight = None if media_range is None else _weight(media_range)
        if media_range is not None and weight is not None:
            ranges.append(_Weighed(media_range, weight))
    return ranges


def _weight(media_range: MediaRange) -> float | None:
    """Give the `q` of *media_range*, 1 when it has none, None when it is no weight."""
    values = media_range.parameter_values("q")
    if not values:
        return 1.0
    return float(values[0]) if _WEIGHT.fullmatch(values[0]) else None


def _match(media_type: str, ranges: Sequence[_Weighed]) -> _Match:
    """Rank *media_type* by the most specific range that covers it; two as specific count by the higher weight."""
    ranked = [
        (specificity, weight)
        for media_range, weight in ranges
        if (specificity := _specificity(media_range, media_type)) is not None
    ]
    if not ranked:
        return _REFUSED
    specificity, weight = max(ranked)
    return _Match(weight, is_named=specificity >= _NAMED)


#: Specificity of a range without wildcards; each parameter adds one.
_NAMED: Final = 2


def _specificity(media_range: MediaRange, media_type: str) -> int | None:
    """Rank how closely *media_range* describes *media_type*; None when it does not.

    Our answers are UTF-8, so a range that asks for another charset covers none of them. Other parameters are not ours
    to refuse by: `application/json;odata=verbose` is still a client that reads JSON.
    """
    if any(charset.lower() != "utf-8" for charset in media_range.parameter_values("charset")):
        return None
    if media_range.essence == media_type:
        return _NAMED + sum(name != "q" for name, _ in media_range.parameters)
    if media_range.essence == "*/*":
        return 0
    if media_range.subtype == "*" and media_range.type == media_type.partition("/")[0]:
        return 1
    return None
