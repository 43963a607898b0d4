"""The other engine: httpx, for a custom `auth=`, a proxy, HTTP/2 or a client of one's own. An optional extra.

Maps httpx's errors to ours and bounds what is decoded; everything else is `HttpWire`'s.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from .address import HttpAddress
from .answers import (
    BODILESS_STATUSES,
    BoundedBody,
    broken_midway,
    cannot_send,
    described,
    joined,
    not_http,
    response_headers,
)
from .http import ConnectionLostError, HttpWire
from .inflating import Inflater
from .options import WireOptions
from .outgoing import Outgoing
from .wire import WireResponse

# httpcore's own words when a connection ends before the head; h11's protocol errors share its exception type.
_DISCONNECTED = "Server disconnected"


def httpx_wire(
    name: str,
    address: HttpAddress,
    options: WireOptions,
    *,
    client: httpx.AsyncClient | None = None,
    auth: httpx.Auth | None = None,
) -> HttpWire:
    """A wire over httpx.

    A *client* that is brought keeps its own proxies, TLS, cookies and limits; who made it closes it. *auth* signs
    each request, and may send more than one for it.
    """
    return HttpWire(name, address, options, lambda: HttpxSession(name, options, client=client, auth=auth))


class HttpxSession:
    """Connections of one loop; made inside it."""

    def __init__(
        self,
        name: str,
        options: WireOptions,
        *,
        client: httpx.AsyncClient | None = None,
        auth: httpx.Auth | None = None,
    ) -> None:
        self._name = name
        self._limit_bytes = options.max_response_bytes
        self._timeout = httpx.Timeout(None, connect=options.connect_timeout_s)
        self._loop = asyncio.get_running_loop()
        self._owns_client = client is None
        self._client = _new_client(options) if client is None else client
        self._auth = self._client.auth if auth is None else auth
        self._may_have_lost_a_place = False

    @property
    def is_sound(self) -> bool:
        """As `Session.is_sound`.

        httpcore 1.0 never takes back the place of a connection whose request was cancelled before it was written
        (https://github.com/encode/httpcore/issues/1093). A client that was brought stays in use all the same.
        """
        return not (self._owns_client and self._may_have_lost_a_place)

    async def exchange(self, outgoing: Outgoing) -> WireResponse:
        """As `Session.exchange`."""
        if self._client.is_closed:
            raise ConnectionLostError("the client was closed meanwhile", reused=True)
        connection = _ConnectionEvents()
        try:
            request = self._client.build_request(
                outgoing.method,
                httpx.URL(outgoing.origin + outgoing.target),
                headers=[(name.encode(), value.encode()) for name, value in outgoing.headers],
                content=outgoing.body,
                timeout=self._timeout,
                # The target as it is: httpx would tidy up what the other engine leaves alone.
                extensions={"target": outgoing.target.encode(), "trace": connection.note},
            )
            response = await self._client.send(request, stream=True, auth=self._auth, follow_redirects=False)
        except asyncio.CancelledError:
            self._may_have_lost_a_place |= not connection.sent
            raise
        except httpx.RemoteProtocolError as error:
            if not str(error).startswith(_DISCONNECTED):
                raise not_http(self._name, str(error)) from error
            raise ConnectionLostError(described(error), reused=connection.reused) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise ConnectionLostError(described(error), reused=False) from error
        except (httpx.NetworkError, httpx.TimeoutException) as error:
            raise ConnectionLostError(described(error), reused=connection.reused) from error
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError) as error:
            raise cannot_send(self._name, error) from error
        return await self._read(response, head=outgoing.method == "HEAD")

    async def close(self) -> None:
        """As `Session.close`."""
        if self._owns_client and asyncio.get_running_loop() is self._loop:
            await self._client.aclose()

    async def _read(self, response: httpx.Response, *, head: bool) -> WireResponse:
        body = BoundedBody(self._name, self._limit_bytes)
        inflater = Inflater(response.headers.get("content-encoding", "identity"))
        try:
            if not head and response.status_code not in BODILESS_STATUSES:
                body.announce(response.headers.get("content-length"))
            async for piece in response.aiter_raw():
                body.add(inflater.feed(piece, body.room_bytes + 1))
            if inflater.is_cut_short:
                raise not_http(self._name, "the compressed body ends too early")
        except zlib.error as error:
            raise not_http(self._name, str(error)) from error
        except (httpx.RequestError, httpx.StreamError) as error:
            raise broken_midway(self._name, error) from error
        finally:
            await response.aclose()
        return WireResponse(
            response.status_code, response_headers(joined(response.headers.multi_items())), body.whole()
        )


class _ConnectionEvents:
    """Learns from httpcore's trace whether a request went out on a kept connection."""

    def __init__(self) -> None:
        self._connected = False
        self.sent = False

    @property
    def reused(self) -> bool:
        return self.sent and not self._connected

    async def note(self, event: str, _info: Mapping[str, object]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True
        elif event.startswith("connection.connect_") and event.endswith(".started"):
            self._connected = True


def _new_client(options: WireOptions) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        limits=httpx.Limits(
            max_connections=options.max_connections,
            max_keepalive_connections=options.max_connections,
            keepalive_expiry=options.idle_timeout_s,
        ),
        # A jar that takes no cookie: one caller's must never reach another's request.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )
