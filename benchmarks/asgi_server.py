"""`python -m benchmarks.asgi_server MODULE:APP PORT`: the server of `gateway serve`, with its options, for a peer."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from gateway.cli.scheduling import finish_before_switching


def serve(target: str, port: int) -> None:
    """Serve *target* with one worker until SIGTERM."""
    finish_before_switching()
    Granian(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=65_000),
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
