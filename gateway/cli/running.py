"""What `gateway dev` has started so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..vocabulary.masking import mask_credentials
from .renewal import Renewal


@dataclass(slots=True)
class Running:
    """What has been started so far, for the backends that want an address."""

    wanting: set[str]
    #: Backends whose settings say where they are: their address, and which source says so.
    placed: Mapping[str, tuple[str, str]]
    #: Where the code of each service is.
    code: Mapping[str, list[Path]]
    #: What runs: name, kind, address and process id, where it has a process of its own that lasts.
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    #: What one would not expect of what runs, a sentence each.
    notes: list[str] = field(default_factory=list)
    #: What the gateway's own settings become: addresses of what runs here.
    environment: dict[str, str] = field(default_factory=dict)
    #: Ends all processes at once, for the impatient.
    killers: list[Callable[[], None]] = field(default_factory=list)
    #: Starts services again whose code changes.
    renewal: Renewal = field(default_factory=Renewal)

    def give_address(self, service: str, address: str) -> None:
        """Send the backend of that name to *address*, unless its own settings say where it is."""
        if service in self.wanting:
            self.environment[f"GATEWAY_BACKENDS__{service.upper()}"] = address
        elsewhere, source = self.placed.get(service, (address, ""))
        if elsewhere != address:
            where = mask_credentials(elsewhere)
            self.notes.append(f"{service}: calls go to {where}, as {source} says, not to the service that runs here")
