"""`python -m gateway.cli`, where the `gateway` script is not on the path."""

from __future__ import annotations

from .commands import main

main()
