"""A function behind plain HTTP: `python -m services.users --host 127.0.0.1 --port 8102`. Port 0 takes a free one."""

from __future__ import annotations

import argparse
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from .events import Handler


class _Server(ThreadingHTTPServer):
    """A thread a connection; as many callers may wait to be accepted as connect at one moment."""

    daemon_threads = True
    request_queue_size = 128


def serve(name: str, handler: Handler, *, port: int) -> int:
    """Serve until a signal ends the process; 2 where the address cannot be used. *port* is the default one."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options(name, port)
    try:
        server = _Server((options.host, options.port), _front_of(handler))
    except OSError as error:
        print(f"{name}: cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    print(f"{name} listening on http://{options.host}:{server.server_address[1]}", flush=True)  # noqa: T201
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


def _options(name: str, port: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}", description=f"The {name} service.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=port, help="port, 0 for a free one (default: %(default)s)")
    return parser.parse_args()


def _front_of(handler: Handler) -> type[BaseHTTPRequestHandler]:
    class Front(BaseHTTPRequestHandler):
        """Turns each request into the event that the function takes."""

        protocol_version = "HTTP/1.1"
        # A client that keeps a connection without using it does not keep its thread for ever.
        timeout = 60
        # Head and body leave in one segment: the second of two would wait for the first to be acknowledged.
        wbufsize = -1

        def _respond(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length).decode("utf-8", "replace") if length else None
            response = handler(_event(self, body), None)
            content = response["body"].encode()
            self.send_response(response["statusCode"])
            for name, value in response["headers"].items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815 - the names that the base class calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the call log is where requests are counted."""

    return Front


def _event(front: BaseHTTPRequestHandler, body: str | None) -> dict[str, Any]:
    url = urlsplit(front.path)
    return {
        "version": "2.0",
        "rawPath": url.path,
        "rawQueryString": url.query,
        "headers": {name.lower(): value for name, value in front.headers.items()},
        "requestContext": {"http": {"method": front.command, "path": url.path}},
        "body": body,
        "isBase64Encoded": False,
    }
