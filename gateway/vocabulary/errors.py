"""Every error the gateway raises, and the one table that says what each means.

Exception
└── GatewayError                      has a code; the code's row in TABLE rules
    ├── ClientError       (ValueError)      the client's request is wrong
    ├── RuleError         (PermissionError) the request is well formed, a rule forbids it
    ├── BackendError      (RuntimeError)    a backend failed or refused
    ├── BackendTimeout    (TimeoutError)    a backend, or the whole request, ran out of time
    ├── BackendThrottled  (RuntimeError)    a backend asks us to slow down
    ├── DecodeError       (ValueError)      a backend's answer is not what its loader declared
    ├── MissingError      (LookupError)     a row that must exist does not
    └── EngineError       (RuntimeError)    a bug, in a resolver or in the gateway
    SettingsError         (ValueError)      start-up: a setting is wrong
    DeclarationError      (TypeError)       start-up: the graph's declarations disagree

Two questions choose the class: whose fault is it, and may the call be tried again.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

Kind = Literal["client", "rule", "backend", "timeout", "throttled", "decode", "missing", "engine"]


class ErrorRow(NamedTuple):
    """What one error code means to the client, the caller of the backend and the operator."""

    kind: Kind
    code: str
    http_status: int
    #: May an idempotent call be sent again?
    retryable: bool
    #: Does it count as a failure of the backend?
    counts_for_breaker: bool
    #: Safe to show to anybody.
    client_text: str
    #: For whoever is on call.
    operator_text: str


_R = ErrorRow
TABLE: tuple[ErrorRow, ...] = (
    _R("client", "BAD_REQUEST", 400, False, False, "The request is not well formed.",
       "A client sent an HTTP request that is no GraphQL request."),
    _R("client", "METHOD_NOT_ALLOWED", 405, False, False, "This method is not allowed here.",
       "A client used another method than POST, or GET for more than a query."),
    _R("client", "PREFLIGHT_REQUIRED", 400, False, False, "Send the header gateway-preflight with a GET.",
       "A GET came without a header that makes a browser ask first; with `csrf` on it may be another site's."),
    _R("client", "NOT_ACCEPTABLE", 406, False, False, "None of the accepted media types can be produced.",
       "A client's Accept header names neither a JSON media type nor text/event-stream."),
    _R("client", "REQUEST_TIMEOUT", 408, False, False, "The request body did not arrive in time.",
       "A client took longer than `body_timeout_s` to send its body; its connection was closed."),
    _R("client", "PAYLOAD_TOO_LARGE", 413, False, False, "The request body is too large.",
       "A client sent more than `max_body_bytes`."),
    _R("client", "UNSUPPORTED_MEDIA_TYPE", 415, False, False, "The request body must be application/json.",
       "A client sent a body of another media type or charset, or a compressed one."),
    _R("client", "GRAPHQL_PARSE_FAILED", 400, False, False, "The document is not GraphQL.",
       "A client sent a document with a syntax error."),
    _R("client", "GRAPHQL_VALIDATION_FAILED", 400, False, False, "The document does not fit the schema.",
       "A client sent a document that does not validate; after a deployment, compare schemas."),
    _R("client", "OPERATION_RESOLUTION_FAILURE", 400, False, False, "The operation to run is not clear.",
       "operationName is missing with several operations, or names none."),
    _R("client", "BAD_USER_INPUT", 400, False, False, "An argument or variable has a wrong value.",
       "A variable or argument was refused, such as the id of another type."),
    _R("rule", "UNAUTHENTICATED", 401, False, False, "Sign in first.",
       "Something was asked that needs an identity and the request has none."),
    _R("rule", "FORBIDDEN", 403, False, False, "You may not do this.",
       "A permission refused the viewer."),
    _R("rule", "LIMIT_EXCEEDED", 400, False, False, "The operation exceeds a limit.",
       "A limit of the settings was reached; the detail names it."),
    _R("rule", "INTROSPECTION_DISABLED", 400, False, False, "The schema cannot be asked for here.",
       "A document selects `__schema` or `__type`, and `introspection` does not allow it."),
    _R("rule", "SUBSCRIPTIONS_UNAVAILABLE", 501, False, False, "No subscription is served here.",
       "A subscription was asked of a Lambda function, whose answers leave in one piece."),
    _R("rule", "TOO_MANY_SUBSCRIPTIONS", 503, False, False, "Too many subscriptions are open here. Try again soon.",
       "As many as `subscriptions.max_open` are open in this process, or it is about to stop."),
    _R("rule", "SUBSCRIPTION_ENDED", 503, False, False, "This subscription was ended. Subscribe again.",
       "A subscription reached `subscriptions.lifetime_s`, or its process was told to stop."),
    _R("backend", "BACKEND_UNREACHABLE", 502, True, True, "A service this field needs is not available.",
       "No connection, or it broke before the answer was whole. Is the service up, the address right?"),
    _R("backend", "BACKEND_FAILED", 502, True, True, "A service this field needs failed.",
       "The backend answered 5xx, or its function raised. Its own logs tell more."),
    _R("backend", "BACKEND_REFUSED", 502, False, False, "A service this field needs refused the request.",
       "The backend answered 4xx: the loader's request or the gateway's credentials are wrong. A 404 of a batch is a"
       " wrong path; where one row is asked for, it is null. Where it is the client"
       " that must know, declare it: `on_status(400, into=..., raises=...)`."),
    _R("timeout", "BACKEND_TIMEOUT", 504, True, True, "A service this field needs did not answer in time.",
       "The backend used up its `timeout_s`."),
    _R("timeout", "DEADLINE_EXCEEDED", 504, False, False, "The request ran out of time.",
       "The request's deadline passed, or too little of it was left to make the call."),
    _R("throttled", "BACKEND_THROTTLED", 503, True, False, "A service this field needs is busy. Try again soon.",
       "The backend answered 429, or Lambda has no concurrency left."),
    _R("decode", "BACKEND_INVALID_RESPONSE", 502, False, True, "A service this field needs gave an unusable answer.",
       "The answer is no JSON, or does not fit the record that the loader declares."),
    _R("decode", "BACKEND_RESPONSE_TOO_LARGE", 502, False, False, "A service this field needs gave an unusable answer.",
       "The answer exceeds the backend's `max_response_bytes`."),
    _R("missing", "NOT_FOUND", 404, False, False, "Something this field refers to does not exist.",
       "A record refers to a row that its owner does not have, and the field is not nullable."),
    _R("engine", "INTERNAL_SERVER_ERROR", 500, False, False, "Something went wrong on our side.",
       "A resolver raised, or the gateway has a bug: the log holds the traceback under this request id."),
)  # fmt: skip

ROWS: dict[str, ErrorRow] = {row.code: row for row in TABLE}


class GatewayError(Exception):
    """Base of all that can go wrong while a request runs; never raised itself.

    *detail* says what was expected, what came and where. A client sees it only for kinds `client` and `rule`, whose
    cause is the client's own request.
    """

    kind: ClassVar[Kind]
    default_code: ClassVar[str]

    def __init__(self, detail: str = "", *, code: str | None = None, backend: str | None = None) -> None:
        """Describe one failure.

        Raises:
            KeyError: *code* has no row in TABLE.
        """
        self.row = ROWS[code or self.default_code]
        self.detail = detail
        self.backend = backend
        super().__init__(detail)

    @property
    def code(self) -> str:
        """The stable code that clients may switch on."""
        return self.row.code

    @property
    def client_message(self) -> str:
        """What anybody may read: the detail for the client's own mistakes, else the row's text."""
        detail_is_safe = self.row.kind in {"client", "rule"}
        return self.detail if detail_is_safe and self.detail else self.row.client_text

    def __str__(self) -> str:
        where = f"{self.backend}: " if self.backend else ""
        return f"{where}{self.code}: {self.detail or self.row.operator_text}"


class ClientError(GatewayError, ValueError):
    """The client's request is wrong; the same request will fail again."""

    kind = "client"
    default_code = "BAD_USER_INPUT"


