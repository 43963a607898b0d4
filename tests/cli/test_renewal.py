"""Services of `gateway dev` whose code changes: where it is, and what becomes of one that cannot be started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gateway.cli import renewal
from gateway.cli.http_service import ServiceFailedError
from gateway.cli.renewal import Renewal, code_folders
from gateway.vocabulary.settings import ServiceSettings


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ({"handler": "services.users.app.handler"}, ["services/users"]),
        ({"handler": "services.users.app:handler"}, ["services/users"]),
        ({"handler": "services.users.handler"}, ["services"]),
        ({"handler": "app.handler"}, []),
        ({"handler": "elsewhere.app.handler"}, []),
        ({"command": ("{python}", "-m", "services.users", "--port", "{port}")}, ["services/users"]),
        ({"command": ("{python}", "-m", "services.users.app", "--port", "{port}")}, ["services/users"]),
        ({"command": ("{python}", "-m", "app")}, []),
        ({"command": ("{python}", "-m", "http.server")}, []),
        ({"command": ("node", "main.js")}, []),
        ({"command": ("node", "main.js"), "watch": ("web", "services")}, ["web", "services"]),
        ({"handler": "services.users.app.handler", "watch": ()}, []),
    ],
)
def test_the_code_is_where_its_module_is_or_where_it_is_said(
    tmp_path: Path, service: dict[str, Any], expected: list[str]
) -> None:
    """Folders that exist, below the working directory; a module that stands in none has none."""
    for folder in ("services/users", "web"):
        (tmp_path / folder).mkdir(parents=True)

    assert [tmp_path / folder for folder in expected] == code_folders("users", ServiceSettings(**service), tmp_path)


def test_a_folder_to_watch_that_is_none_is_told(tmp_path: Path) -> None:
    """A typing mistake would else be a service that is never started again."""
    service = ServiceSettings(command=("node", "main.js"), watch=("wbe",))

    with pytest.raises(ServiceFailedError, match="web: watch: expected a folder, got 'wbe'"):
        code_folders("web", service, tmp_path)


Changes: TypeAlias = set[tuple[int, str]]


class Watch:
    """What is seen of the folders: `changes`, one after another, then `ends_with`."""

    def __init__(self, changes: list[Changes], ends_with: Exception | None = None) -> None:
        self.changes, self.ends_with = changes, ends_with
        self.is_over = asyncio.Event()

    async def __call__(self, *_folders: Path) -> AsyncIterator[Changes]:
        for change in self.changes:
            yield change
        self.is_over.set()
        if self.ends_with is not None:
            raise self.ends_with
        await asyncio.Event().wait()


async def test_a_service_that_cannot_be_started_again_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again at the next change, and the services beside it are renewed as ever."""
    watch = Watch([{(1, str(tmp_path / "app.py"))}] * 2)
    monkeypatch.setattr(renewal, "awatch", watch)
    said, renewed = list[str](), list[Path]()

    async def refuse(_changed: Path) -> None:
        raise PermissionError(1, "not allowed")

    async def renew(changed: Path) -> None:
        renewed.append(changed)

    services = Renewal()
    services.add([tmp_path], refuse, said.append)
    services.add([tmp_path], renew, said.append)
    running = asyncio.create_task(services.run(said.append))
    await watch.is_over.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    sentence = "app.py has changed, but it could not be started again: PermissionError(1, 'not allowed')"
    assert [sentence] * 2 == said
    assert [tmp_path / "app.py"] * 2 == renewed


async def test_folders_that_cannot_be_watched_any_more_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs goes on, but nobody is to wait for a change to show."""
    monkeypatch.setattr(renewal, "awatch", Watch([], OSError(28, "OS file watch limit reached")))
    said = list[str]()

    async def renew(_changed: Path) -> None:
        pass

    services = Renewal()
    services.add([tmp_path], renew, said.append)
    await services.run(said.append)

    (sentence,) = said
    assert sentence.startswith("changes of services are not seen any more")
    assert "OS file watch limit reached" in sentence
