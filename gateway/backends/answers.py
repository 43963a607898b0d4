"""Reading an answer: rules that both engines obey, and what is wrong with one. Moves no bytes itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..vocabulary.errors import BackendError, DecodeError

#: Characters of somebody else's text that an error repeats.
MAX_DETAIL_CHARS: Final = 400
#: Their length is that of another answer. Source: RFC 9110 section 8.6.
BODILESS_STATUSES: Final = frozenset({204, 304})


class BoundedBody:
    """Collects pieces of a decoded body up to a limit."""

    __slots__ = ("_backend", "_limit_bytes", "_pieces", "_size")

    def __init__(self, backend: str, limit_bytes: int) -> None:
        self._backend = backend
        self._limit_bytes = limit_bytes
        self._pieces: list[bytes] = []
        self._size = 0

    @property
    def room_bytes(self) -> int:
        """How many more bytes may come."""
        return self._limit_bytes - self._size

    def announce(self, length: str | None) -> None:
        """Refuse a Content-Length beyond the limit before a byte of it is read.

        Raises:
            DecodeError: BACKEND_RESPONSE_TOO_LARGE.
        """
        if length is not None and length.isdecimal() and int(length) > self._limit_bytes:
            raise too_large(self._backend, self._limit_bytes, f"a body of {length} bytes")

    def add(self, piece: bytes) -> None:
        """Keep *piece*.

        Raises:
            DecodeError: BACKEND_RESPONSE_TOO_LARGE, with this piece.
        """
        self._size += len(piece)
        if self._size > self._limit_bytes:
            raise too_large(self._backend, self._limit_bytes, f"{self._size} bytes and more")
        self._pieces.append(piece)

    def whole(self) -> bytes:
        """All pieces as one."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)


def too_large(backend: str, limit_bytes: int, got: str) -> DecodeError:
    """The error of a body beyond its limit: BACKEND_RESPONSE_TOO_LARGE."""
    detail = f"expected at most max_response_bytes = {limit_bytes} bytes, got {got}"
    return DecodeError(detail, code="BACKEND_RESPONSE_TOO_LARGE", backend=backend)


def joined(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Lower-case names, repeated ones joined by commas (RFC 9110 section 5.3)."""
    headers: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def response_headers(fields: Mapping[str, str]) -> dict[str, str]:
    """Those of an answer: what describes the encoded body is left out where it was decoded, as it no longer fits."""
    headers = dict(fields)
    if headers.pop("content-encoding", None) is not None:
        headers.pop("content-length", None)
    return headers


def broken_midway(backend: str, error: BaseException) -> BackendError:
    """The head of an answer came, its body did not."""
    return BackendError(
        f"the connection broke inside the body: {described(error)}", code="BACKEND_UNREACHABLE", backend=backend
    )


def not_http(backend: str, text: str) -> DecodeError:
    """The peer speaks, but not HTTP, or says one encoding and uses another."""
    return DecodeError(f"expected a well-formed HTTP answer: {text[:MAX_DETAIL_CHARS]}", backend=backend)


def cannot_send(backend: str, error: BaseException) -> BackendError:
    """The request breaks HTTP's grammar, so no backend would take it."""
    return BackendError(f"cannot be sent as HTTP: {described(error)}", code="BACKEND_REFUSED", backend=backend)


def described(error: BaseException) -> str:
    """An error's type and text, bounded."""
    text = str(error)[:MAX_DETAIL_CHARS]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
