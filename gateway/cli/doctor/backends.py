"""Looks at backends: an address that fits, and behind it a host that answers or a function that may be invoked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...application.clients import open_backend
from ...backends.address import HttpAddress, parse_address
from ...backends.aws_lambda import LambdaWire
from ...backends.wire import Wire
from ...declare.graph import Graph
from ...vocabulary.errors import GatewayError, SettingsError
from ...vocabulary.nearest import did_you_mean
from ...vocabulary.settings import BackendSettings, Settings
from .finding import Finding, fail, ok, warn
from .reachability import UnreachableError, reach

#: What AWS calls a refusal, and what to do about it.
_REFUSALS: Final = {
    "ExpiredToken": "renew the credentials: they have expired",
    "UnrecognizedClient": "use other credentials: AWS does not know these",
    "InvalidSignature": "see whether the secret key belongs to the key id, and whether this machine's clock is right",
    "SignatureDoesNotMatch": "see whether the secret key belongs to the key id",
    "AccessDenied": "allow `lambda:InvokeFunction` on it to these credentials",
    "no function named": "correct the function's name, the region or the account",
    "no AWS credentials": "see `AWS credentials`",
}


@dataclass(frozen=True, slots=True)
class BackendChecks:
    """Looks at the backends that *graph* and *settings* name; `sources` says where each setting comes from."""

    graph: Graph
    settings: Settings
    sources: Mapping[str, str]
    timeout_s: float

    async def findings(self) -> list[Finding]:
        """A finding for each backend of the graph, in its order, all looked at together; then one for each too many."""
        looks = [self._look_at(name) for name in self.graph.backends]
        return [*await asyncio.gather(*looks), *self._unknown()]

    def _unknown(self) -> list[Finding]:
        return [
            fail(
                f"backend {name}",
                f"the graph has no such backend{did_you_mean(name, self.graph.backends)}",
                f"correct the name in {self._source(name)}, or remove it",
            )
            for name in self.settings.backends
            if name not in self.graph.backends
        ]

    async def _look_at(self, name: str) -> Finding:
        check, configured = f"backend {name}", self.settings.backends.get(name) or BackendSettings()
        if not configured.address:
            return self._without_address(name)
        try:
            wire = open_backend(name, configured, self.settings)
        except SettingsError as wrong:
            found, _, advice = str(wrong).removeprefix(f"backends.{name}: ").partition("; ")
            is_hint = advice.startswith(("did you mean", "known"))
            correct = f"correct it in {self._source(name)}"
            return fail(check, found, f"{correct}; {advice}" if is_hint else advice or correct)
        except Exception as raised:  # noqa: BLE001 - a handler in this process, whose module raises
            return fail(check, f"{type(raised).__name__}: {raised}", "correct the handler's module")
        try:
            return await self._look_behind(name, configured, wire)
        finally:
            await wire.close()

    def _without_address(self, name: str) -> Finding:
        check, to_do = f"backend {name}", f"set GATEWAY_BACKENDS__{name.upper()}=https://... or lambda:function"
        if name in self.settings.dev.services:
            return warn(check, "no address; `gateway dev` gives it its service's", f"before `gateway serve`: {to_do}")
        return fail(check, "no address", to_do)

    async def _look_behind(self, name: str, configured: BackendSettings, wire: Wire) -> Finding:
        address = parse_address(configured.address or "")
        check, host = f"backend {name}", wire.endpoint if isinstance(wire, LambdaWire) else address
        if not isinstance(host, HttpAddress):
            return ok(check, f"{address}: found")
        try:
            reached = await reach(host, timeout_s=min(self.timeout_s, configured.connect_timeout_s))
            if isinstance(wire, LambdaWire):
                await wire.rehearse(timeout_s=self.timeout_s)
        except UnreachableError as unreachable:
            # A function is behind the Invoke API, whose address is none of the backend's settings.
            where, source = (address, f" ({self._source(name)})") if host is address else (f"{address} by {host}", "")
            return fail(check, f"{where}: {unreachable.found}", unreachable.advice + source)
        except GatewayError as refused:
            return fail(check, refused.detail, _advice_on(refused.detail))
        if reached.problem:
            return warn(check, f"{address}: {reached.tells}", f"renew it: {reached.problem}")
        may = f"may be invoked in {wire.region}" if isinstance(wire, LambdaWire) else reached.tells
        return ok(check, f"{address}: {may}")

    def _source(self, name: str) -> str:
        """Where the backend's address comes from, or whatever else is set of it."""
        below = (source for known, source in self.sources.items() if known.startswith(f"backends.{name}."))
        return self.sources.get(f"backends.{name}.address") or next(below, "the settings")


def _advice_on(detail: str) -> str:
    return next((advice for sign, advice in _REFUSALS.items() if sign in detail), "see what AWS says of it")
