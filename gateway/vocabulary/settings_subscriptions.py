"""Settings of subscriptions: how many at one time, for how long, and how a quiet one shows that it lives."""

from typing import Annotated

from msgspec import Meta

from .masking import Masked


class SubscriptionSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many subscriptions a process keeps open, and how long. Each event has a request's `deadline_s` of its own."""

    max_open: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Subscriptions open at one time in a process; one more is refused with 503. Each holds a"
            " connection. 0 serves none.",
        ),
    ] = 500
    lifetime_s: Annotated[
        float,
        Meta(
            gt=0,
            le=86_400,
            description="Seconds after which a subscription is ended, and its client told to subscribe again. Who asks"
            " is found out once, when it begins: an hour is as long as most tokens are good.",
        ),
    ] = 3_600.0
    keep_alive_s: Annotated[
        float,
        Meta(
            gt=0,
            le=600,
            description="Seconds between the empty comments that a stream of events is kept open with. Proxies close"
            " what is silent, some after 15 s.",
        ),
    ] = 12.0
