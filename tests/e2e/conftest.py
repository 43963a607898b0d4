"""The platform, started once for each way in which its services are carried, for all tests that ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.reference import CARRIERS, Platform, platform

# Tests of one carrier stay on one worker of pytest-xdist, so that no platform is started twice.
_PARAMS = [pytest.param(carrier, marks=pytest.mark.xdist_group(f"platform-{carrier}")) for carrier in CARRIERS]


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=_PARAMS)
async def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with platform(request.param, tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture
def learning(shared: Platform) -> Platform:
    """The platform, its call log empty."""
    shared.calls()
    return shared
