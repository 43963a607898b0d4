"""What the application's code raised, as an error that one field can have."""

from __future__ import annotations

from .errors import EngineError


def as_failure(raised: BaseException) -> Exception:
    """What the application raised, as its field's error; what is no Exception would end what it knows nothing of.

    Raises:
        KeyboardInterrupt: somebody pressed Ctrl-C meanwhile.
    """
    if isinstance(raised, Exception):
        return raised
    if isinstance(raised, KeyboardInterrupt):
        raise raised
    refused = EngineError(f"the application raised {type(raised).__name__}, which is no Exception")
    refused.__cause__ = raised
    return refused
