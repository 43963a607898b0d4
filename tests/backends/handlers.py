"""Lambda handlers that test_local imports by address."""

from __future__ import annotations

import json

NOT_A_FUNCTION = 5


def echo(event, context):
    body = {"path": event["rawPath"], "name": context.function_name, "left_ms": context.get_remaining_time_in_millis()}
    return {"statusCode": 200, "body": json.dumps(body)}
