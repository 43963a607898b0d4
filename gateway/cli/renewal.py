"""Services of `gateway dev` whose code changes: which folders are whose, and who is started anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from watchfiles import awatch

from ..vocabulary.settings import ServiceSettings
from .http_service import ServiceFailedError
from .modules import module_of

#: Starts a service anew, told which file has changed.
Renew: TypeAlias = Callable[[Path], Awaitable[None]]
#: Tells whoever sits at the terminal.
Say: TypeAlias = Callable[[str], None]


def code_folders(name: str, service: ServiceSettings, root: Path) -> list[Path]:
    """Where the code of the service *name* is, as its `watch` says; else where its handler's or command's module is.

    A module that is not below *root* is not edited here, and has none.

    Raises:
        ServiceFailedError: `watch` names what is no folder.
    """
    if service.watch is None:
        found = (_folder_of(names, root) for names in _modules(service))
        return [*dict.fromkeys(folder for folder in found if folder is not None)]
    for folder in service.watch:
        if not (root / folder).is_dir():
            raise ServiceFailedError(f"{name}: watch: expected a folder, got {folder!r}, which is none")
    return [root / folder for folder in service.watch]


def _modules(service: ServiceSettings) -> Iterable[tuple[str, ...]]:
    """The modules that it runs, each by the dotted names that it may have, the likelier one first."""
    if service.handler is not None:
        yield (module_of(service.handler),)
    command = service.command or ()
    for flag, module in pairwise(command):
        if flag == "-m":
            # A package, of which its `__main__` runs; else a module of a package.
            yield (f"{module}.__main__", module)


def _folder_of(names: Iterable[str], root: Path) -> Path | None:
    """The folder that holds the module that has one of *names*; None for one that stands in no package below *root*."""
    folders = (root.joinpath(*name.split(".")[:-1]) for name in names if "." in name)
    return next((folder for folder in folders if folder.is_dir()), None)


@dataclass(frozen=True, slots=True)
class _Watched:
    """A service, as its code is watched."""

    folders: list[Path]
    renew: Renew
    say: Say

    async def renew_for(self, changed: Iterable[Path]) -> None:
        """Start it anew if one of the files *changed* is of its code; a failure to do so is said, and its own."""
        file = next((file for file in changed if any(map(file.is_relative_to, self.folders))), None)
        if file is None:
            return
        try:
            await self.renew(file)
        except Exception as failed:  # noqa: BLE001 - told: the next change, and other services, are not to suffer
            self.say(f"{file.name} has changed, but it could not be started again: {failed!r}")


class Renewal:
    """Starts services anew as their code changes."""

    def __init__(self) -> None:
        self._services: list[_Watched] = []

    def add(self, folders: list[Path], renew: Renew, say: Say) -> None:
        """Call *renew* whenever something changes in *folders*; what keeps it from that goes to *say*."""
        if folders:
            self._services.append(_Watched([folder.resolve() for folder in folders], renew, say))

    async def run(self, say: Say) -> None:
        """Watch until cancelled; several changes within a moment are one. An end that comes before goes to *say*."""
        folders = {folder for service in self._services for folder in service.folders}
        if not folders:
            return
        try:
            async for changes in awatch(*folders):
                changed = sorted(Path(path) for _, path in changes)
                for service in self._services:
                    await service.renew_for(changed)
        except Exception as failed:  # noqa: BLE001 - told: what runs goes on running
            say(f"changes of services are not seen any more, start again to see them: {failed!r}")
