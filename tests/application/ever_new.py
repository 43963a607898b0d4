"""`python -m tests.application.ever_new 1000000`: so many requests, a part of them with documents never seen before.

One engine as shipped answers them all, with the garbage collector as shipped; what it remembers is bounded, so its
memory must be flat. Prints the memory as it goes, and ends with 1 when the second half of the requests made it grow by
more than a twentieth.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from pathlib import Path

from gateway.application.engine import Engine, Viewer
from gateway.application.garbage import spare_what_lives
from gateway.http.encoding import encode
from gateway.http.request import GraphQLRequest
from gateway.observe.logs import configure_logs
from gateway.testing import FakeBackend
from gateway.vocabulary.settings import Settings
from tests.application.leaving import GRAPH

#: Of so many requests one has a document of its own, which is parsed, validated and planned.
NEW_OF = 4
AT_ONCE = 32
GROWTH = 1.05
REPORTS = 20


def resident_bytes() -> int:
    """What the process holds of the machine's memory, garbage included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


async def main(count: int) -> int:
    """Run *count* requests; 0 when memory stayed flat and every answer was right."""
    fake = FakeBackend({"GET /rows": [{"id": "r1"}]})
    engine = Engine(GRAPH, Settings(), wires={"rows": fake})
    numbers = iter(range(count))
    wrong = 0
    spare_what_lives()

    async def work(limit: int) -> None:
        nonlocal wrong
        for number in numbers:
            # A document of its own is new in its text, its plan and its key: nothing of it can be known.
            alias = f"new{number}" if number % NEW_OF == 0 else "known"
            request = GraphQLRequest(f"{{{alias}: rows {{id}}}}")
            answer = await engine.execute(request, Viewer("soak", 30), as_json=True)
            wrong += encode(answer.result) != b'{"data":{"%s":[{"id":"r1"}]}}' % alias.encode()
            # It remembers what it was asked, for tests.
            fake.requests.clear()
            if number >= limit:
                return

    began_s, held = time.monotonic(), []
    for report in range(REPORTS):
        limit = count * (report + 1) // REPORTS - AT_ONCE
        await asyncio.gather(*(work(limit) for _ in range(AT_ONCE)))
        held.append(resident_bytes())
        done = count * (report + 1) // REPORTS
        sys.stdout.write(f"{done:>9,} requests, {time.monotonic() - began_s:5.0f} s: {held[-1] / 1e6:.1f} MB\n")
        sys.stdout.flush()
    await engine.close()
    growth = held[-1] / held[REPORTS // 2 - 1]
    sys.stdout.write(f"the second half: {growth:.3f} times the first one's; {wrong} wrong answers\n")
    return 0 if growth <= GROWTH and not wrong else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    configure_logs(readable=True, level=logging.ERROR)
    sys.exit(asyncio.run(main(parser.parse_args().count)))
