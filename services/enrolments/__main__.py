"""The same function behind plain HTTP, for a team without Lambda: `python -m services.enrolments --port 8103`."""

from __future__ import annotations

import sys

from services.chassis.http_front import serve

from .app import handler

if __name__ == "__main__":
    sys.exit(serve("enrolments", handler, port=8103))
