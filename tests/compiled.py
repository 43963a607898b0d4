"""Whether these tests run over compiled modules (`make test-compiled`), and what cannot be seen of those."""

from __future__ import annotations

from typing import Final

import pytest

from gateway.execution import run

IS_COMPILED: Final = not run.__file__.endswith(".py")

#: Of tests that count calls, replace functions or import modules again: compiled modules tell, and allow, none of it.
interpreted = pytest.mark.skipif(IS_COMPILED, reason="compiled modules let nobody look into them")
