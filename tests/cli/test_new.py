"""`gateway new`: a project, or one sentence about why there is none. That it works is `tests/packaging`'s to show."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from gateway.cli import new
from tests.cli.processes import run_gateway

TEMPLATE = Path(new.__file__).with_name("template")


def files_in(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


async def test_a_project_is_the_template_with_its_name(tmp_path: Path) -> None:
    """Every file is there, nothing is left to fill in, and what to do next is told."""
    code, printed, said = await run_gateway("new", "book-shop", directory=tmp_path)

    project = tmp_path / "book-shop"
    text = "\n".join((project / name).read_text() for name in files_in(project))
    assert (0, "") == (code, said)
    assert printed.startswith(f"book-shop: {len(files_in(TEMPLATE))} files. Next:\n  cd book-shop\n")
    assert files_in(TEMPLATE) == files_in(project)
    assert 'name = "book-shop"' in text
    assert "onehop-gateway~=0.1.0" in text
    assert "PROJECT_NAME" not in text


@pytest.mark.timeout(180)
async def test_a_type_checker_has_nothing_to_say(tmp_path: Path) -> None:
    """An editor that checks types shows a new project without a mark."""
    await run_gateway("new", "shop", directory=tmp_path)

    checking = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("pyright"),
        *("--warnings", "--pythonpath", sys.executable),
        cwd=tmp_path / "shop",
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await checking.communicate()

    assert "0 errors, 0 warnings, 0 informations" == told.decode().strip()


async def test_a_source_install_says_what_is_missing(tmp_path: Path) -> None:
    """No index has a gateway that runs from its source: a project needs a wheel of it."""
    _, printed, _ = await run_gateway("new", "shop", directory=tmp_path)

    assert "  # put a wheel of onehop-gateway into wheels/: this gateway runs from its source\n" in printed


async def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    """Somebody who made the folder first is not sent away."""
    (tmp_path / "shop").mkdir()

    code, *_ = await run_gateway("new", "shop", directory=tmp_path)

    assert 0 == code
    assert (tmp_path / "shop" / ".dockerignore").is_file()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("taken", "gateway: taken: expected no such folder, or an empty one; it has files in it\n"),
        ("file", "gateway: file: expected no such folder, got a file\n"),
        ("onehop-gateway", "gateway: NAME: expected a name that no package has which the project needs, got "),
        ("pytest", "gateway: NAME: expected a name that no package has which the project needs, got 'pytest'\n"),
    ],
)
async def test_a_place_or_name_that_is_taken_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    """Nothing is overwritten, and nothing is written."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "work").write_text("of a year")
    (tmp_path / "file").write_text("")

    code, printed, said = await run_gateway("new", name, directory=tmp_path)

    assert (2, "") == (code, printed)
    assert said.startswith(sentence)
    assert {"taken/work", "file"} == files_in(tmp_path)


@pytest.mark.parametrize(
    "name", ["Shop", "my shop", "../shop", "shop/", "1shop", "shop-", "a--b", "ümlaut", "", "a" * 65]
)
def test_a_name_must_fit_packages_and_images(name: str, tmp_path: Path, monkeypatch, capsys) -> None:
    """What would fail later, in an installer or an image's tag, fails now."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as end:
        new.run_new(name)

    assert 2 == end.value.code
    assert f"such as my-shop; got {name!r}\n" in capsys.readouterr().err
    assert set() == files_in(tmp_path)


def test_the_wheel_that_it_came_from_goes_along(tmp_path: Path, monkeypatch, capsys) -> None:
    """A gateway that was installed from a file gives its projects that file."""
    wheel = tmp_path / "a b" / "onehop_gateway-0.1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    monkeypatch.setattr(new, "_origin", lambda: {"url": wheel.as_uri(), "archive_info": {}})
    monkeypatch.chdir(tmp_path)

    new.run_new("shop")

    assert b"wheel" == (tmp_path / "shop" / "wheels" / wheel.name).read_bytes()
    assert "put a wheel" not in capsys.readouterr().out
