"""What a process that serves imports: nothing that only terminals, mistakes, the console or other settings need."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FOR_OTHERS = (
    "cyclopts",
    "difflib",
    "gateway.application.graphiql",
    "gateway.backends.aws_lambda",
    "gateway.backends.credentials",
    "gateway.planning.explain",
    "granian",
    "httpx",
    "importlib.metadata",
    "rich",
    "tomllib",
)


# A function that is asked for nothing but answers routes nothing, and generates no secrets.
_FOR_SERVERS = ("anyio", "hmac", "secrets", "starlette.applications", "starlette.routing")


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [("gateway.aws_lambda", _FOR_OTHERS + _FOR_SERVERS), ("gateway.application.starting", _FOR_OTHERS)],
)
def test_a_start_imports_what_serves(module: str, unwanted: tuple[str, ...]) -> None:
    """Each of these would cost a cold start some milliseconds, some of them a hundred."""
    code = f"import sys, {module}; print(*[name for name in {unwanted!r} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "\n" == ran.stdout


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        ("gateway", ("msgspec", "strawberry")),
        ("gateway.cli.__main__, gateway.cli.serve", ("cyclopts", "importlib.metadata", "rich")),
        ("gateway.cli.commands", ("rich",)),
    ],
)
def test_a_server_starts_without_what_reads_commands_and_draws_tables(modules: str, unwanted: tuple[str, ...]) -> None:
    """Reading arguments is for the other commands and for mistakes; tables and colours are for help and reports."""
    code = f"import sys, {modules}; print(*[name for name in {unwanted!r} if name in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "\n" == ran.stdout


def test_what_a_start_imports_is_never_collected() -> None:
    """Nothing is looked through while it is imported, nor later; what requests leave is, when there is enough of it."""
    code = """
import gc
before = gc.get_stats()[0]["collections"]
import gateway.aws_lambda
collections = gc.get_stats()[0]["collections"] - before
print(collections < 10, gc.get_freeze_count() > 50_000, gc.isenabled(), gc.get_threshold()[0])
"""

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "True True True 50000\n" == ran.stdout
