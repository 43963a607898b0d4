"""All that an operation may cost: a plan for each combination of its conditions, the dearest, the highest figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from .conditions import Conditions
from .explain import explain
from .explained import Explanation, Figure, Totals
from .fallback import Fallback
from .store import PreparedOperation


class Explanations(msgspec.Struct, frozen=True, dict=True):
    """An operation, told: its plan under each combination of conditions, the likeliest first.

    `untried` are the conditions of which one value alone was looked at.
    """

    each: tuple[Explanation, ...]
    untried: tuple[str, ...] = ()

    @cached_property
    def dearest(self) -> Explanation:
        """The plan with most hops, of these with most calls, then invokes; its totals are those of all together."""
        return msgspec.structs.replace(self._dearest, totals=self.totals)

    @cached_property
    def totals(self) -> Totals:
        """Figure by figure the highest, which may come from different combinations."""
        all_totals = [told.totals for told in self.each]
        invokes = [totals.invokes for totals in all_totals if totals.invokes is not None]
        is_least = bool(self.untried)
        return Totals(
            hops=_highest((totals.hops for totals in all_totals), is_least=is_least),
            calls=_highest((totals.calls for totals in all_totals), is_least=is_least),
            invokes=_highest(invokes, is_least=is_least) if invokes else None,
            per_keys={label: limit for totals in all_totals for label, limit in totals.per_keys.items()},
            without_address=tuple(sorted({name for totals in all_totals for name in totals.without_address})),
            untried=self.untried,
        )

    def with_most(self, figure: str) -> Explanation:
        """The plan that the highest figure of that name is of: the dearest, unless another one has more."""
        return max((self._dearest, *self.each), key=lambda told: _value(told, figure))

    @cached_property
    def _dearest(self) -> Explanation:
        return max(self.each, key=lambda told: tuple(_value(told, name) for name in ("hops", "calls", "invokes")))


def explain_all(
    prepared: PreparedOperation, conditions: Conditions, *, invoked: Mapping[str, bool] | None = None
) -> Explanations | Fallback:
    """What *prepared* costs under each of *conditions*, or why it has no plan; *invoked* is that of `explain`.

    Raises:
        RuleError: LIMIT_EXCEEDED, a plan would have too many fields.
    """
    each = []
    for values in conditions.combinations:
        found = prepared.plan_for(values)
        if isinstance(found, Fallback):
            return found
        each.append(explain(found.plan, invoked=invoked))
    return Explanations(tuple(each), conditions.untried)


def _value(told: Explanation, name: str) -> int:
    figure: Figure | None = getattr(told.totals, name)
    return figure.value if figure else 0


def _highest(figures: Iterable[Figure], *, is_least: bool) -> Figure:
    known = list(figures)
    return Figure(max(figure.value for figure in known), is_least or any(figure.at_least for figure in known))
