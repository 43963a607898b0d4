"""The grammar of header fields, and which of them a caller of a backend may give. RFC 9110 sections 5.1 and 5.5.

A line break in a value would begin another header; and where a request ends is the gateway's to say, once: a second
opinion is what smuggling is made of. The patterns are for `re.IGNORECASE | re.ASCII`.
"""

from __future__ import annotations

from typing import Final

#: What tokens are made of: names of header fields, methods, and the parts of media types. RFC 9110 section 5.6.2.
TCHAR: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]"
NAME: Final = rf"{TCHAR}+"
VALUE: Final = r"[^\x00-\x08\x0A-\x1F\x7F\uD800-\uDFFF]*"
#: Names that say where a request ends.
FRAMING: Final = r"(?:content-length|transfer-encoding)"
