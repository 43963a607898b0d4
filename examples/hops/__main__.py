"""`python -m examples.hops`: measure the tiers, print them, write their picture. `--scale 0.1` is ten times as fast."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from gateway.observe.logs import configure_logs

from .delays import Delays
from .picture import drawn
from .platform import running
from .table import printed
from .tiers import measure

_PICTURE = Path("build/hops-tiers.svg")


async def main() -> None:
    """Measure and print."""
    options = _options()
    configure_logs(readable=True, level=logging.ERROR)
    delays = Delays(options.warm_ms / 1000, options.cold_ms / 1000, options.third_party_ms / 1000)
    scaled = delays.scaled(options.scale)
    print("Starting the services ...", file=sys.stderr)
    async with running(scaled) as platform:
        tiers = await measure(platform, scaled)
    print(printed(tiers, scaled))
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    options.picture.write_text(drawn(tiers, scaled))
    print(f"\nAll answers hold the same data. Picture: {options.picture}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m examples.hops", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="multiply all delays")
    parser.add_argument("--warm-ms", type=float, default=Delays().warm_s * 1000, help="a call to a warm function")
    parser.add_argument("--cold-ms", type=float, default=Delays().cold_s * 1000, help="a call to a cold function")
    parser.add_argument("--third-party-ms", type=float, default=Delays().third_party_s * 1000, help="a direct call")
    parser.add_argument("--picture", type=Path, default=_PICTURE, help="where to write the SVG")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
