"""Which loads' values a run lets go of as soon as they stand in the answer, instead of at its end.

A request waits for most of its time. What it holds meanwhile keeps other requests' data out of the processor's caches.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .load_step import LoadStep

if TYPE_CHECKING:
    from .linked import LinkedSelection


def let_go_of_values(root: LinkedSelection) -> None:
    """Tell those load steps whose values nobody asks for again, of a plan for which no code of the application runs.

    That is so where no other step has the same loader, and each step is started once: below a load that chooses among
    loaders there is a column for each. Should a value be asked for again all the same, it is loaded again.
    """
    steps = [field.step for field in root.all_fields() if isinstance(field.step, LoadStep)]
    if any(len(step.loaders) > 1 for step in steps):
        return
    asking = Counter(step.loaders for step in steps)
    for step in steps:
        step.lets_go = asking[step.loaders] == 1
