"""The local Lambda is an extra: what does not run it needs none of its libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("module", ["gateway.cli.serve", "gateway.cli.server", "gateway.cli.dev", "gateway.aws_lambda"])
def test_only_the_local_lambda_imports_its_server(module):
    """Serving, in production or in development, does not import aiohttp."""
    assert "False" == python(f"import sys, {module}; print('aiohttp' in sys.modules)")


def test_missing_extra_is_named():
    """Who asks for the local Lambda without its libraries is told what to install."""
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "try: from gateway.local_lambda import LocalLambda\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )

    assert "aiohttp is not installed; the local Lambda is served by it: pip install 'onehop-gateway[dev]'" == python(
        code
    )


def test_other_names_are_missing_as_ever():
    """A name that the package has not is an AttributeError."""
    import gateway.local_lambda

    with pytest.raises(AttributeError, match="no attribute 'LocalLamda'"):
        _ = gateway.local_lambda.LocalLamda
