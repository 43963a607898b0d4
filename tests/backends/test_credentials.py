from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from gateway.backends.credentials import DefaultCredentials, environment_credentials
from gateway.backends.sigv4 import Credentials
from gateway.testing.fault_peer import FaultPeer, Reply
from gateway.vocabulary.errors import BackendError


class HandClock:
    """A clock that tests set."""

    def __init__(self):
        self.now_s = 1000.0

    def monotonic_s(self):
        return self.now_s

    def wall_s(self):
        return self.now_s


async def test_environment_is_read_at_each_call():
    """Credentials that change in the environment are used from the next call on."""
    environment = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"}
    source = DefaultCredentials(environment=environment)

    first = await source.current()
    environment |= {"AWS_ACCESS_KEY_ID": "B", "AWS_SESSION_TOKEN": "t"}
    second = await source.current()

    assert (Credentials("A", "s"), Credentials("B", "s", "t")) == (first, second)


@pytest.mark.parametrize(
    ("environment", "missing"),
    [({"AWS_ACCESS_KEY_ID": "A"}, "AWS_SECRET_ACCESS_KEY"), ({"AWS_SECRET_ACCESS_KEY": "s"}, "AWS_ACCESS_KEY_ID")],
)
def test_half_a_pair_is_refused(environment, missing):
    """A key without its secret, or the reverse, names what is missing and falls back to nothing else."""
    with pytest.raises(BackendError, match=f"got no {missing}") as raised:
        environment_credentials(environment)

    assert "BACKEND_REFUSED" == raised.value.code


async def test_none_anywhere_says_what_to_set():
    """Without any credentials the error names the variables to set."""
    with pytest.raises(BackendError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") as raised:
        await DefaultCredentials(environment={}).current()

    assert "BACKEND_REFUSED" == raised.value.code


async def test_profile_of_the_chain_is_used(tmp_path, monkeypatch):
    """Without credentials in the environment, those of botocore's chain are used."""
    shared = tmp_path / "credentials"
    shared.write_text("[default]\naws_access_key_id = P\naws_secret_access_key = q\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))

    assert Credentials("P", "q") == await DefaultCredentials(environment={}).current()


async def test_chain_that_found_nothing_is_asked_again_later(tmp_path, monkeypatch):
    """An empty chain is left alone for ten seconds, then asked again."""
    shared, clock = tmp_path / "credentials", HandClock()
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    source = DefaultCredentials(environment={}, clock=clock)
    with pytest.raises(BackendError):
        await source.current()
    shared.write_text("[default]\naws_access_key_id = P\naws_secret_access_key = q\n")
    with pytest.raises(BackendError):
        await source.current()

    clock.now_s += 10.0

    assert Credentials("P", "q") == await source.current()


async def test_temporary_credentials_are_refreshed_before_they_expire(monkeypatch):
    """A container's credentials that end within minutes are fetched anew, once for all who wait."""
    lives_s = iter([60, 3600])
    keys = iter(["first", "second"])

    def act(_received):
        ends = datetime.now(UTC) + timedelta(seconds=next(lives_s))
        body = {"AccessKeyId": next(keys), "SecretAccessKey": "s", "Token": "t", "Expiration": ends.isoformat()}
        return Reply(headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())

    async with FaultPeer() as peer:
        peer.act = act
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{peer.port}/credentials")
        source = DefaultCredentials(environment={})

        got = await asyncio.gather(*(source.current() for _ in range(5)))
        later = await source.current()

    assert {"second"} == {credentials.access_key_id for credentials in (*got, later)}
    assert 2 == len(peer.received)
