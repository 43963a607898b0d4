"""`docs/hops.md` shows what the gateway sends and reads."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from docs.snippets.hops import signed
from gateway.admission.hops_signature import may_see_hops
from gateway.http.hops import SERVER_TIMING_HEADER, HopTotals, hops_extension, server_timing
from gateway.observe.calls import CallRecord
from gateway.vocabulary.settings import HopsSettings, Settings

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "hops.md").read_text()
SECRET = "correct horse 'battery' $taple 0001"
PRODUCTION = Settings(hops=HopsSettings(secret=SECRET))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)


def test_the_header_shown_is_the_one_sent():
    """The example is what these totals give."""
    value = server_timing(HopTotals(hops=2, calls=3, invokes=1, backend_s=0.0123, total_s=0.0151))

    assert f"{SERVER_TIMING_HEADER}: {value}" == blocks("")[0].strip()


def test_the_extension_shown_is_the_one_sent():
    """The example is what this receipt gives, and each of its names is explained."""
    record = CallRecord(
        backend="users",
        loader="user_by_id",
        keys=10,
        departure=2,
        hop=2,
        start_s=0.0041,
        duration_s=0.0082,
        source="backend",
        response_bytes=2048,
        status=200,
    )
    totals = HopTotals(hops=2, calls=1, invokes=1, backend_s=0.0123, total_s=0.0151)

    sent = hops_extension([record], totals, "…", None)

    assert json.loads(blocks("json")[0]) == sent
    assert [] == [name for name in (*sent, *sent["records"][0]) if f"`{name}`" not in PAGE and name not in SELF_EVIDENT]


SELF_EVIDENT = {"backend", "loader", "start_ms", "duration_ms"}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_the_shell_lines_sign_as_the_gateway_reads():
    """The header made with openssl opens the receipt, whatever characters the key has."""
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith(("t=", "v1="))]
    script = "\n".join([*lines, 'printf %s "t=$t,v1=$v1"'])

    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        env={**os.environ, "GATEWAY_HOPS__SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )

    assert 2 == len(lines)
    assert '"gateway-hops: t=$t,v1=$v1"' in PAGE
    assert may_see_hops(ran.stdout, PRODUCTION, time.time())


def test_the_variables_shown_are_settings():
    """A variable of another name that begins so would stop the gateway of whoever exports it."""
    assert {"GATEWAY_HOPS__SECRET"} == set(re.findall(r"GATEWAY_\w+", PAGE))


def test_the_python_lines_sign_as_the_gateway_reads():
    """The function shown is the tested one, and its header opens the receipt."""
    (shown,) = blocks("python")

    assert shown in (DOCS / "snippets" / "hops.py").read_text()
    assert may_see_hops(signed(SECRET)["gateway-hops"], PRODUCTION, time.time())


def test_the_picture_is_there():
    """The page's image is a file."""
    (image,) = re.findall(r"!\[.+?\]\((.+?)\)", PAGE)

    assert (DOCS / image).is_file()
