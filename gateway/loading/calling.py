"""One call: built, encoded, sent, decoded and aligned. Knows nothing of who waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..backends.client import BackendClient
from ..backends.wire import WireResponse
from ..declare.call import Call
from ..declare.loader import Loader, Service
from ..vocabulary.deadline import within
from ..vocabulary.errors import EngineError, GatewayError
from .alignment import Aligned, align
from .decoding import DecodedRows, decode_rows, decoded_type
from .encoding import encode_call
from .flight import CallFacts, Flight
from .recipient import Recipient
from .sender import Sender

_NOT_FOUND = 404


class Caller:
    """Makes the calls of one request, each within the request's deadline."""

    __slots__ = ("_clients", "_recipients", "_sender")

    def __init__(self, clients: Mapping[str, BackendClient], sender: Sender) -> None:
        self._clients = clients
        self._sender = sender
        self._recipients: dict[int, Recipient] = {}

    def recipient(self, backend: Service) -> Recipient:
        """*backend* as this request addresses it."""
        # By identity, since two of one name may be told different things, and a hash of all that is slow. The
        # recipient keeps the backend, and the number with it.
        number = id(backend)
        known = self._recipients.get(number)
        if known is None:
            client = self._clients.get(backend.name)
            known = self._recipients[number] = Recipient(backend, client, self._sender)
        return known

    async def fetch(self, flight: Flight) -> Aligned:
        """An outcome for each of the flight's keys, by one call; its facts are filled in as they become known.

        Raises:
            GatewayError: the call as a whole failed.
        """
        loader, keys, arguments = flight.loader, flight.keys, flight.arguments
        call = loader.build(keys, **arguments) if loader.by else loader.build(**arguments)
        if loader.opaque:
            return align(loader, keys, DecodedRows(await within(self._sender.deadline, call, loader.label)))
        call = expect_call(loader.label, call)
        response = await self.send(call, flight.recipient, flight)
        flight.decoded = decoded_type(call, response.status)
        if response.status == _NOT_FOUND and _row_is_absent(loader, keys, call):
            return align(loader, keys, DecodedRows([] if loader.by else None))
        return align(loader, keys, decode_rows(loader, call, response))

    async def send(self, call: Call[Any], recipient: Recipient, facts: CallFacts) -> WireResponse:
        """The answer to *call*, whatever its status.

        Raises:
            GatewayError: there is none.
        """
        client = recipient.client
        if client is None:
            name = recipient.backend.name
            raise EngineError(f"backend {name!r} is not part of the graph: name it in graph(backends=[...])")
        deadline = self._sender.deadline
        remaining_s = deadline.remaining_s()
        request = encode_call(call, recipient, remaining_s)
        facts.was_sent = True
        try:
            response = await client.send(request, remaining_s)
        except GatewayError as failure:
            if failure.backend is None:
                failure.backend = recipient.backend.name
            raise
        finally:
            facts.answered_s = deadline.clock.monotonic_s()
        facts.status, facts.response_bytes = response.status, len(response.body)
        return response


def expect_call(label: str, built: object) -> Call[Any]:
    """What the function behind *label* gave, which is a call.

    Raises:
        EngineError: it is none, for instance where a `return` is missing.
    """
    if isinstance(built, Call):
        return built
    raise EngineError(f"{label}: expected a Call, got {type(built).__name__}")


def _row_is_absent(loader: Loader[Any, Any, Any], keys: Sequence[Any], call: Call[Any]) -> bool:
    """Whether 404 says that the one row asked for does not exist, not that the path is wrong."""
    has_meaning = _NOT_FOUND in call.also or _NOT_FOUND in call.errors
    return loader.cardinality == "one" and not has_meaning and _asks_for_one_row(loader, keys, call)


def _asks_for_one_row(loader: Loader[Any, Any, Any], keys: Sequence[Any], call: Call[Any]) -> bool:
    # A batch that happens to hold one key is asked for as one of many is: the same 404 must mean the same.
    if not loader.keyed or loader.max_batch == 1:
        return True
    return len(keys) == 1 and str(keys[0]) in {str(call.parameters.get(name)) for name in call.placeholders}
