"""Decoding: what an answer's status and body stand for, and how a wrong row fails alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway import BackendError, BackendThrottled, Call, ClientError, DecodeError, GatewayError, Keys, get
from gateway.loading.alignment import align
from gateway.loading.decoding import decode_answer, decode_rows
from gateway.testing.fake_backend import FakeBackend
from tests.loading.request import Row, answer, outcome, request, row_by_id, rows, rows_by_group, the_row


class Problem(msgspec.Struct, frozen=True):
    message: str


class Renamed(msgspec.Struct, frozen=True, rename="camel"):
    row_id: str
    size: int


class Numbered(msgspec.Struct, frozen=True):
    id: Any


@rows.one(by=Renamed.row_id)
def renamed_by_id(ids: Keys[str]) -> Call[list[Renamed]]:
    return get("/renamed", id=ids, into=list[Renamed])


class Seat(msgspec.Struct, frozen=True):
    row: str
    number: int
    taken: bool = False


@rows.one(by=(Seat.row, Seat.number))
def seat(keys: Keys[tuple[str, int]]) -> Call[list[Seat]]:
    return get("/seats", key=[f"{row}{number}" for row, number in keys], into=list[Seat])


_CALL = get("/rows", into=list[Row])


def aligned(loader: Any, call: Call[Any], keys: list[Any], body: bytes | str) -> dict[Any, Any]:
    """Each key's value, or the detail of the error in its place."""
    values = align(loader, keys, decode_rows(loader, call, answer(body)))
    return {key: value.detail if isinstance(value, GatewayError) else value for key, value in values.items()}


def test_an_answer_that_is_no_list_names_the_call_and_the_loaders_type() -> None:
    """What was expected is said as the loader declares it, and which of a backend's calls was answered so."""
    with pytest.raises(DecodeError) as unusable:
        aligned(row_by_id, _CALL, ["a"], '{"rows": []}')
    with pytest.raises(DecodeError) as wrapped:
        decode_rows(row_by_id, _CALL.then(list), answer("[1]"))

    expected = "GET /rows: expected list[tests.loading.request.Row]: Expected"
    assert f"{expected} `array`, got `object`" == unusable.value.detail
    assert f"{expected} `object`, got `int` - at `$[0]`" == wrapped.value.detail


def test_one_wrong_row_fails_that_row_alone() -> None:
    """The error names the row's key and the place in it; all others are decoded."""
    body = '[{"id": "a", "size": 1}, {"id": "b", "size": "big"}, {"id": "c"}]'

    values = aligned(row_by_id, _CALL, ["a", "b", "c", "d"], body)

    wrong = "row 'b': expected Row: Expected `int`, got `str` - at `$.size`"
    assert {"a": Row("a", size=1), "b": wrong, "c": Row("c"), "d": None} == values


def test_a_row_whose_key_is_unreadable_is_suspected_where_rows_lack() -> None:
    """A row without a usable key fails the keys that found no row, and no other."""
    for stray in ('{"size": 1}', '{"id": 7}', '"text"', "null", "[]"):
        values = aligned(row_by_id, _CALL, ["a", "b"], f'[{{"id": "a"}}, {stray}]')

        assert Row("a") == values["a"]
        assert values["b"].startswith("expected Row: ")


def test_a_wrong_row_is_found_by_its_name_on_the_wire() -> None:
    """A record's renamed key field is read under the name that it has in JSON."""
    body = '[{"rowId": "a", "size": 1}, {"rowId": "b", "size": null}]'

    values = aligned(renamed_by_id, get("/", into=list[Renamed]), ["a", "b"], body)

    assert Renamed("a", 1) == values["a"]
    assert values["b"].startswith("row 'b': expected Renamed: Expected `int`, got `null`")


def test_a_wrong_row_is_found_by_every_part_of_its_key() -> None:
    """A tuple key is read whole; a row with a part missing is suspected where rows lack."""
    call = get("/seats", into=list[Seat])
    body = '[{"row": "a", "number": 1, "taken": "?"}, {"row": "a", "number": 2}, {"row": "b", "taken": 1}]'

    values = aligned(seat, call, [("a", 1), ("a", 2), ("b", 1)], body)

    assert Seat("a", 2) == values["a", 2]
    assert values["a", 1].startswith("row ('a', 1): expected Seat: Expected `bool`, got `str`")
    assert values["b", 1].startswith("expected Seat: ")


