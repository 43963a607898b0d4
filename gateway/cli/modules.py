"""Whether a module that a setting names is there: in the working directory, or installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def module_of(handler: str) -> str:
    """The module of a Lambda handler, `package.module.function` or `package.module:function`."""
    return handler.replace(":", ".").rpartition(".")[0]


def module_exists(name: str) -> bool:
    """Whether *name* can be found; of all code that of the packages around it alone is run."""
    directory = str(Path.cwd())
    if directory not in sys.path:
        sys.path.insert(0, directory)
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError as missing:
        # Missed may be what a package around it imports: that is told when it runs.
        return missing.name is None or not f"{name}.".startswith(f"{missing.name}.")
    except ValueError:
        return False
    except Exception:  # noqa: BLE001 - whatever else a package around it raises: as above
        return True
