"""The tiers as an SVG: a bar for each, as long as it took."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .delays import Delays
from .table import described
from .tiers import Tier

_WIDTH, _LEFT, _RIGHT = 920, 220, 90
_TOP, _ROW, _BAR = 84, 62, 26
_COLOURS = {"service": "#b4552d", "gateway": "#2f6fab", "data": "#3c8a5a"}


def drawn(tiers: Sequence[Tier], delays: Delays) -> str:
    """The picture, readable on light and dark pages."""
    height = _TOP + _ROW * len(tiers) + 8
    longest_ms = max(tier.ms for tier in tiers)
    rows = [_row(tier, _TOP + _ROW * place, longest_ms) for place, tier in enumerate(tiers)]
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" role="img"'
        f' aria-label="{escape(_told(tiers))}" font-family="system-ui, sans-serif" fill="#222">'
    )
    paper = f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="#fff"/>'
    title = _text(24, 36, "The same home page, answered in three ways", 'font-size="19" font-weight="600"')
    delays_told = _text(24, 60, described(delays), 'font-size="13" fill="#555"')
    return "\n".join([root, paper, title, delays_told, *rows, "</svg>\n"])


def _told(tiers: Sequence[Tier]) -> str:
    return "; ".join(f"{tier.name}: {tier.hops} hops, {tier.ms:.0f} ms" for tier in tiers)


def _row(tier: Tier, top: float, longest_ms: float) -> str:
    length = max(2.0, (_WIDTH - _LEFT - _RIGHT) * tier.ms / longest_ms)
    colour = _COLOURS[tier.name.split()[0].rstrip(",")]
    middle = top + 18
    took = f"{_counted(tier.hops, 'hop')}, {_counted(tier.calls, 'call')}, {_counted(tier.invokes, 'invoke')}"
    return "\n".join(
        [
            _text(24, middle, tier.name, 'font-size="14"'),
            f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="3" fill="{colour}"/>',
            _text(_LEFT + length + 8, middle, f"{tier.ms:,.0f} ms", 'font-size="14" font-weight="600"'),
            _text(_LEFT, top + _BAR + 17, took, 'font-size="12.5" fill="#555"'),
        ]
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _text(x: float, y: float, content: str, attributes: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(content)}</text>'
