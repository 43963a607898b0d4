"""What a request needs once it loads anything, made no sooner: many requests load nothing."""

from __future__ import annotations

from collections.abc import Mapping

from ..backends.client import BackendClient
from ..observe.calls import CallReceipt
from ..vocabulary.settings_limits import LimitSettings
from .calling import Caller
from .departure import Departures
from .flights import Flights
from .limits import Usage
from .memo import Memo
from .passes import Passes
from .recording import Recorder
from .sender import Sender


class Parts:
    """The parts of one request's loads, put together."""

    __slots__ = ("caller", "departures", "memo", "recorder", "usage")

    def __init__(
        self,
        clients: Mapping[str, BackendClient],
        sender: Sender,
        receipt: CallReceipt,
        flights: Flights,
        *,
        passes: Passes,
        limits: LimitSettings,
        began_s: float,
    ) -> None:
        """Of a request that began at *began_s* of the monotonic clock."""
        deadline = sender.deadline
        self.caller = Caller(clients, sender)
        self.recorder = Recorder(receipt, deadline.clock, began_s)
        self.usage = Usage(limits)
        self.memo = Memo(self.usage)
        self.departures = Departures(
            deadline, flights, passes, caller=self.caller, recorder=self.recorder, usage=self.usage
        )
