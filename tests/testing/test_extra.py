"""The doors need an extra: what does not open one needs no library of theirs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import gateway.testing

DOORS = [name for name in gateway.testing.__all__ if getattr(gateway.testing, name).__module__.endswith(".doors")]


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_missing_extra_is_named() -> None:
    """Whoever asks for a door without httpx is told what to install; everything else is there."""
    code = (
        "import sys; sys.modules['httpx'] = None\n"
        "import gateway.testing\n"
        "for name in gateway.testing.__all__:\n"
        "    try: getattr(gateway.testing, name)\n"
        "    except ModuleNotFoundError as error: print(name, error, sep=': ')\n"
    )

    said = "httpx is not installed; the doors of gateway.testing speak HTTP by it: pip install 'onehop-gateway[httpx]'"
    assert len(DOORS) >= 7
    assert [f"{name}: {said}" for name in DOORS] == python(code).splitlines()


def test_what_else_is_missing_keeps_its_error() -> None:
    """Another library that is not there is nothing that the extra brings."""
    code = (
        "import sys; sys.modules['granian.constants'] = None\n"
        "try: from gateway.testing import in_process\n"
        "except ModuleNotFoundError as error: print(error.name)\n"
    )

    assert "granian.constants" == python(code)


def test_a_name_that_is_none_is_missing_as_ever() -> None:
    """A name that the package has not is an AttributeError."""
    with pytest.raises(AttributeError, match="no attribute 'over_sockets'"):
        _ = gateway.testing.over_sockets
