"""`gateway doctor`: looks at everything that can be wrong before it is, and says what to do about each.

Looks have a module each; `finding` says what comes of one, `examination` in which order they are taken.
"""

from __future__ import annotations

from .examination import run_doctor

__all__ = ["run_doctor"]
