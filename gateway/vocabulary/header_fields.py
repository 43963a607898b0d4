"""Header fields: their grammar, which of them a caller of a backend may give, and the one that goes all the way.

A line break in a value would begin another header; and where a request ends is the gateway's to say, once: a second
opinion is what smuggling is made of. The patterns are for `re.IGNORECASE | re.ASCII`. RFC 9110 sections 5.1 and 5.5.
"""

from __future__ import annotations

from typing import Final

#: What tokens are made of: names of header fields, methods, and the parts of media types. RFC 9110 section 5.6.2.
TCHAR: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]"
NAME: Final = rf"{TCHAR}+"
VALUE: Final = r"[^\x00-\x08\x0A-\x1F\x7F\uD800-\uDFFF]*"
#: Names that say where a request ends.
FRAMING: Final = r"(?:content-length|transfer-encoding)"

#: The id by which a client, the gateway's log and a backend's know one request.
REQUEST_ID_HEADER: Final = "x-request-id"
