"""Alignment: which value belongs to which key. Pure; the backend's order and gaps do not matter."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from ..declare.loader import Loader
from ..declare.page import Page
from ..vocabulary.errors import DecodeError, GatewayError
from .decoding import Rows

#: A value for each key asked, or the error that stands in its place.
Aligned = dict[Any, Any]


def align(loader: Loader[Any, Any, Any], keys: Sequence[Any], rows: Rows) -> Aligned:
    """One entry for each of *keys*: the value by the loader's cardinality, or a GatewayError.

    `one` gives a row or None, `many` a list in the backend's order, `page` a Page. A loader without keys gives its
    answer whole. Rows that nobody asked for are left out.

    Raises:
        DecodeError: the answer is no list of the loader's record, as after a wrong `Call.then` or in an opaque loader.
    """
    if not loader.keyed:
        return dict.fromkeys(keys, _whole(loader, rows.good))
    if loader.cardinality == "page":
        aligned = _pages(loader, keys, rows.good)
    else:
        _check_rows(loader, rows.good)
        aligned = (_one_each if loader.cardinality == "one" else _many_each)(loader, keys, rows.good)
    if not rows.failed and rows.stray is None:
        return aligned
    return {key: _or_error(value, rows.failed.get(key), rows.stray) for key, value in aligned.items()}


def _whole(loader: Loader[Any, Any, Any], answer: Any) -> Any:
    expected = {"one": (loader.record, type(None)), "many": (list,), "page": (Page,)}[loader.cardinality]
    if not isinstance(answer, expected):
        raise _not(loader, expected[0].__name__, answer)
    return answer


def _check_rows(loader: Loader[Any, Any, Any], answer: Any) -> None:
    if not isinstance(answer, list):
        raise _not(loader, f"list[{loader.record.__name__}]", answer)
    record = loader.record
    for row in answer:
        if not isinstance(row, record):
            raise _not(loader, f"rows of {record.__name__}", row)


def _one_each(loader: Loader[Any, Any, Any], keys: Sequence[Any], answer: list[Any]) -> Aligned:
    aligned: Aligned = dict.fromkeys(keys)
    found: dict[Any, int] = {}
    for key, row in zip(map(attrgetter(*loader.by), answer), answer, strict=True):
        if key not in aligned:
            continue
        if aligned[key] is None:
            aligned[key] = row
        else:
            found[key] = found.get(key, 1) + 1
    for key, count in found.items():
        detail = f"{loader.name}: expected one row a key, got {count}"
        aligned[key] = DecodeError(detail, backend=loader.backend.name)
    return aligned


def _many_each(loader: Loader[Any, Any, Any], keys: Sequence[Any], answer: list[Any]) -> Aligned:
    aligned: dict[Any, list[Any]] = {key: [] for key in keys}
    for key, row in zip(map(attrgetter(*loader.by), answer), answer, strict=True):
        found = aligned.get(key)
        if found is not None:
            found.append(row)
    return aligned


def _pages(loader: Loader[Any, Any, Any], keys: Sequence[Any], answer: Any) -> Aligned:
    if not isinstance(answer, dict):
        raise _not(loader, f"dict of key to Page[{loader.record.__name__}]", answer)
    absent = DecodeError(f"{loader.name}: expected a page for each key, got none", backend=loader.backend.name)
    return {key: answer.get(key, absent) for key in keys}


def _or_error(value: Any, failed: GatewayError | None, stray: GatewayError | None) -> Any:
    """The row's own error; or the stray one when the key found no row, since it may be that key's."""
    if failed is not None:
        return failed
    return stray if stray is not None and not value else value


def _not(loader: Loader[Any, Any, Any], expected: str, got: Any) -> DecodeError:
    return DecodeError(f"{loader.name}: expected {expected}, got {type(got).__name__}", backend=loader.backend.name)
