"""The service's process: `BILLING_API_KEY=... python -m services.billing --port 8106`."""

from __future__ import annotations

import sys

from services.chassis.http_front import serve
from services.chassis.third_party import Terms, on_terms

from .app import handler

if __name__ == "__main__":
    sys.exit(serve("billing", on_terms(handler, Terms.of("billing")), port=8106))
