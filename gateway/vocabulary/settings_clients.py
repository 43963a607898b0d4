"""Settings of clients: who may say who asks, whose scripts may read, who may see receipts."""

from typing import Annotated

from msgspec import Meta

from .dangers import wrong_origin
from .masking import Masked


class IdentitySettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may say who asks."""

    development_header: Annotated[
        bool,
        Meta(
            description="Whether the request header `gateway-development-identity` is believed. Only for development:"
            " with it anybody is whoever they say, hence off.",
        ),
    ] = False


class CorsSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which sites' scripts may read answers in a browser.

    Raises:
        ValueError: an origin is none, or every site would be allowed with the visitor's credentials.
    """

    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Origins, as a browser sends them: `https://app.example.com`; compared whole. `*` is any site,"
            " for data that everybody may read. None: only pages of the gateway's own origin read answers.",
        ),
    ] = ()
    credentials: Annotated[
        bool,
        Meta(
            description="Whether a browser may send cookies and client certificates along, and scripts read the answer."
            " Off, since a token in `authorization` needs it not; never with the origin `*`.",
        ),
    ] = False
    headers: Annotated[
        tuple[str, ...],
        Meta(
            description="Request headers that scripts may send besides `content-type`, `authorization`, `x-request-id`"
            " and those that the gateway itself reads. None, since what else is read is the application's to say.",
        ),
    ] = ()
    max_age_s: Annotated[
        int,
        Meta(
            ge=0,
            le=86_400,
            description="Seconds a browser may remember that it was allowed. Two hours, which Chromium cuts longer ones"
            " to; after a change of `origins` it takes that long until all browsers ask again.",
        ),
    ] = 7_200

    def __post_init__(self) -> None:
        for origin in self.origins:
            problem = wrong_origin(origin)
            if problem is not None:
                raise ValueError(problem)
        if self.credentials and "*" in self.origins:
            raise ValueError(
                "expected the origins that may send credentials by name, got * with credentials = true, with which any"
                " site could act as its visitor"
            )


class HopsSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may see the receipt of calls in production; in development everybody does."""

    secret: Annotated[
        Annotated[str, Meta(min_length=32)] | None,
        Meta(
            description="Key of the signed header `gateway-hops`, which asks for `extensions.hops`; never shown. Unset,"
            " nobody gets it: a receipt names backends and loaders. 32 characters, since a shorter key is guessed.",
        ),
    ] = None
