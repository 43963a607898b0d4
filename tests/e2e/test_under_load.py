"""The pages under load, while a service dies and comes back."""

from __future__ import annotations

from tests.e2e.test_pages import PAGES
from tests.e2e.under_load import run


async def test_no_answer_is_wrong_while_a_service_dies_and_comes_back() -> None:
    """Whole, or with nulls that an error explains; and whole again once the service is back."""
    tally = await run(6, clients=4)

    assert [] == tally.wrong
    assert tally.partial > 0
    assert set(PAGES) == set(tally.whole_after_revival)
