"""Onehop: one GraphQL endpoint in front of many microservices, answered in the fewest hops.

Everything an application declares its graph with stands here; `gateway.testing` is the test kit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .vocabulary.late_names import late_names

if TYPE_CHECKING:
    from .declare.backend import Backend
    from .declare.batched import batched
    from .declare.call import Call, Keys, delete, get, patch, post, put
    from .declare.enums import enum_of
    from .declare.graph import Graph, graph
    from .declare.info import Info
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

__version__ = "0.1.0"

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

# Imported when asked for: the ways in have something to say before anything is imported (`application/garbage.py`), and
# most commands need no graph.
if not TYPE_CHECKING:  # which would take every name for one of these
    __getattr__, __dir__ = late_names(
        __name__,
        {
            ".declare.backend": ("Backend",),
            ".declare.batched": ("batched",),
            ".declare.call": ("Call", "Keys", "delete", "get", "patch", "post", "put"),
            ".declare.enums": ("enum_of",),
            ".declare.graph": ("Graph", "graph"),
            ".declare.info": ("Info",),
            ".declare.load": ("load",),
            ".declare.loader": ("Loader", "Write"),
            ".declare.objects": ("extend", "object_of"),
            ".declare.page": ("Edge", "Page", "PageInfo"),
            ".declare.sources": ("arg", "by_kind", "type_of_id", "viewer"),
            ".vocabulary.context": ("Context",),
            ".vocabulary.errors": (
                "BackendError",
                "BackendThrottled",
                "BackendTimeout",
                "ClientError",
                "DeclarationError",
                "DecodeError",
                "EngineError",
                "GatewayError",
                "MissingError",
                "RuleError",
                "SettingsError",
            ),
            ".vocabulary.identity": ("Identity",),
        },
    )
