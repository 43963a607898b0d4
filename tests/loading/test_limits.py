"""Limits of one operation: what is past them is an error, and is not sent."""

from __future__ import annotations

from gateway import GatewayError, RuleError
from gateway.loading.limits import Usage
from gateway.testing.fake_backend import FakeBackend
from gateway.vocabulary.settings_limits import LimitSettings
from tests.loading.request import Row, answer, outcome, outcomes, request, resize, row_by_id, settled

_ROWS = [Row(letter) for letter in "abcdefg"]


def backend() -> FakeBackend:
    return FakeBackend({"GET /rows": _ROWS, "PATCH /rows/{id}": Row("a")})


def shown(values: dict[str, object]) -> dict[str, object]:
    """Each error as its code and detail."""
    return {
        key: (value.code, value.detail) if isinstance(value, GatewayError) else value for key, value in values.items()
    }


async def test_keys_past_the_limit_of_a_step_are_refused() -> None:
    """Those within it are loaded; the error says limit, actual and loader."""
    wire = backend()
    refusal = ("LIMIT_EXCEEDED", "rows.row_by_id: expected at most 2 keys in one step, got 4")

    async with request(wire, limits=LimitSettings(max_keys_per_step=2)) as loads:
        values = await outcomes(loads, row_by_id, list("abcd"))

    assert {"a": Row("a"), "b": Row("b"), "c": refusal, "d": refusal} == shown(values)
    assert [["a", "b"]] == wire.keys("id")


async def test_steps_that_leave_together_share_the_limit() -> None:
    """It bounds a departure's keys of one loader; a refused key is known as such, a later departure begins anew."""
    wire = backend()

    async with request(wire, limits=LimitSettings(max_keys_per_step=2)) as loads:
        first = loads.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1)
        second = loads.want(row_by_id, dict.fromkeys(["b", "c"]), {}, hop=1)
        third = loads.want(row_by_id, dict.fromkeys(["c"]), {}, hop=2)
        await settled(first)
        await settled(second)
        later = await outcomes(loads, row_by_id, ["d"], hop=2)

        assert (True, 1) == (third.is_settled, third.hop)
        assert isinstance(third.outcomes["c"], RuleError)
        assert Row("b") == second.outcomes["b"]
    assert {"d": Row("d")} == later
    assert [["a", "b"], ["d"]] == wire.keys("id")


async def test_keys_that_wait_already_take_no_room() -> None:
    """A step may ask once more for what leaves with it."""
    wire = backend()

    async with request(wire, limits=LimitSettings(max_keys_per_step=2)) as loads:
        loads.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1)
        again = await outcomes(loads, row_by_id, ["b", "a"])

    assert {"a": Row("a"), "b": Row("b")} == again
    assert [["a", "b"]] == wire.keys("id")


async def test_a_step_whose_keys_are_all_refused_waits_for_nothing() -> None:
    """It is settled when `want` returns, and no departure is due."""
    async with request(backend(), limits=LimitSettings(max_keys_per_step=0)) as loads:
        wanted = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=2)

        assert (True, 2, ()) == (wanted.is_settled, wanted.hop, loads.receipt.records)


async def test_calls_past_the_limit_are_refused() -> None:
    """Pieces beyond it settle at once and are not on the receipt; writes count."""
    wire = backend()
    refusal = ("LIMIT_EXCEEDED", "rows.row_by_id: expected at most 2 calls in one operation, got 3")

    async with request(wire, limits=LimitSettings(max_calls=2)) as loads:
        values = await outcomes(loads, row_by_id, list("abcdefg"))
        write = await outcome(loads.write(resize, {"row_id": "a", "size": 1}))

        assert {"f": Row("f"), "g": refusal} == {key: shown(values)[key] for key in "fg"}
        assert "rows.resize: expected at most 2 calls in one operation, got 4" == write.detail
        assert (2, 2) == (loads.receipt.calls, len(wire.requests))


async def test_a_refused_call_lets_the_next_step_run() -> None:
    """The keys' outcomes come in a pass, from which the steps below go on and are refused in turn."""
    refused: list[object] = []

    async with request(backend(), limits=LimitSettings(max_calls=0)) as loads:

        def below() -> None:
            wanted = loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=2)
            wanted.when_settled(lambda: refused.append(wanted.outcomes["b"]))

        loads.passes.run(lambda: loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1).when_settled(below))

    assert [RuleError] == [type(value) for value in refused]


async def test_answers_past_the_bytes_are_refused() -> None:
    """The answer that passes the sum is an error, and no call is made after it."""
    body = '[{"id": "a"}, {"id": "b"}]'
    wire = FakeBackend({"GET /rows": lambda _: answer(body)})

    async with request(wire, limits=LimitSettings(max_answer_bytes=len(body) * 2 - 1)) as loads:
        first = await outcomes(loads, row_by_id, ["a"])
        second = await outcomes(loads, row_by_id, ["b"])
        third = await outcomes(loads, row_by_id, ["c"])

        assert Row("a") == first["a"]
        detail = "rows.row_by_id: expected at most 51 bytes of answers in one operation, got 52"
        assert [("LIMIT_EXCEEDED", detail)] * 2 == [shown(second)["b"], shown(third)["c"]]
        assert [None, "LIMIT_EXCEEDED"] == [record.error_code for record in loads.receipt.records]
    assert [["a"], ["b"]] == wire.keys("id")


async def test_a_failure_past_the_bytes_stays_what_it_is() -> None:
    """An answer that is an error by itself keeps its own code."""
    wire = FakeBackend({"GET /rows": lambda _: answer("x" * 10, 500)})

    async with request(wire, limits=LimitSettings(max_answer_bytes=5)) as loads:
        values = await outcomes(loads, row_by_id, ["a"])

    assert "BACKEND_FAILED" == values["a"].code


def test_the_budget_can_be_read() -> None:
    """What an operation has used shows in a debugger."""
    usage = Usage(LimitSettings(max_calls=2, max_answer_bytes=5))
    usage.count_call(row_by_id)
    usage.count_bytes(row_by_id, 3)

    assert "<Usage 1 of 2 calls, 3 of 5 bytes>" == repr(usage)