def test_a_wrong_row_of_many_fails_its_key() -> None:
    """A key's list with a row missing would be a wrong answer: that key is an error, the others are lists."""
    body = '[{"id": "1", "group": "x"}, {"id": "2", "group": "x", "size": "?"}, {"id": "3", "group": "y"}]'

    values = aligned(rows_by_group, _CALL, ["x", "y", "z"], body)

    assert ([Row("3", "y")], []) == (values["y"], values["z"])
    assert values["x"].startswith("row 'x': expected Row: ")


@pytest.mark.parametrize(
    "body",
    ["", "null", "{}", "[", '{"rows": []}', "<html>", '[{"id": "a"}', "[" * 100_000, b'"\xff"'],
)
def test_an_answer_that_is_no_list_fails_whole(body: bytes | str) -> None:
    """No JSON, another type, broken off or nested without end: one DecodeError."""
    with pytest.raises(DecodeError) as failed:
        decode_rows(row_by_id, _CALL, answer(body))

    assert ("BACKEND_INVALID_RESPONSE", "rows") == (failed.value.code, failed.value.backend)


def test_text_that_is_no_utf8_fails_its_row() -> None:
    """Bytes that no decoder reads are a wrong row like another."""
    values = aligned(row_by_id, _CALL, ["a", "b"], b'[{"id": "a"}, {"id": "b", "group": "\xff"}]')

    assert Row("a") == values["a"]
    assert "utf-8" in values["b"]


def test_a_transformed_answer_is_not_taken_apart() -> None:
    """What `then` was to see whole fails whole."""
    call = _CALL.then(lambda decoded: decoded[::-1])

    assert {"a": Row("a"), "b": Row("b")} == aligned(row_by_id, call, ["a", "b"], '[{"id": "a"}, {"id": "b"}]')
    with pytest.raises(DecodeError):
        decode_rows(row_by_id, call, answer('[{"id": "a"}, {"id": 1}]'))


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, BackendError, "BACKEND_REFUSED"),
        (401, BackendError, "BACKEND_REFUSED"),
        (404, BackendError, "BACKEND_REFUSED"),
        (302, BackendError, "BACKEND_REFUSED"),
        (429, BackendThrottled, "BACKEND_THROTTLED"),
        (500, BackendError, "BACKEND_FAILED"),
        (503, BackendError, "BACKEND_FAILED"),
    ],
)
def test_a_status_stands_for_an_error(status: int, kind: type[GatewayError], code: str) -> None:
    """The text tells the operator the request, the status and the start of the body."""
    with pytest.raises(kind) as failed:
        decode_answer(_CALL, answer("x" * 1000, status), "rows")

    assert (code, "rows") == (failed.value.code, failed.value.backend)
    assert f"GET /rows answered {status}: {'x' * 200}" == failed.value.detail


@pytest.mark.parametrize("status", [200, 201, 206, 299])
def test_every_2xx_is_an_answer(status: int) -> None:
    """Its body is decoded."""
    assert [Row("a")] == decode_answer(_CALL, answer('[{"id": "a"}]', status), "rows")


def test_a_status_may_have_a_body_of_its_own() -> None:
    """`on_status` makes it an answer of its type, which no `then` before it sees; a wrong body is a DecodeError."""
    call = get("/row", into=Row).then(lambda row: row.id).on_status(422, into=Problem)

    assert "a" == decode_answer(call, answer('{"id": "a"}'), "rows")
    assert Problem("no") == decode_answer(call, answer('{"message": "no"}', 422), "rows")
    with pytest.raises(DecodeError, match="expected Problem"):
        decode_answer(call, answer("{}", 422), "rows")


def test_then_sees_every_answer_that_the_call_had() -> None:
    """As its type says: an answer of another status is passed through what comes after `on_status`, too."""
    call = get("/row", into=Row).on_status(422, into=Problem).then(lambda known: type(known).__name__)
    longer = call.then(str.upper).on_status(409, into=Problem)

    assert ("Row", "Problem") == tuple(
        decode_answer(call, answer(body, status), "rows")
        for body, status in (('{"id": "a"}', 200), ('{"message": "no"}', 422))
    )
    assert "PROBLEM" == decode_answer(longer, answer('{"message": "no"}', 422), "rows")
    assert Problem("no") == decode_answer(longer, answer('{"message": "no"}', 409), "rows")