class RuleError(GatewayError, PermissionError):
    """The request is well formed, yet a limit or a permission forbids it."""

    kind = "rule"
    default_code = "FORBIDDEN"


class BackendError(GatewayError, RuntimeError):
    """A backend was unreachable, failed or refused."""

    kind = "backend"
    default_code = "BACKEND_FAILED"


class BackendTimeout(GatewayError, TimeoutError):  # noqa: N818 - reads as the field's own term
    """A backend did not answer within its time, or the request's deadline passed."""

    kind = "timeout"
    default_code = "BACKEND_TIMEOUT"


class BackendThrottled(GatewayError, RuntimeError):  # noqa: N818 - reads as the field's own term
    """A backend asks us to slow down."""

    kind = "throttled"
    default_code = "BACKEND_THROTTLED"


class DecodeError(GatewayError, ValueError):
    """A backend's answer does not fit what its loader declares."""

    kind = "decode"
    default_code = "BACKEND_INVALID_RESPONSE"


class MissingError(GatewayError, LookupError):
    """A row that another record refers to does not exist."""

    kind = "missing"
    default_code = "NOT_FOUND"


class EngineError(GatewayError, RuntimeError):
    """A resolver or the gateway itself has a bug."""

    kind = "engine"
    default_code = "INTERNAL_SERVER_ERROR"


class SettingsError(ValueError):
    """A setting is wrong: the message names it, its source, what was expected and what came."""


class DeclarationError(TypeError):
    """The graph's declarations disagree: the message names each, what was expected and the nearest name."""
