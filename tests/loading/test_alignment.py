"""Alignment: the right row for each key, whatever the backend's order, gaps and extras."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import Call, DecodeError, Edge, Keys, Loader, Page, PageInfo
from gateway.loading.alignment import align
from gateway.loading.decoding import DecodedRows
from tests.loading.request import Row, row_by_id, rows, rows_by_group, the_row

_A, _B, _C = Row("a", "x", 1), Row("b", "y", 2), Row("c", "x", 3)


class Seat(msgspec.Struct, frozen=True):
    row: str
    number: int


@rows.one(by=(Seat.row, Seat.number))
def seat(keys: Keys[tuple[str, int]]) -> Call[list[Seat]]: ...


@rows.one(by=Row.size)
def row_by_size(sizes: Keys[int]) -> Call[list[Row]]: ...


@rows.page(by=Row.group)
def page_by_group(groups: Keys[str], *, first: int, after: str | None) -> Call[dict[str, Page[Row]]]: ...


@rows.page()
def page(*, first: int, after: str | None) -> Call[Page[Row]]: ...


@rows.many()
def all_rows() -> Call[list[Row]]: ...


@given(st.lists(st.integers(0, 30), unique=True, min_size=1), st.data())
def test_each_key_gets_its_own_row(numbers: list[int], data: st.DataObject) -> None:
    """Any order, any subset and any extra rows give each key its row, or None."""
    keys = [f"k{number}" for number in numbers]
    present = data.draw(st.lists(st.sampled_from(keys), unique=True))
    extra = data.draw(st.lists(st.integers(31, 40), unique=True))
    given_rows = data.draw(st.permutations([Row(key) for key in [*present, *(f"k{number}" for number in extra)]]))

    aligned = align(row_by_id, keys, DecodedRows(given_rows))

    assert {key: Row(key) if key in present else None for key in keys} == aligned


@given(st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=30), st.sets(st.integers(0, 5), min_size=1))
def test_many_keeps_the_backends_order(pairs: list[tuple[int, int]], groups: set[int]) -> None:
    """Each key gets its rows in the order in which they came, a key without rows an empty list."""
    given_rows = [Row(str(index), str(group), size) for index, (group, size) in enumerate(pairs)]

    aligned = align(rows_by_group, [str(group) for group in groups], DecodedRows(given_rows))

    assert {str(group): [row for row in given_rows if row.group == str(group)] for group in groups} == aligned


def test_two_rows_for_one_key_are_an_error_of_that_key() -> None:
    """A `one` loader's key with two rows is a DecodeError; the other keys have theirs."""
    aligned = align(row_by_id, ["a", "b"], DecodedRows([_A, _B, Row("a", "z")]))

    assert _B == aligned["b"]
    assert "rows: BACKEND_INVALID_RESPONSE: row_by_id: expected one row a key, got 2" == str(aligned["a"])


def test_two_rows_that_nobody_asked_for_are_no_error() -> None:
    """What was not asked for is left out, however often it comes."""
    assert {"b": _B} == align(row_by_id, ["b"], DecodedRows([_A, _A, _B]))


def test_a_tuple_key_is_all_its_parts() -> None:
    """Rows are found by every part of the key, in the order of `by`."""
    seats = [Seat("a", 2), Seat("b", 1), Seat("a", 1)]

    aligned = align(seat, [("a", 1), ("a", 2), ("b", 2)], DecodedRows(seats))

    assert {("a", 1): Seat("a", 1), ("a", 2): Seat("a", 2), ("b", 2): None} == aligned


def test_pages_come_by_key() -> None:
    """A key without a page is an error: the backend was asked for one."""
    one_page = Page([Edge("1", _A)], PageInfo(False))

    aligned = align(page_by_group, ["x", "y"], DecodedRows({"x": one_page, "z": one_page}))

    assert one_page == aligned["x"]
    assert isinstance(aligned["y"], DecodeError)
    assert "page_by_group: expected a page for each key, got none" == aligned["y"].detail


def test_a_loader_without_keys_gives_its_answer_whole() -> None:
    """Row, list or page: there is nothing to align."""
    one_page = Page([Edge("1", _A)], PageInfo(False))

    given_answers = [(the_row, _A), (the_row, None), (all_rows, [_B, _A]), (page, one_page)]

    assert [value for _, value in given_answers] == [
        align(loader, [None], DecodedRows(value))[None] for loader, value in given_answers
    ]


@pytest.mark.parametrize(
    ("loader", "keys", "wrong", "expected"),
    [
        (row_by_id, ["a"], {"a": _A}, "row_by_id: expected list[Row], got dict"),
        (row_by_id, ["a"], None, "row_by_id: expected list[Row], got NoneType"),
        (row_by_id, ["a"], [_A, Seat("a", 1)], "row_by_id: expected rows of Row, got Seat"),
        (page_by_group, ["x"], [_A], "page_by_group: expected dict of key to Page[Row], got list"),
        (the_row, [None], [_A], "the_row: expected Row, got list"),
        (all_rows, [None], _A, "all_rows: expected list, got Row"),
        (page, [None], [_A], "page: expected Page, got list"),
    ],
)
def test_an_answer_of_another_shape_fails_all(
    loader: Loader[Any, Any, Any], keys: list[Any], wrong: Any, expected: str
) -> None:
    """What an opaque loader or a transform gave is checked; the text says what was expected and what came."""
    with pytest.raises(DecodeError) as failed:
        align(loader, keys, DecodedRows(wrong))

    assert (expected, "rows") == (failed.value.detail, failed.value.backend)


def test_a_failed_row_is_the_error_of_its_key() -> None:
    """The other keys keep their rows, and a key that is merely absent stays None."""
    wrong = DecodeError("row 'b': wrong")

    assert {"a": _A, "b": wrong, "c": None} == align(row_by_id, ["a", "b", "c"], DecodedRows([_A], {"b": wrong}))


def test_a_stray_error_is_of_every_key_without_a_row() -> None:
    """A row whose key cannot be read may be that of any key that found none, hence not null but an error."""
    stray = DecodeError("a row without id")

    one = align(row_by_id, ["a", "b"], DecodedRows([_A], stray=stray))
    many = align(rows_by_group, ["x", "y"], DecodedRows([_A, _C], stray=stray))

    assert ({"a": _A, "b": stray}, {"x": [_A, _C], "y": stray}) == (one, many)


def test_a_key_is_compared_as_it_is_decoded() -> None:
    """Keys are of the record field's type: numbers here."""
    assert {1: _A, 3: _C, 4: None} == align(row_by_size, [1, 3, 4], DecodedRows([_C, _B, _A]))


def test_a_row_may_be_of_a_derived_record() -> None:
    """As a transform may make it, and beside rows of the record itself."""

    class Wide(Row, frozen=True):
        width: int = 0

    wide = Wide("b")

    assert {"a": _A, "b": wide} == align(row_by_id, ["a", "b"], DecodedRows([_A, wide]))
