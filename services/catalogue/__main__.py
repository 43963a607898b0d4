"""The command line: `python -m services.catalogue --host 127.0.0.1 --port 8101`. Port 0 takes a free one."""

from __future__ import annotations

import argparse
import signal
import socket
import sys

_MAX_PORT = 65_535
_BACKLOG = 128


def main() -> int:
    """Serve until SIGTERM or Ctrl-C. Returns only on failure: 2 where the address cannot be used, else 1."""
    # Ctrl-C during the imports below ends the process without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = _options()
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        print(f"catalogue: cannot listen on {options.host}:{options.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    port = listener.getsockname()[1]

    # Only now: a used port is told at once, and a caller that comes during the imports waits in the backlog.
    from .app import app  # noqa: PLC0415
    from .server import run  # noqa: PLC0415

    host = f"[{options.host}]" if ":" in options.host else options.host
    return run(app, listener, greeting=f"catalogue listening on http://{host}:{port}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.catalogue", description="The catalogue service.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8101, help="port, 0 for a free one (default: %(default)s)")
    return parser.parse_args()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= _MAX_PORT):
        raise argparse.ArgumentTypeError(f"expected a number from 0 to {_MAX_PORT}, got {text!r}")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: no such host, no such address here, the port is used, or not ours to use.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # A port of a catalogue that ended a moment ago is free; one of a running catalogue is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


if __name__ == "__main__":
    sys.exit(main())
