"""One JSON line for each request, appended to the file that CALL_LOG names. Nothing is written without it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence


def record_call(service: str, method: str, path: str, query: Mapping[str, Sequence[str]], keys: Sequence[str]) -> None:
    """Append what was asked. *keys* are the ids in it."""
    log = os.environ.get("CALL_LOG")
    if not log:
        return
    call = {"service": service, "method": method, "path": path, "query": query, "keys": keys, "at": time.time()}
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        # A single write in append mode: the lines of several processes never mix.
        os.write(file, json.dumps(call).encode() + b"\n")
    finally:
        os.close(file)
