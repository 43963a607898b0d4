"""The console: GraphiQL's built page and files, all from this package, nothing from another origin."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from ..http.negotiation import wants_html
from .endpoint import read_headers
from .safety import DefaultHeaders

_BUILD = Path(__file__).parent / "console"

# The page loads itself and talks to the gateway; nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {"content-security-policy": _POLICY, "cache-control": "no-cache"}

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Onehop</title>
<body style="font: 16px/1.5 system-ui; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>The console is not built yet</h1>
<p>The gateway runs: POST a query to this address. To have GraphiQL here, build it once, in the repository:</p>
<pre>make console</pre>
<p>It needs node 20 or newer and npm. A released wheel holds it built.</p>
"""


class ConsoleForBrowsers:
    """Shows the console to a browser that visits the address; everybody else is answered by *app*."""

    def __init__(self, app: ASGIApp) -> None:
        """Leave requests that want no page to *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_visit = scope["method"] in {"GET", "HEAD"} and wants_html(read_headers(scope).get("accept"))
        app = console_page() if is_visit else self._app
        await app(scope, receive, send)


def with_console(endpoint: ASGIApp, headers: Iterable[tuple[str, str]]) -> ASGIApp:
    """*endpoint*, and the console for browsers; its page has *headers*, too."""
    return DefaultHeaders(ConsoleForBrowsers(endpoint), headers)


def console_page(build: Path = _BUILD) -> Response:
    """GraphiQL's page out of *build*, or one that says how to make it."""
    page = build / "index.html"
    if not page.is_file():
        return HTMLResponse(_NOT_BUILT, headers=_HEADERS)
    return FileResponse(page, headers=_HEADERS, media_type="text/html; charset=utf-8")


def console_files() -> ASGIApp:
    """The page's scripts, styles and workers."""
    # A worker is ruled by the policy that its own script came with.
    return DefaultHeaders(StaticFiles(directory=_BUILD, check_dir=False), _HEADERS.items())
