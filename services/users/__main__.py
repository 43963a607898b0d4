"""The same function behind plain HTTP, for a team without Lambda: `python -m services.users --port 8102`."""

from __future__ import annotations

import argparse
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from .app import handler


class _Front(BaseHTTPRequestHandler):
    """Turns each request into the event that the function takes."""

    protocol_version = "HTTP/1.1"
    # A client that keeps a connection without using it does not keep its thread for ever.
    timeout = 60

    def _respond(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        event = {
            "version": "2.0",
            "rawPath": url.path,
            "rawQueryString": url.query,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "requestContext": {"http": {"method": self.command, "path": url.path}},
            "body": self.rfile.read(length).decode() if length else None,
            "isBase64Encoded": False,
        }
        response = handler(event, None)
        body = response["body"].encode()
        self.send_response(response["statusCode"])
        for name, value in response["headers"].items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815 - the names that the base class calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the call log is where requests are counted."""


def main() -> int:
    """Serve until a signal ends the process."""
    parser = argparse.ArgumentParser(prog="python -m services.users", description="The users service.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8102, help="port, 0 for a free one")
    options = parser.parse_args()
    try:
        server = ThreadingHTTPServer((options.host, options.port), _Front)
    except OSError as error:
        print(f"users: cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    server.daemon_threads = True
    print(f"users listening on http://{options.host}:{server.server_address[1]}", flush=True)  # noqa: T201
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
