"""The service's process: `SEARCH_API_KEY=... python -m services.search --port 8105`."""

from __future__ import annotations

import sys

from services.chassis.http_front import serve
from services.chassis.third_party import Terms, on_terms

from .app import handler

if __name__ == "__main__":
    sys.exit(serve("search", on_terms(handler, Terms.of("search")), port=8105))
