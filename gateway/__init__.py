"""Onehop: one GraphQL endpoint in front of many microservices, answered in the fewest hops.

Everything an application declares its graph with stands here; `gateway.testing` is the test kit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING

from strawberry.types import Info as _StrawberryInfo

from .declare.backend import Backend
from .declare.batched import batched
from .declare.call import Call, Keys, delete, get, patch, post, put
from .declare.enums import enum_of
from .declare.graph import Graph, graph
from .declare.load import load
from .declare.loader import Loader, Write
from .declare.objects import extend, object_of
from .declare.page import Edge, Page, PageInfo
from .declare.sources import arg, by_kind, type_of_id, viewer
from .vocabulary.context import Context
from .vocabulary.errors import (
    BackendError,
    BackendThrottled,
    BackendTimeout,
    ClientError,
    DeclarationError,
    DecodeError,
    EngineError,
    GatewayError,
    MissingError,
    RuleError,
    SettingsError,
)
from .vocabulary.identity import Identity

#: The `info` of a resolver, its `context` typed.
Info = _StrawberryInfo[Context[object], object]

if _TYPE_CHECKING:
    __version__: str

__all__ = [
    "Backend",
    "BackendError",
    "BackendThrottled",
    "BackendTimeout",
    "Call",
    "ClientError",
    "Context",
    "DeclarationError",
    "DecodeError",
    "Edge",
    "EngineError",
    "GatewayError",
    "Graph",
    "Identity",
    "Info",
    "Keys",
    "Loader",
    "MissingError",
    "Page",
    "PageInfo",
    "RuleError",
    "SettingsError",
    "Write",
    "__version__",
    "arg",
    "batched",
    "by_kind",
    "delete",
    "enum_of",
    "extend",
    "get",
    "graph",
    "load",
    "object_of",
    "patch",
    "post",
    "put",
    "type_of_id",
    "viewer",
]


def __getattr__(name: str) -> str:
    """Read `__version__` when it is asked for: a server never does, and reading metadata takes time."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - as above

    return version("onehop-gateway")
