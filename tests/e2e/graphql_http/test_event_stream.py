"""Subscriptions by a client of others' making, npm's `graphql-sse`, on the reference graph over its real services."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.testing.doors import over_socket
from tests.e2e import join
from tests.e2e.reference import Platform, platform

HERE = Path(__file__).parent
POST = "mutation ($input: PostCommentInput!) {postComment(input: $input) {comment {id}}}"
LISTEN = "subscription ($id: ID!) {commentPosted(discussionId: $id) {text author {name}}}"

pytestmark = pytest.mark.skipif(not (HERE / "node_modules").exists(), reason="`make test` installs the client")


class Client:
    """The client's process, whose results are read as it prints them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def next(self) -> Any:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 20)
        return json.loads(line) if line else None


@asynccontextmanager
async def client(url: str, query: str, variables: Mapping[str, object], count: int = 0) -> AsyncIterator[Client]:
    request = json.dumps({"query": query, "variables": variables})
    command = ("node", HERE / "subscribe.js", f"{url}/graphql", request, str(count))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def asked(learning: Platform, path: str) -> None:
    """Wait until a service was asked for *path* since the last look."""
    async with asyncio.timeout(20):
        while path not in {call["path"] for call in learning.calls()}:
            await asyncio.sleep(0.01)


async def test_comments_are_heard_as_they_are_posted(tmp_path: Path) -> None:
    """Each comment that a mutation posts reaches the client with what is loaded for it; then it leaves."""
    discussion = join.global_id("Discussion", "d70")
    async with (
        platform("http", tmp_path) as learning,
        over_socket(learning.engine) as door,
        client(door.url, LISTEN, {"id": discussion}, count=2) as listener,
    ):
        # The first look at the service is over: what follows is new.
        await asked(learning, "/comments")
        heard = []
        for text in ("One?", "Two!"):
            given = {"discussionId": discussion, "text": text}
            await learning.data(POST, subject="u113", input=given)
            heard.append(await listener.next())
        end = await listener.next()

    name = join.USERS["u113"]["name"]
    expected = [{"text": text, "author": {"name": name}} for text in ("One?", "Two!")]
    assert expected == [event["data"]["commentPosted"] for event in heard]
    assert "end" == end


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{__typename}", {"data": {"__typename": "Query"}}),
        ("{nothing}", ["GRAPHQL_VALIDATION_FAILED"]),
        ("subscription {commentPosted(discussionId: 1) {text}}", ["BAD_USER_INPUT"]),
    ],
)
async def test_one_result_and_its_end_are_understood(tmp_path: Path, query: str, expected: object) -> None:
    """Queries, documents that are refused and sources that fail are a result and an end."""
    async with (
        platform("http", tmp_path) as learning,
        over_socket(learning.engine) as door,
        client(door.url, query, {}) as listener,
    ):
        result, end = await listener.next(), await listener.next()

    seen = [error["extensions"]["code"] for error in result["errors"]] if "errors" in result else result
    if isinstance(seen, dict):
        seen.pop("extensions")
    assert (expected, "end") == (seen, end)
