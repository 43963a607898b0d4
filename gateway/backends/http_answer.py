"""HTTP/1.1 answers as the default engine reads them, from the bytes of a connection. Moves none itself.

llhttp parses, by httptools; what an answer means, and how much of it is taken, is decided here. Source: RFC 9112.
"""

from __future__ import annotations

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from ..vocabulary.errors import DecodeError, GatewayError
from .answers import BODILESS_STATUSES, BoundedBody, broken_midway, joined, not_http, response_headers
from .inflating import Inflater
from .wire import WireResponse

#: Bytes that may come without one of a body among them: heads, interim answers, chunk extensions, trailers.
_MAX_HEAD_BYTES: Final = 64 * 1024


class AnswerReader:
    """Reads the answers of one connection, one after another; `expect` stands before each."""

    def __init__(self, name: str, limit_bytes: int) -> None:
        self._name, self._limit_bytes = name, limit_bytes
        self._parser = HttpResponseParser(self)
        # RFC 9112 sections 2.2 and 7.1: old servers end a line with LF alone, or pad a chunk's size.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)
        self.expect(to_head=False)

    def expect(self, *, to_head: bool) -> None:
        """Begin a new answer; one *to_head* ends with its head, whatever that announces."""
        self._to_head = to_head
        self._status = self._quiet_bytes = 0
        self._fields: list[tuple[str, str]] = []
        self._headers: dict[str, str] = {}
        self._body = BoundedBody(self._name, self._limit_bytes)
        self._inflater: Inflater | None = None
        self._ends_with_connection = self._is_complete = False
        #: Whether the connection may serve again: the answer ended where the next one can begin.
        self.may_be_followed = False

    def feed(self, data: bytes) -> WireResponse | GatewayError | None:
        """The answer, if *data* completes it, or what is wrong with it."""
        self._quiet_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.may_be_followed = False
            if not self._is_complete:
                return self._wrong(error.__context__ or error)
        if self._is_complete:
            return self._answer()
        return self._wrong("too long a head or trailer") if self._quiet_bytes > _MAX_HEAD_BYTES else None

    def end(self, error: Exception | None) -> WireResponse | GatewayError | None:
        """The answer, if the end of the connection completes it, or what is wrong; None when its head never came."""
        if error is None and self._ends_with_connection:
            return self._answer()
        return broken_midway(self._name, error or EOFError("the peer closed it")) if self._status else None

    def _answer(self) -> WireResponse | GatewayError:
        if self._inflater is not None and self._inflater.is_cut_short:
            return self._wrong("the compressed body ends too early")
        return WireResponse(self._status, response_headers(self._headers), self._body.whole())

    def _wrong(self, error: object) -> DecodeError:
        return error if isinstance(error, DecodeError) else not_http(self._name, str(error))

    # What the parser calls within `feed_data`; what is raised here ends the parsing, as the context of its error.

    def on_message_begin(self) -> None:
        """An interim answer or the final one begins, or more than was asked for."""
        if self._is_complete:
            self.may_be_followed = False
        else:
            self._fields = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what is not a trailer's."""
        if not self._status:
            self._fields.append((name.decode("latin-1").lower(), value.decode("latin-1").rstrip()))

    def on_headers_complete(self) -> None:
        """Decide how the body is read."""
        status = self._parser.get_status_code()
        if status in range(100, 200) or self._is_complete:
            return
        if status < 100:  # noqa: PLR2004 - the first that there is
            raise not_http(self._name, f"the status {status}")
        self._status = status
        fields = self._headers = joined(self._fields)
        if self._to_head:
            # llhttp cannot be told that no body follows: this connection is not used again.
            self._is_complete = True
            return
        length, transfer = fields.get("content-length"), fields.get("transfer-encoding")
        if transfer is not None and transfer.lower() != "chunked":
            raise not_http(self._name, f"Transfer-Encoding {transfer!r} was not accepted")
        self._ends_with_connection = length is None and transfer is None
        if "content-encoding" in fields:
            self._inflater = Inflater(fields["content-encoding"])
        if status not in BODILESS_STATUSES:
            self._body.announce(length)

    def on_body(self, piece: bytes) -> None:
        """Keep a piece, decoded."""
        if not self._is_complete:
            self._quiet_bytes = 0
            self._body.add(self._inflater.feed(piece, self._body.room_bytes + 1) if self._inflater else piece)

    def on_message_complete(self) -> None:
        """End, unless that was an interim answer."""
        if self._status and not self._is_complete:
            self._is_complete = True
            self.may_be_followed = self._parser.should_keep_alive()
