"""Shows a piece of what a client sent inside an error message, quoted and bounded.

It knows nothing of HTTP; every module here that says "got ..." uses it, so that no message grows with the request.
"""

from __future__ import annotations

from typing import Final

#: Characters of the client's text that a message repeats.
MAX_EXCERPT_CHARS: Final = 80


def excerpt(text: str) -> str:
    r"""Quote the beginning of *text*, printable characters only: `'text/pl\x00'`, or `'aaaa'... (5000 characters)`.

    Lone surrogates come out escaped, thus the message can always be encoded as UTF-8.
    """
    if len(text) <= MAX_EXCERPT_CHARS:
        return repr(text)
    return f"{text[:MAX_EXCERPT_CHARS]!r}... ({len(text)} characters)"
