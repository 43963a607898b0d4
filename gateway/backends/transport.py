"""Opening a wire: from an address and options to the transport that serves it.

Engines are imported here, at the branch that needs them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..vocabulary.clock import Clock
from ..vocabulary.errors import SettingsError
from .address import Address, HttpAddress, LambdaAddress, LocalAddress, parse_address
from .http import HttpWire
from .options import WireOptions
from .wire import Wire

if TYPE_CHECKING:
    from .credentials import CredentialSource


def open_wire(
    name: str,
    address: Address,
    options: WireOptions,
    *,
    credentials: CredentialSource | None = None,
    clock: Clock | None = None,
) -> Wire:
    """The transport to *address* for the backend *name*. Opens no socket and needs no event loop.

    *credentials* replace the environment's and the chain's.

    Raises:
        SettingsError: an engine is not installed, a region is missing, or a handler cannot be found.
    """
    match address:
        case HttpAddress():
            return open_http_wire(name, address, options, clock=clock)
        case LambdaAddress():
            return _open_lambda(name, address, options, credentials, clock)
        case LocalAddress():
            from .local import LocalWire, import_handler  # noqa: PLC0415 - tests and small set-ups only

            return LocalWire(name, import_handler(name, address), options, clock=clock)


def open_http_wire(name: str, address: HttpAddress, options: WireOptions, *, clock: Clock | None = None) -> HttpWire:
    """An HTTP wire over the engine that *options* name.

    Raises:
        SettingsError: the engine is httpx and not installed.
    """
    if options.engine == "httpx":
        try:
            from .http_httpx import httpx_wire  # noqa: PLC0415 - an optional extra
        except ModuleNotFoundError as error:
            if error.name != "httpx":
                raise
            raise SettingsError(
                f"backends.{name}.engine: expected an installed engine, got httpx; install onehop-gateway[httpx]"
            ) from None
        return httpx_wire(name, address, options)
    from .http_httptools import httptools_wire  # noqa: PLC0415 - only where HTTP is spoken

    return httptools_wire(name, address, options, clock=clock)


def _open_lambda(
    name: str,
    address: LambdaAddress,
    options: WireOptions,
    credentials: CredentialSource | None,
    clock: Clock | None,
) -> Wire:
    # Only where functions are called.
    from .aws_lambda import LambdaWire, reply_limit_bytes  # noqa: PLC0415
    from .credentials import DefaultCredentials  # noqa: PLC0415

    region = _region(name, address, options)
    endpoint = _endpoint(name, options, region)
    invoke_options = replace(
        options,
        idle_timeout_s=options.lambda_idle_timeout_s,
        max_response_bytes=reply_limit_bytes(options.max_response_bytes),
    )
    return LambdaWire(
        name,
        address,
        open_http_wire(name, endpoint, invoke_options, clock=clock),
        endpoint=endpoint,
        region=region,
        credentials=credentials or DefaultCredentials(clock=clock),
        max_response_bytes=options.max_response_bytes,
        clock=clock,
    )


def _region(name: str, address: LambdaAddress, options: WireOptions) -> str:
    environment = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    region = address.region or options.lambda_region or environment
    if not region:
        raise SettingsError(
            f"backends.{name}: expected an AWS region for {address}, got none; "
            "set aws.region or AWS_REGION, or give the function's ARN"
        )
    return region


def _endpoint(name: str, options: WireOptions, region: str) -> HttpAddress:
    # Source: AWS General Reference, "Lambda endpoints and quotas".
    partition = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    text = options.lambda_endpoint or f"https://lambda.{region}.{partition}"
    try:
        endpoint = parse_address(text)
    except ValueError as error:
        raise SettingsError(f"lambda_endpoint of backends.{name}: {error}") from None
    if not isinstance(endpoint, HttpAddress):
        raise SettingsError(f"lambda_endpoint of backends.{name}: expected http(s)://host[:port], got {endpoint}")
    return endpoint
