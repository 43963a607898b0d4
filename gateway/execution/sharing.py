"""Whether a plan gives the same to all who may see the same, and by what these are known; decided once a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..declare.binding import binding_of
from ..declare.loader import Service
from ..declare.sources import ViewerClaim
from ..declare.strawberry_types import strawberry_field_of
from ..operations.plan import GlobalId, Load, Projection, TypeName

if TYPE_CHECKING:
    from .linked import LinkedSelection


class Sharing(msgspec.Struct, frozen=True):
    """What an answer hangs on besides plan and variables: what *backends* are told, and claims of the viewer."""

    backends: tuple[Service, ...]
    claims: tuple[str, ...]


def sharing_of(root: LinkedSelection) -> Sharing | None:
    """What the answer to a query hangs on; None where it may be another for each request.

    It may as soon as code of the application runs for it: a resolver, a permission, an opaque loader, or a type's own
    function that says which values are its.
    """
    backends: dict[int, Service] = {}
    claims: dict[str, None] = {}
    for field in root.all_fields():
        if field.shape.asks_the_application:
            return None
        step = field.plan.step
        if isinstance(step, Projection | GlobalId | TypeName):
            continue
        declared = strawberry_field_of(field.definition)
        binding = binding_of(declared) if declared is not None else None
        if not isinstance(step, Load) or binding is None or step.guards:
            return None
        if any(loader.opaque for loader in binding.loaders):
            return None
        backends |= {id(loader.backend): loader.backend for loader in binding.loaders}
        claims |= {source.claim: None for source in binding.sources if isinstance(source, ViewerClaim)}
    return Sharing(tuple(backends.values()), tuple(claims)) if backends else None
