"""Whether a host can be reached: its name resolved, a connection opened, TLS shaken hands on. No request is sent."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ...backends.address import HttpAddress
from .bounded import within

_SOON_DAYS: Final = 14
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Reached:
    """A host that can be reached, as `tells`; `problem` is what soon prevents that."""

    tells: str
    problem: str = ""


class UnreachableError(Exception):
    """A host cannot be reached: `found` says why, `advice` what to do."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.found = found
        self.advice = advice


async def reach(address: HttpAddress, *, timeout_s: float) -> Reached:
    """Open a connection to *address*, and close it.

    Raises:
        UnreachableError: the name is unknown, nothing answers, or TLS fails; each step may take *timeout_s*.
    """
    host = address.host.strip("[]")
    family, where = await _resolved(host, address.port, timeout_s)
    began = time.monotonic()
    peer = await _connected(family, where, timeout_s)
    took = f"connected in {(time.monotonic() - began) * 1000:.0f} ms"
    if address.scheme == "http":
        peer.close()
        return Reached(took)
    days = await _certificate_days(peer, host, timeout_s)
    told = f"{took}, certificate good for {days} days"
    return Reached(told, "the certificate ends soon" if days < _SOON_DAYS else "")


async def _resolved(host: str, port: int, timeout_s: float) -> tuple[socket.AddressFamily, Any]:
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        family, _, _, _, where = (await within(timeout_s, look_up))[0]
    except TimeoutError:
        raise UnreachableError(
            f"the name {host} was not resolved within {timeout_s:g} s",
            "see whether this machine reaches its DNS server",
        ) from None
    except (OSError, UnicodeError):
        raise UnreachableError(f"no host has the name {host}", "correct the name, or have it resolved here") from None
    return family, where


async def _connected(family: int, where: Any, timeout_s: float) -> socket.socket:
    peer = socket.socket(family, socket.SOCK_STREAM)
    peer.setblocking(False)
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().sock_connect(peer, where)
    except TimeoutError:
        peer.close()
        raise UnreachableError(
            f"no answer within {timeout_s:g} s",
            "see whether a firewall or a security group stands before it",
        ) from None
    except OSError as refused:
        peer.close()
        raise UnreachableError(_reason(refused), "start the service, or correct its port") from None
    return peer


def _reason(refused: OSError) -> str:
    # asyncio puts the address into the error's own text.
    return os.strerror(refused.errno).lower() if refused.errno else str(refused)


async def _certificate_days(peer: socket.socket, host: str, timeout_s: float) -> int:
    """For how many days the certificate of *peer*, which is closed, is still good."""
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(sock=peer, ssl=ssl.create_default_context(), server_hostname=host)
    except ssl.SSLCertVerificationError as wrong:
        raise UnreachableError(
            f"the certificate of {host} is refused: {wrong.verify_message}",
            "renew the certificate, use the name that it is for, or have its authority trusted here (SSL_CERT_FILE)",
        ) from None
    except (OSError, TimeoutError):
        raise UnreachableError(
            f"{host} does not speak TLS there", "use http:// or another port, or see to its TLS"
        ) from None
    certificate: Any = writer.get_extra_info("peercert")
    writer.close()
    return int((ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) // _DAY_S)
