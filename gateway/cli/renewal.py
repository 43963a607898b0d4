"""Services of `gateway dev` whose code changes: which folders are whose, and who is started anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from watchfiles import awatch

from ..vocabulary.settings import ServiceSettings
from .http_service import ServiceFailedError

#: Starts a service anew, told which file has changed.
Renew: TypeAlias = Callable[[Path], Awaitable[None]]


def code_folders(name: str, service: ServiceSettings, root: Path) -> list[Path]:
    """Where the code of the service *name* is, as its `watch` says; else where its handler's or command's module is.

    A module that is not below *root* is not edited here, and has none.

    Raises:
        ServiceFailedError: `watch` names what is no folder.
    """
    if service.watch is None:
        modules = dict.fromkeys(map(_folder_of, _modules(service)))
        return [root / folder for folder in modules if folder and (root / folder).is_dir()]
    for folder in service.watch:
        if not (root / folder).is_dir():
            raise ServiceFailedError(f"{name}: watch: expected a folder, got {folder!r}, which is none")
    return [root / folder for folder in service.watch]


def _modules(service: ServiceSettings) -> Iterable[str]:
    """The modules that it runs, by dotted names: of `a.b.app.handler` it is `a.b.app`, of `python -m a.b` `a.b`."""
    if service.handler is not None:
        yield service.handler.rpartition(".")[0]
    command = service.command or ()
    for flag, module in pairwise(command):
        if flag == "-m":
            # Its `__main__`, which stands in the folder of the same name.
            yield f"{module}.__main__"


def _folder_of(module: str) -> str:
    """The folder that holds *module*; empty for one that stands in no package."""
    return "/".join(module.split(".")[:-1])


class Renewal:
    """Starts services anew as their code changes."""

    def __init__(self) -> None:
        self._services: list[tuple[list[Path], Renew]] = []

    def add(self, folders: list[Path], renew: Renew) -> None:
        """Call *renew* whenever something changes in *folders*."""
        if folders:
            self._services.append(([folder.resolve() for folder in folders], renew))

    async def run(self) -> None:
        """Watch until cancelled; several changes within a moment are one."""
        folders = {folder for own, _ in self._services for folder in own}
        if not folders:
            return
        async for changes in awatch(*folders):
            changed = sorted(Path(path) for _, path in changes)
            for own, renew in self._services:
                file = next((file for file in changed if any(file.is_relative_to(folder) for folder in own)), None)
                if file is not None:
                    await renew(file)
