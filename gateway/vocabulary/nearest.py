"""The nearest of the known names, for errors about an unknown one."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A closing clause for an error about *name*: its nearest known name, or all known ones when few, or nothing.

    `did_you_mean("user", ["users", "courses"])` is `"; did you mean users?"`.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes only, which a start has none of

    names = sorted(set(known))
    nearest = get_close_matches(name, names, n=1, cutoff=0.6)
    if nearest:
        return f"; did you mean {nearest[0]}?"
    few_enough_to_list = 0 < len(names) <= 12  # noqa: PLR2004 - what fits a line
    return f"; known: {', '.join(names)}" if few_enough_to_list else ""
