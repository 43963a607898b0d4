"""`python -m benchmarks.asgi_server MODULE:APP PORT`: the server of `gateway serve`, with its options, for a peer.

The policy of its threads and the collector's are the gateway's, too.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from gateway.application.garbage import spare_what_lives
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
    ).serve(target_loader=partial(_load, target), wrap_loader=False)


def _load(target: str) -> Any:
    """The application that *target* names, in the worker."""
    module, _, name = target.partition(":")
    app = getattr(import_module(module), name)
    spare_what_lives()
    return app


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
