"""Which cells are measured beside each other over HTTP."""

from __future__ import annotations

from .data import MANY_POSTS
from .samples import Cell, Session

_OURS = ("gateway", "floor")
_GATEWAYS = ("mercurius", "tailcall", "tuned", "vanilla")
_FLOORS = ("floor-aiohttp", "floor-lean")

#: A session and its cells. The growth session compares within a contestant, too, hence has both sizes.
PLANS: tuple[tuple[Session, list[Cell]], ...] = (
    (
        Session("q1", "q1: 100 posts with 10 users, no sharing between requests"),
        [Cell(name, "q1") for name in (*_OURS, *_FLOORS, *_GATEWAYS)],
    ),
    (Session("q2", "q2: titles of 100 posts"), [Cell(name, "q2") for name in (*_OURS, *_GATEWAYS)]),
    (Session("q3", "q3: one field, no upstream"), [Cell(name, "q3") for name in (*_OURS, "bare", *_GATEWAYS)]),
    (Session("deep", "5 levels deep, 100 posts"), [Cell(name, "deep") for name in (*_OURS, *_GATEWAYS)]),
    (Session("wide", "200 fields wide, 20 rows"), [Cell(name, "wide") for name in (*_OURS, *_GATEWAYS)]),
    (
        Session("growth", f"q1 from 100 to {MANY_POSTS:,} posts"),
        [
            *(Cell(name, work) for name in _OURS for work in ("q1", "5000")),
            *(Cell(name, "5000") for name in ("mercurius", "tailcall")),
        ],
    ),
    (
        Session("error", "q1 with a post that can be null: none is, or one of 100 is, for its user is missing"),
        [Cell(name, work) for name in ("gateway", "mercurius", "tuned") for work in ("clean", "error")],
    ),
    (
        Session("shared", "q1, identical operations in flight"),
        [Cell(name, "q1", shares=True) for name in ("gateway", "floor", "mercurius", "tailcall-dedupe", "tuned")],
    ),
)

#: Over an upstream that takes 50 ms, one request at a time.
SLOW_UPSTREAM_MS = 50.0
SLOW_PLAN = (
    Session("slow", "q1 over an upstream that takes 50 ms, one request at a time"),
    [Cell(name, "q1") for name in (*_OURS, "mercurius", "tailcall")],
)

QUICK_PLANS: tuple[tuple[Session, list[Cell]], ...] = tuple(
    (session, [cell for cell in cells if cell.contestant in _OURS])
    for session, cells in PLANS
    if session.name in {"q1", "q3", "error", "shared"}
)
