"""`python -m tests.e2e.under_load`: the five pages under load, a service killed and revived; no answer may be wrong.

The gateway is a process of its own, as are the six services. An answer is right when it is the whole page, or the page
with nulls where an error says that a service was not there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from gateway.backends.address import parse_address
from gateway.backends.options import WireOptions
from gateway.backends.transport import open_wire
from gateway.backends.wire import Wire, WireRequest
from gateway.cli.ports import free_port
from gateway.testing.processes import ServiceProcess, start_service
from tests.e2e.reference import HANDLERS, NO_TERMS, OPERATIONS, THIRD_PARTIES
from tests.e2e.test_pages import PAGES, VIEWER

SERVICES = (*HANDLERS, *THIRD_PARTIES)
#: What an error may say while a service is gone.
_EXCUSES = {"BACKEND_UNREACHABLE", "BACKEND_TIMEOUT", "BACKEND_FAILED", "DEADLINE_EXCEEDED"}


@dataclass(slots=True)
class Tally:
    """What came of a run."""

    whole: int = 0
    partial: int = 0
    wrong: list[str] = field(default_factory=list)
    whole_after_revival: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.whole + self.partial} answers: {self.whole} whole, {self.partial} partial, {len(self.wrong)} wrong"
        )


async def run(seconds: float, *, clients: int = 8, victim: str = "users") -> Tally:
    """Load the pages for *seconds*; *victim* is killed after a third of it and revived after a half."""
    with tempfile.TemporaryDirectory() as directory:
        async with _services(Path(directory)) as services, _gateway(services) as wire:
            expected = {name: (await _ask(wire, name))["data"] for name in PAGES}
            tally = Tally()
            began_s = time.monotonic()
            revived = asyncio.Event()
            asking = [
                asyncio.create_task(_client(wire, number, expected, tally, revived, until_s=began_s + seconds))
                for number in range(clients)
            ]
            await asyncio.sleep(seconds / 3)
            await services[victim].kill()
            await asyncio.sleep(seconds / 6)
            services[victim] = await _start(victim, services[victim].port, Path(directory))
            revived.set()
            await asyncio.gather(*asking)
            return tally


async def _client(
    wire: Wire, number: int, expected: Mapping[str, Any], tally: Tally, revived: asyncio.Event, *, until_s: float
) -> None:
    names = list(PAGES)
    while time.monotonic() < until_s:
        number += 1
        name = names[number % len(names)]
        is_after = revived.is_set()
        answer = await _ask(wire, name)
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        if not codes and answer["data"] == expected[name]:
            tally.whole += 1
            tally.whole_after_revival[name] += is_after
        elif codes and codes <= _EXCUSES and _is_part_of(answer["data"], expected[name]):
            tally.partial += 1
        else:
            tally.wrong.append(f"{name}: {sorted(codes)} {json.dumps(answer)[:500]}")


def _is_part_of(data: Any, whole: Any) -> bool:
    """Whether *data* is *whole* but for nulls."""
    if data is None or data == whole:
        return True
    if isinstance(data, dict) and isinstance(whole, dict):
        return data.keys() == whole.keys() and all(_is_part_of(data[key], whole[key]) for key in data)
    if isinstance(data, list) and isinstance(whole, list):
        return len(data) == len(whole) and all(map(_is_part_of, data, whole))
    return False


async def _ask(wire: Wire, name: str) -> dict[str, Any]:
    variables, _ = PAGES[name]
    query = (OPERATIONS / f"{name}.graphql").read_text()
    body = msgspec.json.encode({"query": query, "variables": variables})
    headers = (("content-type", "application/json"), ("gateway-development-identity", VIEWER))
    response = await wire.send(WireRequest("POST", "/graphql", headers=headers, body=body), timeout_s=30)
    answer: dict[str, Any] = msgspec.json.decode(response.body)
    if response.status != 200:
        return {"data": None, "errors": [{"extensions": {"code": f"HTTP {response.status}"}}]}
    return answer


@asynccontextmanager
async def _services(directory: Path) -> AsyncIterator[dict[str, ServiceProcess]]:
    running = {name: await _start(name, free_port(), directory) for name in SERVICES}
    try:
        yield running
    finally:
        for process in running.values():
            await process.stop()


async def _start(name: str, port: int, directory: Path) -> ServiceProcess:
    environment = {**NO_TERMS, f"{name.upper()}_DATABASE": str(directory / f"{name}.db")}
    return await start_service(["-m", f"services.{name}", "--port", str(port)], environment=environment)


@asynccontextmanager
async def _gateway(services: Mapping[str, ServiceProcess]) -> AsyncIterator[Wire]:
    """A wire to a gateway process over *services*."""
    port = free_port()
    addresses = {f"GATEWAY_BACKENDS__{name.upper()}__ADDRESS": process.address for name, process in services.items()}
    environment = {
        **os.environ,
        **addresses,
        "GATEWAY_MODE": "development",
        "GATEWAY_IDENTITY__DEVELOPMENT_HEADER": "true",
        "GATEWAY_LOG_CALLS": "false",
    }
    command = [sys.executable, "-m", "gateway.cli", "serve", "schema:graph", "--port", str(port)]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=quiet, stderr=quiet)
    wire = open_wire("gateway", parse_address(f"http://127.0.0.1:{port}"), WireOptions())
    try:
        await _until_ready(wire)
        yield wire
    finally:
        await wire.close()
        process.terminate()
        await process.wait()


async def _until_ready(wire: Wire) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if (await wire.send(WireRequest("GET", "/readyz"), timeout_s=1)).status == 200:
                    return
            except Exception:  # noqa: BLE001 - a server that starts tells nobody: it is asked until it answers
                await asyncio.sleep(0.05)


def main() -> None:
    """Run, print the tally and fail when an answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.under_load")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--victim", choices=SERVICES, default="users")
    options = parser.parse_args()
    tally = asyncio.run(run(options.seconds, victim=options.victim))
    sys.stdout.write("\n".join([str(tally), *tally.wrong[:10]]) + "\n")
    sys.exit(bool(tally.wrong) or len(tally.whole_after_revival) < len(PAGES))


if __name__ == "__main__":
    main()
