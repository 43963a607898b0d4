"""What can be asked of the billing provider.

    GET /v1/subscriptions?customer=u1     [{"customer_id": "u1", "status": "ACTIVE", "renews_on": ..., "plan": {...}}]
    GET /health

Each request but the last needs the header `x-api-key`; `services.chassis.third_party` has the terms. The key's owner
says on whose behalf it asks (`gateway-identity-sub`): subscriptions of other customers are left out.
"""

from __future__ import annotations

from http import HTTPStatus

from services.chassis.events import Request, Response, answer, handler_of
from services.chassis.parameters import keys_of

from .seed import subscription_of


def list_subscriptions(request: Request) -> Response:
    _, customers = keys_of(request, ("customer",))
    own = [subscription_of(customer) for customer in customers if customer == request.subject]
    return answer(HTTPStatus.OK, [row for row in own if row is not None])


handler = handler_of("billing", {"/v1/subscriptions": {"GET": list_subscriptions}}, keys=("customer",))
