"""Who takes part, how each is started, and as what it is known in tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .data import GREETING, WIDE_FIELDS
from .peers.tailcall import configuration

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "benchmarks" / "peers"
SCRATCH = ROOT / "build" / "bench"
_TAILCALL = PEERS / "node_modules" / "@tailcallhq" / "core-linux-x64-gnu" / "bin" / "tailcall"
_MERCURIUS = PEERS / "node_modules" / "mercurius"


@dataclass(frozen=True, slots=True)
class Command:
    """A server to start: arguments, and what is added to its environment."""

    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server under measurement; *needs* is a path without which it is left out.

    *keeps_calls*: whether each request takes exactly the calls that its work says, since nothing is shared between
    requests of different viewers. *indices_as_text*: its errors' paths give a place in a list as text.
    """

    name: str
    title: str
    command: Callable[[int, str], Command]
    needs: Path | None = None
    keeps_calls: bool = True
    indices_as_text: bool = False

    @property
    def is_here(self) -> bool:
        return self.needs is None or self.needs.exists()


def _gateway(port: int, upstream: str) -> Command:
    arguments = [sys.executable, "-m", "gateway.cli", "serve", "benchmarks.graph:graph"]
    environment = {"GATEWAY_BACKENDS__UPSTREAM": upstream, **importable()}
    return Command([*arguments, "--host", "127.0.0.1", "--port", str(port)], environment)


def importable() -> dict[str, str]:
    """The environment in which this package is found from any directory, with byte code as installers write it.

    Else, where the caller's environment forbids to write any, the gateway would be compiled at each start, and of the
    others only their own few lines, since their libraries are installed.
    """
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(SCRATCH / "bytecode"),
    }


def _asgi(target: str, **environment: str) -> Callable[[int, str], Command]:
    def command(port: int, upstream: str) -> Command:
        arguments = [sys.executable, "-m", "benchmarks.asgi_server", target, str(port)]
        return Command(arguments, {"UPSTREAM": upstream, **importable(), **environment})

    return command


def _floor(client: str) -> Callable[[int, str], Command]:
    return _asgi("benchmarks.peers.floor:app", FLOOR_CLIENT=client)


def _mercurius(port: int, upstream: str) -> Command:
    script = str(PEERS / "mercurius.js")
    return Command(["node", script, str(port), upstream, str(WIDE_FIELDS), GREETING], {"NODE_ENV": "production"})


def _tailcall(*, shares: bool) -> Callable[[int, str], Command]:
    def command(port: int, upstream: str) -> Command:
        SCRATCH.mkdir(parents=True, exist_ok=True)
        file = SCRATCH / f"tailcall-{port}.graphql"
        file.write_text(configuration(port, upstream, shares=shares))
        # It would report its use to its makers.
        return Command([str(_TAILCALL), "start", str(file)], {"TAILCALL_TRACKER": "false"})

    return command


_ALL = (
    Contestant("gateway", "Onehop", _gateway),
    Contestant("floor", "floor, the gateway's client", _floor("shipped")),
    Contestant("floor-aiohttp", "floor, aiohttp", _floor("aiohttp")),
    Contestant("floor-lean", "floor, lean client", _floor("lean")),
    Contestant("bare", "bare ASGI", _asgi("benchmarks.peers.bare:app")),
    Contestant("mercurius", "Mercurius, jit, loaders, undici", _mercurius, needs=_MERCURIUS, indices_as_text=True),
    Contestant("tailcall", "Tailcall, batched", _tailcall(shares=False), needs=_TAILCALL, keeps_calls=False),
    Contestant(
        "tailcall-dedupe", "Tailcall, batched, dedupe", _tailcall(shares=True), needs=_TAILCALL, keeps_calls=False
    ),
    Contestant("tuned", "Strawberry tuned", _asgi("benchmarks.peers.strawberry_tuned:app")),
    Contestant("vanilla", "Strawberry as documented", _asgi("benchmarks.peers.strawberry_documented:app")),
)
CONTESTANTS = {contestant.name: contestant for contestant in _ALL}
