"""Where a backend is: the text of a setting, parsed into one of three frozen addresses.

Nothing is resolved or opened here. A password in an address is kept for the wire, yet no repr and no error shows it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from ..vocabulary.masking import mask_credentials
from ..vocabulary.nearest import did_you_mean

_FORMS: Final[Mapping[str, str]] = {
    "http": "http://host[:port][/base]",
    "https": "https://host[:port][/base]",
    "lambda": "lambda:function-name-or-arn[:qualifier]",
    "local": "local:package.module:handler",
}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

# RFC 3986's reg-name without percent-escapes, and an IPv6 literal; other scripts come as punycode.
_HOST = re.compile(r"[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]")
# RFC 3986 section 3.3: "/" and pchar but for @, which may end a password with an unescaped slash in it.
_PATH = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:/-]|%[0-9A-Fa-f]{2})*")
# Lambda API reference, Invoke, "FunctionName" and "Qualifier".
_FUNCTION = (
    r"(?P<name>(?:(?:arn:aws[a-z-]*:lambda:(?P<region>[a-z]{2}[a-z0-9-]*-\d):)?\d{12}:function:)?[A-Za-z0-9_-]{1,140})"
    r"(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?"
)
_HANDLER = r"(?P<module>[^\W\d]\w*(?:\.[^\W\d]\w*)*):(?P<handler>[^\W\d]\w*)"


class HttpAddress(msgspec.Struct, frozen=True):
    """An HTTP service; `base` comes before every path and has no slash at its end."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    base: str = ""
    #: The value of an Authorization header, made from `user:password@`.
    authorization: str | None = None

    @property
    def authority(self) -> str:
        """`host`, or `host:port` when the port is not the scheme's own: what a Host header says."""
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.base}"

    def __repr__(self) -> str:
        # Without what authorizes.
        return f"<HttpAddress {self}>"


class LambdaAddress(msgspec.Struct, frozen=True):
    """A Lambda function; `function` is a name, a partial ARN or an ARN without its qualifier."""

    function: str
    qualifier: str | None = None
    #: The ARN's region, which rules over every other setting.
    region: str | None = None

    def __str__(self) -> str:
        return f"lambda:{self.function}{f':{self.qualifier}' if self.qualifier else ''}"


class LocalAddress(msgspec.Struct, frozen=True):
    """A Lambda handler that this process imports and calls."""

    module: str
    handler: str

    def __str__(self) -> str:
        return f"local:{self.module}:{self.handler}"


Address = HttpAddress | LambdaAddress | LocalAddress


def scheme_of(text: str) -> str:
    """The scheme of the address *text*, in lower case, whether or not the rest of it fits; empty without one."""
    scheme, colon, _ = text.strip().partition(":")
    return scheme.lower() if colon else ""


def parse_address(text: str) -> Address:
    """The address that *text* writes; `str()` of it gives the text back, less any credentials.

    Raises:
        ValueError: *text* has none of the forms; the error names the form expected, what came and the nearest scheme.
    """
    scheme, _, rest = text.strip().partition(":")
    match scheme_of(text):
        case "http" | "https":
            return _http(text.strip())
        case "lambda":
            return _lambda(text, rest)
        case "local":
            return _local(text, rest)
    raise ValueError(
        f"expected one of {', '.join(_FORMS.values())}, got {mask_credentials(text)!r}{_hint(text, scheme)}"
    )


def _http(text: str) -> HttpAddress:
    try:
        url = urlsplit(text)
        scheme: Literal["http", "https"] = "https" if url.scheme == "https" else "http"
        port = _DEFAULT_PORTS[scheme] if url.port is None else url.port
    except ValueError:
        # `from None`: urlsplit quotes what it could not read, which may be a piece of a password.
        raise _malformed("http", text, "its host or port cannot be read") from None
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname or ""
    if not text[len(scheme) :].startswith("://") or not _HOST.fullmatch(host):
        raise _malformed(scheme, text, "it has no host name, or one that is neither ASCII nor punycode")
    if url.fragment or not _PATH.fullmatch(url.path):
        raise _malformed(scheme, text, "its path is not percent-encoded (@ too), or it has a fragment")
    _refuse_query(scheme, url.query, text)
    return HttpAddress(scheme, host, port, url.path.rstrip("/"), _basic(url))


def _basic(url: SplitResult) -> str | None:
    """The Authorization value for `user:password@`. Source: RFC 7617 section 2."""
    if url.username is None:
        return None
    pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def _lambda(text: str, rest: str) -> LambdaAddress:
    function, _, query = rest.partition("?")
    found = re.fullmatch(_FUNCTION, function)
    if found is None:
        raise _malformed("lambda", text, "it is neither a function name nor an ARN of one")
    _refuse_query("lambda", query, text)
    return LambdaAddress(found["name"], found["qualifier"], found["region"])


def _local(text: str, rest: str) -> LocalAddress:
    target, _, query = rest.partition("?")
    found = re.fullmatch(_HANDLER, target)
    if found is None:
        raise _malformed("local", text, "it is no dotted module, a colon and a function's name")
    _refuse_query("local", query, text)
    return LocalAddress(found["module"], found["handler"])


def _refuse_query(scheme: str, query: str, text: str) -> None:
    """Refuse what stands after `?`: no address takes options. The error names the first one, never its value."""
    if "@" in query:
        raise _malformed(scheme, text, "it has an @ after the ?; percent-encode ? and @ in a password")
    for name, _ in parse_qsl(query, keep_blank_values=True):
        raise ValueError(
            f"expected {_FORMS[scheme]}, got the unknown option {name!r}; {scheme}: addresses take no options"
        )


def _malformed(scheme: str, text: str, why: str) -> ValueError:
    return ValueError(f"expected {_FORMS[scheme]}, got {mask_credentials(text)!r}: {why}")


def _hint(text: str, scheme: str) -> str:
    if "@" in text:
        # Without a scheme of ours, what stands before the first colon may be a user name.
        return ""
    if re.fullmatch(r"[A-Za-z0-9.-]+:\d{1,5}(?:/.*)?", text):
        return f"; did you mean http://{text}?"
    if text.startswith("arn:aws"):
        return f"; did you mean lambda:{text}?"
    return did_you_mean(scheme.lower(), _FORMS)
