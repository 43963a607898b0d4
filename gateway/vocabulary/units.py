"""Units and bounds that several settings share."""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

#: Lambda's longest run, in seconds: nothing in here waits longer.
LONGEST_S: Final = 900
