"""Events as AWS sends them to a function behind an HTTP front: one HTTP request in each of the four forms.

Source: API Gateway developer guide, "Lambda proxy integration" payload formats 1.0 and 2.0; Elastic Load Balancing,
"Lambda functions as targets"; Lambda developer guide, "function URLs".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

EventKind = Literal["http_api", "rest_api", "alb", "function_url"]


def lambda_event(
    kind: EventKind,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    claims: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The event of *kind* for a request of *target*, such as `/graphql?query=...`.

    *claims* are what an authorizer has verified.
    """
    path, query = urlsplit(target)[2:4]
    text, encoded = _body(body)
    if kind in {"http_api", "function_url"}:
        event = _format_2(method, path, query, headers, is_url=kind == "function_url")
        authorizer = {"jwt": {"claims": dict(claims or {}), "scopes": None}}
    else:
        event = _format_1(method, path, query, headers, with_elb=kind == "alb")
        authorizer = {"claims": dict(claims or {})}
    if claims:
        event["requestContext"]["authorizer"] = authorizer
    return {**event, "body": text, "isBase64Encoded": encoded}


def _body(body: bytes) -> tuple[str | None, bool]:
    try:
        return (body.decode() or None), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


def _format_2(method: str, path: str, query: str, headers: Mapping[str, str], *, is_url: bool) -> dict[str, Any]:
    domain = "api-id.lambda-url.eu-west-1.on.aws" if is_url else "api.example.com"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": domain, **{name.lower(): value for name, value in headers.items()}},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": domain,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": 1583348638390,
        },
    }


def _format_1(method: str, path: str, query: str, headers: Mapping[str, str], *, with_elb: bool) -> dict[str, Any]:
    pairs = parse_qsl(query, keep_blank_values=True)
    if with_elb:
        # A load balancer passes the query on as it came, percent-encoded.
        raw = [pair.partition("=") for pair in query.split("&") if pair]
        pairs = [(name, value) for name, _, value in raw]
    context: dict[str, Any] = {
        "apiId": "api-id",
        "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "stage": "prod",
        "httpMethod": method,
        "path": path,
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "test"},
    }
    if with_elb:
        arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/onehop/49e9d65c45c6791a"
        context = {"elb": {"targetGroupArn": arn}}
    single = {"host": "api.example.com", **headers}
    event: dict[str, Any] = {
        "httpMethod": method,
        "path": path,
        "headers": single,
        "queryStringParameters": dict(pairs) or None,
        "requestContext": context,
    }
    if not with_elb:
        event |= {
            "resource": "/{proxy+}",
            "multiValueHeaders": {name: [value] for name, value in single.items()},
            "multiValueQueryStringParameters": _grouped(pairs) or None,
            "pathParameters": {"proxy": path.lstrip("/")},
            "stageVariables": None,
        }
    return event


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped
