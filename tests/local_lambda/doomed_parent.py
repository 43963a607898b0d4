"""A process that runs a local Lambda until it is killed: one worker idle, one in `meet`. Writes the idle one's pid."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp

from gateway.local_lambda import Function, LocalLambda

HERE = Path(__file__).parent


async def main(port: str) -> None:
    functions = [Function(name, f"functions.{name}", directory=HERE) for name in ("who", "meet")]
    async with LocalLambda(functions) as local, aiohttp.ClientSession() as session:
        url = f"{local.endpoint}/2015-03-31/functions/{{}}/invocations"
        async with session.post(url.format("who"), data=b"") as response:
            sys.stdout.write(f"{(await response.json())['pid']}\n")
            sys.stdout.flush()
        async with session.post(url.format("meet"), data=port) as response:
            await response.read()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
