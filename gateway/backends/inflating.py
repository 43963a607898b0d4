"""Decoding compressed bodies, bounded: a small body may inflate to gigabytes. Knows nothing of HTTP but the names."""

from __future__ import annotations

import zlib
from typing import Final

_DEFLATE_METHOD: Final = 8
# zlib's window bits for "either header, by its first bytes", and for none at all.
_ANY_HEADER: Final = 32 + zlib.MAX_WBITS
_NO_HEADER: Final = -zlib.MAX_WBITS


class Inflater:
    """Decodes gzip and deflate, never more than asked for."""

    __slots__ = ("_coding", "_stream")

    def __init__(self, coding: str) -> None:
        """Decode a body of this Content-Encoding; an unknown one fails with the body's first byte."""
        self._coding = coding.strip().lower()
        self._stream: zlib._Decompress | None = None

    def feed(self, piece: bytes, max_bytes: int) -> bytes:
        """What *piece* decodes to, cut off at *max_bytes*.

        Raises:
            zlib.error: it is not of the encoding that the answer names, or none that is known.
        """
        if self._coding == "identity":
            return piece
        if self._stream is None:
            self._stream = self._opened(piece)
        return self._stream.decompress(piece, max_bytes)

    @property
    def is_cut_short(self) -> bool:
        """Whether the body has begun and not ended; none at all is no body cut short."""
        return self._stream is not None and not self._stream.eof

    def _opened(self, first: bytes) -> zlib._Decompress:
        match self._coding:
            case "gzip" | "x-gzip":
                return zlib.decompressobj(_ANY_HEADER)
            case "deflate":
                # RFC 9110 section 8.4.1.2: some send the deflated data without zlib's header around it.
                bare = first[:1] and first[0] & 0xF != _DEFLATE_METHOD
                return zlib.decompressobj(_NO_HEADER if bare else _ANY_HEADER)
        raise zlib.error(f"Content-Encoding {self._coding!r} was not accepted")