def test_a_status_may_be_an_error_of_its_own() -> None:
    """`raises` makes it of the body; a body of another type, such as a proxy's page, is what it would else be."""
    call = get("/row", into=Row).on_status(400, into=Problem, raises=lambda problem: ClientError(problem.message))

    with pytest.raises(ClientError, match="BAD_USER_INPUT: size: expected a number"):
        decode_answer(call, answer('{"message": "size: expected a number"}', 400), "rows")
    with pytest.raises(BackendError, match="BACKEND_REFUSED: GET /row answered 400: <html>"):
        decode_answer(call, answer("<html>", 400), "rows")


async def test_404_that_is_an_error_is_no_absent_row() -> None:
    """Where a call says what a status means, it means nothing else."""
    missing = ClientError("no such row")

    @rows.one(by=Row.id, max_batch=1)
    def row_or_error(ids: Keys[str]) -> Call[list[Row]]:
        return get("/rows", id=ids, into=list[Row]).on_status(404, into=dict, raises=lambda _: missing)

    async with request(FakeBackend({"GET /rows": lambda _: answer("{}", 404)})) as loads:
        assert missing is await outcome(loads.load(row_or_error, "a", {}))


def test_an_answer_without_a_body() -> None:
    """Nothing is null: it fits a type that takes None, and no other."""
    assert None is decode_answer(get("/", into=Row | None), answer("", 204), "rows")  # type: ignore[arg-type]
    with pytest.raises(DecodeError):
        decode_answer(get("/", into=Row), answer("", 204), "rows")


async def test_404_of_a_batch_is_an_error() -> None:
    """A batch that asks by its query is refused as a whole: the path is wrong, however many keys the page has."""
    async with request(FakeBackend({"GET /rows": lambda _: answer("{}", 404)})) as loads:
        alone = await outcome(loads.load(row_by_id, "a", {}))
        together = await loads.load_many(row_by_id, ["b", "c"], {})

    assert ["BACKEND_REFUSED"] * 3 == [value.code for value in (alone, *together)]


async def test_404_is_an_absent_row_where_each_call_asks_for_one() -> None:
    """A backend that is asked for one row at a time says by 404 that there is none."""

    @rows.one(by=Row.id, max_batch=1)
    def row_at_a_time(ids: Keys[str]) -> Call[list[Row]]:
        return get("/rows", id=ids, into=list[Row])

    async with request(FakeBackend({"GET /rows": lambda _: answer("{}", 404)})) as loads:
        assert [None, None] == await loads.load_many(row_at_a_time, ["a", "b"], {})


@pytest.mark.parametrize("key", [7, "7"])
async def test_404_is_an_absent_row_where_the_path_names_it(key: object) -> None:
    """So it does where the key stands in the path, and not where something else does."""

    @rows.one(by=Numbered.id)
    def named_by_path(ids: Keys[Any]) -> Call[list[Numbered]]:
        return get("/rows/{id}", id=ids[0], into=list[Numbered])

    @rows.one(by=Numbered.id)
    def of_a_shop(ids: Keys[Any], *, shop: str) -> Call[list[Numbered]]:
        return get("/shops/{shop}/rows", shop=shop, id=ids, into=list[Numbered])

    missing = FakeBackend(dict.fromkeys(("GET /rows/7", "GET /shops/s1/rows"), lambda _: answer("{}", 404)))
    async with request(missing) as loads:
        assert None is await outcome(loads.load(named_by_path, key, {}))
        assert "BACKEND_REFUSED" == (await outcome(loads.load(of_a_shop, key, {"shop": "s1"}))).code


async def test_404_without_a_key_is_an_absent_row() -> None:
    """So it does for a loader without keys."""
    async with request(FakeBackend({"GET /row": lambda _: answer("{}", 404)})) as loads:
        assert None is await outcome(loads.load(the_row, None, {}))


async def test_404_of_a_list_is_an_error() -> None:
    """A list that is absent would be empty: 404 means something else."""
    async with request(FakeBackend({"GET /rows": lambda _: answer("{}", 404)})) as loads:
        assert "BACKEND_REFUSED" == (await outcome(loads.load(rows_by_group, "a", {}))).code
