"""What can be searched for.

    GET /search?text=docker&limit=20     [{"kind": "course", "id": "c12", "score": 0.8}], best first
    GET /health

Each request but the last needs the header `x-api-key`; `services.chassis.third_party` has the terms.
"""

from __future__ import annotations

from http import HTTPStatus

from services.chassis.events import RefusedError, Request, Response, answer, handler_of
from services.chassis.parameters import text_of, whole_number_of

from .index import search, words_of

MAX_HITS = 50
DEFAULT_HITS = 20
MAX_TEXT_CHARACTERS = 200

# In the process's start-up, not in its first request.
search((), limit=1)


def find(request: Request) -> Response:
    text = text_of(request, "text", most_characters=MAX_TEXT_CHARACTERS) or ""
    limit = whole_number_of(request, "limit", default=DEFAULT_HITS, most=MAX_HITS)
    words = words_of(text)
    if not words:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"text: expected a word to search for, got {text[:40]!r}")
    return answer(HTTPStatus.OK, search(words, limit))


handler = handler_of("search", {"/search": {"GET": find}}, keys=())
