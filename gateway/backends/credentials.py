"""AWS credentials: the environment's, else those of aiobotocore's chain (profile, SSO, container, instance).

The environment is read at each call, which costs two microseconds; the chain is imported only when it is needed.
"""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Mapping
from typing import Any, Final, Protocol

from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.errors import BackendError
from .sigv4 import Credentials

_WHAT_TO_SET: Final = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary ones), "
    "or install onehop-gateway[aws] for profiles, SSO, containers and instances"
)
#: A chain that found nothing is asked again after this long: asking the instance metadata service takes seconds.
_RETRY_AFTER_S: Final = 10.0


class CredentialSource(Protocol):
    """Whatever has credentials that are valid now."""

    async def current(self) -> Credentials:
        """Valid credentials.

        Raises:
            BackendError: BACKEND_REFUSED; there are none, and the detail says what to set.
        """
        ...


def environment_credentials(environment: Mapping[str, str]) -> Credentials | None:
    """The credentials in *environment*, or None without any.

    Raises:
        BackendError: BACKEND_REFUSED; one half of the pair is missing.
    """
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if key and secret:
        return Credentials(key, secret, environment.get("AWS_SESSION_TOKEN") or None)
    if key or secret:
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        raise _none_found(f"expected both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, got no {missing}")
    return None


class DefaultCredentials:
    """The environment first, then the chain, whose temporary credentials are refreshed before they expire."""

    def __init__(self, *, environment: Mapping[str, str] = os.environ, clock: Clock | None = None) -> None:
        self._environment = environment
        self._clock = clock or SystemClock()
        self._chain_lock: asyncio.Lock | None = None
        self._lock_loop: asyncio.AbstractEventLoop | None = None
        # botocore's refreshable credentials; `Any` since it ships no types.
        self._chain: Any = None
        self._none_until_s = float("-inf")

    async def current(self) -> Credentials:
        """As `CredentialSource.current`."""
        return environment_credentials(self._environment) or await self._from_chain()

    async def _from_chain(self) -> Credentials:
        if self._clock.monotonic_s() < self._none_until_s:
            raise _none_found("neither the environment nor botocore's chain has any")
        try:
            botocore_errors = (await asyncio.to_thread(importlib.import_module, "botocore.exceptions")).BotoCoreError
            session_module = await asyncio.to_thread(importlib.import_module, "aiobotocore.session")
        except ModuleNotFoundError:
            raise _none_found("the environment has none") from None
        try:
            async with self._lock():
                if self._chain is None:
                    self._chain = await session_module.get_session().get_credentials()
            # Refreshes by itself: 15 minutes early if it can, 10 minutes early at any price.
            frozen = None if self._chain is None else await self._chain.get_frozen_credentials()
        except botocore_errors as error:
            raise _none_found(f"botocore's chain failed: {error}") from error
        if frozen is None or not frozen.access_key:
            self._none_until_s = self._clock.monotonic_s() + _RETRY_AFTER_S
            raise _none_found("neither the environment nor botocore's chain has any")
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token or None)

    def _lock(self) -> asyncio.Lock:
        """One look-up at a time; a lock belongs to one loop, these credentials do not."""
        loop = asyncio.get_running_loop()
        if self._chain_lock is None or self._lock_loop is not loop:
            self._chain_lock, self._lock_loop = asyncio.Lock(), loop
        return self._chain_lock


def _none_found(why: str) -> BackendError:
    return BackendError(f"no AWS credentials: {why}; {_WHAT_TO_SET}", code="BACKEND_REFUSED")
