"""The wheel: what it holds, and that it works alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import gateway
from tests.compiled import IS_COMPILED

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_gateway_alone(wheel: Path) -> None:
    """Neither the reference graph nor services nor tests are installed into somebody's environment."""
    names = zipfile.ZipFile(wheel).namelist()

    # mypyc keeps the code of all compiled modules in one library beside the package.
    packages = {name.split("/")[0] for name in names if "__mypyc." not in name}
    assert {"gateway", f"onehop_gateway-{gateway.__version__}.dist-info"} == packages
    assert "gateway/py.typed" in names


def test_the_wheel_says_for_whom_it_is(wheel: Path) -> None:
    """Compiled modules are for one Python and one kind of machine; without them it is for all."""
    compiled = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".so", ".pyd"))]

    assert bool(compiled) is IS_COMPILED
    assert wheel.name.endswith("-py3-none-any.whl") is not IS_COMPILED


@pytest.mark.skipif(
    not (ROOT / "gateway" / "application" / "console" / "index.html").exists(), reason="`make console` builds it"
)
def test_the_wheel_holds_the_built_console(wheel: Path) -> None:
    """A developer who installs the wheel has GraphiQL without npm."""
    names = zipfile.ZipFile(wheel).namelist()

    assert "gateway/application/console/index.html" in names
    assert any(name.startswith("gateway/application/console/assets/") and name.endswith(".js") for name in names)


def test_the_wheel_holds_the_scaffold(wheel: Path) -> None:
    """`gateway new` has every file of the template to write, those whose names begin with a dot included."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("gateway/cli/template/")}

    template = ROOT / "gateway" / "cli" / "template"
    files = {str(path.relative_to(ROOT)) for path in template.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert files == names


def test_the_wheel_works_alone(wheel: Path, tmp_path: Path) -> None:
    """With the wheel and its dependencies on the path, and nothing of this checkout, a graph is made and served."""
    site, unpacked = sysconfig.get_paths()["purelib"], tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    code = (
        f"import sys; sys.path[:0] = [{str(unpacked)!r}, {site!r}]\n"
        "import strawberry, gateway, gateway.application.app, gateway.cli.commands, gateway.aws_lambda\n"
        "assert not {'schema', 'resolvers', 'dataloaders', 'services'} & set(sys.modules)\n"
        "print(gateway.__file__)"
    )

    # -I and -S: neither this directory nor the editable install's path file is looked at.
    command = [sys.executable, "-I", "-S", "-c", code]
    run = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)

    assert run.stdout.startswith(str(unpacked))
