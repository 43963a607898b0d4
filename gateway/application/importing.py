"""Importing what a setting names as `module:attribute`."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from ..declare.graph import Graph
from ..vocabulary.errors import SettingsError
from ..vocabulary.nearest import did_you_mean

_PACKAGE: Final = f"{Path(__file__).parents[1]}/"


def import_graph(target: str) -> Graph:
    """The graph that *target* names, such as `schema:graph`; the working directory is looked in first.

    Raises:
        SettingsError: the module or the attribute does not exist, or is no graph. An error inside of the module is
            passed on as it is.
    """
    value = _import_attribute(target)
    if not isinstance(value, Graph):
        raise SettingsError(f"graph: expected {target} to be made by gateway.graph(...), got {type(value).__name__}")
    return value


def print_import_error(raised: BaseException) -> None:
    """Print *raised* to standard error, its traceback from the application's first line on: what led there is ours."""
    place = raised.__traceback__
    while place is not None and _leads_to_import(place.tb_frame.f_code.co_filename):
        place = place.tb_next
    # Of a module that does not compile nothing has run: the error itself says where.
    traceback.print_exception(raised.with_traceback(place))


def _leads_to_import(file: str) -> bool:
    return file.startswith((_PACKAGE, "<frozen importlib")) or file == importlib.__file__


def _import_attribute(target: str) -> Any:
    module_name, colon, attribute = target.partition(":")
    if not (module_name and colon and attribute):
        raise SettingsError(f"graph: expected module:attribute, such as schema:graph, got {target!r}")
    directory = str(Path.cwd())
    if directory not in sys.path:
        sys.path.insert(0, directory)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        # Only the module itself is a wrong setting; one that it imports is the application's own error.
        if missing.name is None or not (module_name + ".").startswith(missing.name + "."):
            raise
        raise SettingsError(
            f"graph: no module named {missing.name!r} (from {target!r}, looked in {directory})"
        ) from None
    if not hasattr(module, attribute):
        raise SettingsError(f"graph: {module_name} has no {attribute!r}{did_you_mean(attribute, vars(module))}")
    return getattr(module, attribute)
