"""The same function behind plain HTTP, for a team without Lambda: `python -m services.discussions --port 8104`."""

from __future__ import annotations

import sys

from services.chassis.http_front import serve

from .app import handler

if __name__ == "__main__":
    sys.exit(serve("discussions", handler, port=8104))
