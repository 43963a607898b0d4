"""The headers that tell browsers what an answer must never become: a page, a frame, a script, a cached copy.

Every answer has them, whatever its route; one that says something of its own under a name, as the console does, keeps
it.
"""

from __future__ import annotations

from typing import Final

#: For data: nothing may be loaded by it, and nobody may frame it.
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


def security_headers(*, hsts_s: int) -> tuple[tuple[str, str], ...]:
    """The headers and their values; with *hsts_s* above 0 browsers are to come back over HTTPS alone for so long.

    Source: OWASP, "HTTP Security Response Headers" and "REST Security" cheat sheets; RFC 6797 section 6.1 (HSTS).
    """
    hsts = (("strict-transport-security", f"max-age={hsts_s}"),) if hsts_s else ()
    return (
        # What is said to be JSON is not read as a page or a script.
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", DATA_POLICY),
        # For browsers that do not know `frame-ancestors`.
        ("x-frame-options", "DENY"),
        # An answer is never loaded by another site's <script> or <img>; who is allowed by CORS is not affected.
        ("cross-origin-resource-policy", "same-origin"),
        # The address of a GET holds the query and its variables.
        ("referrer-policy", "no-referrer"),
        # It may be about the viewer.
        ("cache-control", "no-store"),
        *hsts,
    )
