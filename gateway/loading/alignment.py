"""Alignment: which value belongs to which key. Pure; the backend's order and gaps do not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from operator import attrgetter
from typing import Any

from ..declare.loader import Loader
from ..declare.page import Page
from ..vocabulary.errors import DecodeError, GatewayError
from .decoding import DecodedRows

#: A value for each key asked, or the error that stands in its place.
Aligned = dict[Any, Any]


def align(loader: Loader[Any, Any, Any], keys: Sequence[Any], rows: DecodedRows) -> Aligned:
    """One entry for each of *keys*: the value by the loader's cardinality, or a GatewayError.

    `one` gives a row or None, `many` a list in the backend's order, `page` a Page. A loader without keys gives its
    answer whole. Rows that nobody asked for are left out.

    Raises:
        DecodeError: the answer is no list of the loader's record, as after a wrong `Call.then` or in an opaque loader.
    """
    good = rows.good
    if not loader.by:
        _check_whole(loader, good)
        return dict.fromkeys(keys, good)
    if loader.cardinality == "page":
        aligned = _pages(loader, keys, good)
    else:
        if type(good) is not list or set(map(type, good)) != {loader.record}:
            _check_rows(loader, good)
        aligned = (_one_each if loader.cardinality == "one" else _many_each)(loader, keys, good)
    if not rows.failed and rows.stray is None:
        return aligned
    failed = rows.failed or {}
    return {key: _or_error(value, failed.get(key), rows.stray) for key, value in aligned.items()}


def _check_whole(loader: Loader[Any, Any, Any], answer: Any) -> None:
    if loader.cardinality == "one":
        if answer is not None and not isinstance(answer, loader.record):
            raise _not(loader, loader.record.__name__, answer)
    else:
        expected = list if loader.cardinality == "many" else Page
        if not isinstance(answer, expected):
            raise _not(loader, expected.__name__, answer)


def _check_rows(loader: Loader[Any, Any, Any], answer: Any) -> None:
    if not isinstance(answer, list):
        raise _not(loader, f"list[{loader.record.__name__}]", answer)
    record = loader.record
    for kind in set(map(type, answer)):
        if not issubclass(kind, record):
            raise _not(loader, f"rows of {record.__name__}", next(row for row in answer if type(row) is kind))


def _one_each(loader: Loader[Any, Any, Any], keys: Sequence[Any], answer: list[Any]) -> Aligned:
    key_of: Callable[[Any], Any] = attrgetter(*loader.by)
    found = {key_of(row): row for row in answer}
    aligned = {key: found.get(key) for key in keys}
    if len(found) < len(answer):
        aligned.update(_found_twice(loader, aligned, answer))
    return aligned


def _found_twice(loader: Loader[Any, Any, Any], keys: Collection[Any], answer: list[Any]) -> Aligned:
    """Errors of those of *keys* that have more rows than one."""
    key_of: Callable[[Any], Any] = attrgetter(*loader.by)
    counts = Counter(map(key_of, answer))
    return {
        key: DecodeError(f"{loader.name}: expected one row a key, got {count}", backend=loader.backend.name)
        for key, count in counts.items()
        if count > 1 and key in keys
    }


def _many_each(loader: Loader[Any, Any, Any], keys: Sequence[Any], answer: list[Any]) -> Aligned:
    key_of: Callable[[Any], Any] = attrgetter(*loader.by)
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in answer:
        found[key_of(row)].append(row)
    return {key: found[key] for key in keys}


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
