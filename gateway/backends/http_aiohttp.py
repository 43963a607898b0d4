"""The default engine: one aiohttp ClientSession per event loop.

It maps aiohttp's errors to ours and resends nothing by itself.
"""

from __future__ import annotations

import asyncio
from weakref import WeakSet

import aiohttp
from aiohttp import http_exceptions
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace
from yarl import URL

from .answers import BoundedBody, broken_midway, cannot_send, described, not_http, response_headers
from .http import ConnectionLostError
from .options import WireOptions
from .outgoing import Outgoing
from .wire import WireResponse


class AiohttpSession:
    """Connections of one loop; made inside it."""

    def __init__(self, name: str, options: WireOptions) -> None:
        self._name = name
        self._limit_bytes = options.max_response_bytes
        self._loop = asyncio.get_running_loop()
        self._session = aiohttp.ClientSession(
            connector=_Connector(options),
            request_class=_Request,
            cookie_jar=aiohttp.DummyCookieJar(),
            # The time limit stands around the whole send; aiohttp's own would be rounded up to whole seconds.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout_s),
            skip_auto_headers=("content-type", "user-agent", "accept", "accept-encoding"),
            trust_env=False,
            middlewares=(_without_resending,),
        )

    async def exchange(self, outgoing: Outgoing) -> WireResponse:
        """As `Session.exchange`."""
        if self._session.closed:
            raise ConnectionLostError("the session was closed meanwhile", reused=True)
        try:
            response = await self._session.request(
                outgoing.method,
                URL(outgoing.origin + outgoing.target, encoded=True),
                headers=outgoing.headers,
                data=outgoing.body,
                allow_redirects=False,
            )
        except _NoAnswerError as error:
            raise ConnectionLostError(described(error.cause), reused=error.reused) from error.cause
        except aiohttp.ClientConnectionError as error:
            raise ConnectionLostError(described(error), reused=False) from error
        except aiohttp.ClientResponseError as error:
            raise not_http(self._name, error.message) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise cannot_send(self._name, error) from error
        return await self._read(response, head=outgoing.method == "HEAD")

    async def close(self) -> None:
        """As `Session.close`: a loop that has ended took the sockets with it, another one that lives keeps them."""
        if self._loop.is_closed() or self._loop is asyncio.get_running_loop():
            await self._session.close()

    async def _read(self, response: aiohttp.ClientResponse, *, head: bool) -> WireResponse:
        body = BoundedBody(self._name, self._limit_bytes)
        try:
            if not head:
                body.announce(response.headers.get("Content-Length"))
            async for piece in response.content.iter_any():
                body.add(piece)
        except aiohttp.ClientPayloadError as error:
            if isinstance(error.__cause__, http_exceptions.ContentEncodingError):
                raise not_http(self._name, str(error.__cause__)) from error
            raise broken_midway(self._name, error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise broken_midway(self._name, error) from error
        finally:
            # A connection whose answer was read to its end went back by then; any other must not be used again.
            response.close()
        return WireResponse(response.status, response_headers(response.headers.items()), body.whole())


class _NoAnswerError(Exception):
    """Wraps the errors upon which aiohttp would send again, so that it does not."""

    def __init__(self, cause: Exception, *, reused: bool) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.reused = reused


class _Request(aiohttp.ClientRequest):
    """A request that is told whether its connection had served before."""

    reused = False


class _Connector(aiohttp.TCPConnector):
    """Tells each request whether its connection is a kept one. Tracing tells too, for 15 us a request."""

    def __init__(self, options: WireOptions) -> None:
        super().__init__(limit=options.max_connections, keepalive_timeout=options.idle_timeout_s, ttl_dns_cache=10)
        self._served: WeakSet[ResponseHandler] = WeakSet()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        if isinstance(req, _Request) and connection.protocol is not None:
            req.reused = connection.protocol in self._served
            self._served.add(connection.protocol)
        return connection


async def _without_resending(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Hide broken connections from aiohttp: it resends whatever is idempotent, fresh connection or not.

    Source: aiohttp's `ClientSession._request`, "retry_persistent_connection".
    """
    try:
        return await send(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except aiohttp.ClientConnectionError as error:
        raise _NoAnswerError(error, reused=isinstance(request, _Request) and request.reused) from error
