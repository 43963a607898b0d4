"""The tiers as text: a table, and a bar for each as long as it took."""

from __future__ import annotations

from collections.abc import Sequence

from .delays import Delays
from .tiers import Tier

_BAR_CHARACTERS = 44


def printed(tiers: Sequence[Tier], delays: Delays) -> str:
    """The table under a line that says what the delays were."""
    longest_ms = max(tier.ms for tier in tiers)
    heading = f"{'home page':<26}{'hops':>5}{'calls':>6}{'invokes':>8}{'measured ms':>12}"
    return "\n".join([described(delays), "", heading, *(_line(tier, longest_ms) for tier in tiers)])


def described(delays: Delays) -> str:
    """The delays in one line."""
    warm, cold, third_party = (
        f"{seconds * 1000:g}" for seconds in (delays.warm_s, delays.cold_s, delays.third_party_s)
    )
    return f"Delay of a call: warm {warm} ms, cold {cold} ms, third party asked directly {third_party} ms."


def _line(tier: Tier, longest_ms: float) -> str:
    bar = "█" * max(1, round(_BAR_CHARACTERS * tier.ms / longest_ms))
    return f"{tier.name:<26}{tier.hops:>5}{tier.calls:>6}{tier.invokes:>8}{tier.ms:>12,.0f}  {bar}"
