"""The life of a local Lambda: what must hold before it starts, its port, and its end.

What happens in between is `invoke_api`, `pool` and `worker`.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from .function import Function
from .invoke_api import InvokeApi
from .pool import Pool

_SHUTDOWN_TIMEOUT_S = 1.0


class LocalLambda:
    """Runs *functions* behind one Invoke API; an async context manager.

    Workers are processes of this Python, started at the first invocation that finds none idle. *log* is called with a
    function's name and one line for each line that its workers write and for each execution that Lambda ended; without
    it lines are dropped. Port 0 takes a free one. An asynchronous invocation (`Event`) that fails is not tried again.

    Raises:
        ValueError: two functions have one name, or there is none.
    """

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        log: Callable[[str, str], None] | None = None,
    ) -> None:
        names = [function.name for function in functions]
        repeated = {name for name in names if names.count(name) > 1}
        if repeated or not names:
            came = f"{', '.join(sorted(repeated))} twice" if repeated else "none"
            raise ValueError(f"LocalLambda.functions: expected functions of different names, got {came}")
        self._host = host
        self._port = port
        self._functions = tuple(functions)
        self._log = log or _drop
        self._pools: dict[str, Pool] = {}
        self._runner: web.AppRunner | None = None
        self._endpoint: str | None = None

    def __repr__(self) -> str:
        return (
            f"<LocalLambda {self._endpoint or 'not started'} {' '.join(function.name for function in self._functions)}>"
        )

    @property
    def endpoint(self) -> str:
        """The address of the Invoke API, for example `http://127.0.0.1:40123`.

        Raises:
            RuntimeError: it is not running.
        """
        if self._endpoint is None:
            raise RuntimeError("LocalLambda has no endpoint before start() and after stop()")
        return self._endpoint

    async def start(self) -> None:
        """Listen for invocations.

        Raises:
            ModuleNotFoundError: the runtime that workers run is not installed.
            NotADirectoryError: a function's directory is none.
            OSError: the port is taken.
            RuntimeError: it runs already.
        """
        if self._runner is not None:
            raise RuntimeError(f"LocalLambda runs already, at {self._endpoint}")
        _check_runtime()
        for function in self._functions:
            _check_directory(function)
        self._pools = {function.name: Pool(function, self._log) for function in self._functions}
        app = InvokeApi(self._pools, region=self._functions[0].region).application()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT_S)
        self._runner = runner
        try:
            await runner.setup()
            site = web.TCPSite(runner, self._host, self._port)
            await site.start()
        except BaseException:
            self._runner = None
            await runner.cleanup()
            raise
        self._endpoint = f"http://{self._host}:{site.port}"

    def renew(self, function: str) -> None:
        """Run the next executions of *function* with its code as it is now, as after a deployment.

        Raises:
            KeyError: there is no such function, or nothing runs.
        """
        self._pools[function].renew()

    async def stop(self) -> None:
        """Return when no worker process is left; invocations under way are answered as failures.

        Workers are asked to end and killed 2 s later, or at once if this call is cancelled. Stopping twice is harmless.
        """
        runner, self._runner, self._endpoint = self._runner, None, None
        if runner is None:
            return
        for site in runner.sites:
            await site.stop()
        try:
            await asyncio.gather(*(pool.stop() for pool in self._pools.values()))
        finally:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()


def _check_runtime() -> None:
    # Looked for, not imported: it belongs in the workers.
    if importlib.util.find_spec("awslambdaric") is None:
        raise ModuleNotFoundError(
            "awslambdaric is not installed; local functions run on it: pip install 'onehop-gateway[dev]'",
            name="awslambdaric",
        )


def _check_directory(function: Function) -> None:
    if not function.root.is_dir():
        raise NotADirectoryError(f"Function {function.name}.directory: expected a directory, got {function.root}")


def _drop(_function: str, _line: str) -> None:
    return
