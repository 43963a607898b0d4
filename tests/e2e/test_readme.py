"""What the README promises is what happens."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path

import pytest

import gateway
from gateway.cli.commands import app
from tests.e2e.reference import OPERATIONS, ROOT, platform

README = (ROOT / "README.md").read_text()
HOPS = (ROOT / "docs" / "hops.md").read_text()


async def test_the_first_answer_is_the_one_shown(tmp_path: Path) -> None:
    """The README's command gets the README's answer."""
    (request,) = re.findall(r"-d '(.+)'", README)
    shown = re.search(r'^(\{"data".+?)\n```', README, re.MULTILINE | re.DOTALL)
    assert shown

    async with platform("http", tmp_path) as learning:
        data = await learning.data(json.loads(request)["query"])

    assert json.loads(shown[1].replace("\n", "")) == {"data": data}


async def test_the_calls_are_those_shown(tmp_path: Path) -> None:
    """The catalogue page takes the four calls, in the two departures, that `docs/hops.md` lists."""
    shown = re.findall(r"^call loader=(\S+) +keys=(\d+) +departure=(\d+)", HOPS, re.MULTILINE)

    async with platform("http", tmp_path) as learning:
        answer = await learning.ask((OPERATIONS / "course_catalogue.graphql").read_text())

    calls = {(f"{call.backend}.{call.loader}", str(call.keys), str(call.departure)) for call in answer.calls}
    assert 4 == len(shown)
    assert set(shown) == calls


def test_the_plan_shown_is_printed(monkeypatch, capsys) -> None:
    """Each line of the README's plan is printed by its command, in this order; others are left out."""
    command, shown = re.search(r"\$ \S+/(gateway plan .+)\n((?s:.+?))```", README).groups()  # type: ignore[union-attr]
    monkeypatch.chdir(ROOT)

    with pytest.raises(SystemExit):
        app(shlex.split(command)[1:], exit_on_error=False, print_error=False)

    printed = iter(capsys.readouterr().out.splitlines())
    for line in shown.splitlines():
        assert any(each.startswith(line.rstrip("…")) for each in printed), line


def test_the_declarations_shown_use_public_names() -> None:
    """Every name that the README's Python takes from the gateway is public."""
    (code,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)

    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}

    assert {"Backend", "Call", "Keys", "get", "load", "object_of"} <= used & set(gateway.__all__)
