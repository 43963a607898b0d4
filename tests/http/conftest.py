"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from gateway.vocabulary.errors import ClientError


@pytest.fixture(scope="session")
def only_client_errors() -> Callable[[], AbstractContextManager[None]]:
    """A block in which the code under test may raise a ClientError, bounded and encodable, and nothing else."""

    @contextmanager
    def block() -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            check_message(error)

    return block


def check_message(error: ClientError) -> None:
    assert len(error.detail.encode()) < 2_000
