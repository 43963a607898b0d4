"""The public face: every name listed is there, sorted and explained."""

from __future__ import annotations

from importlib.metadata import version
from inspect import isclass, isfunction
from types import ModuleType

import pytest

import gateway
import gateway.testing


@pytest.mark.parametrize("package", [gateway, gateway.testing])
def test_all_is_sorted(package: ModuleType) -> None:
    """`__all__` is in order, so that a diff of it shows what changed."""
    assert sorted(package.__all__) == package.__all__


@pytest.mark.parametrize("package", [gateway, gateway.testing])
def test_every_public_name_is_there(package: ModuleType) -> None:
    """Names are imported when asked for: each that is listed is there, and those that are listed can be seen."""
    names = package.__all__

    assert all(getattr(package, name) is not None for name in names)
    assert set(names) <= set(dir(package))
    with pytest.raises(AttributeError, match="has no attribute 'laod'"):
        _ = package.laod


def test_the_version_is_that_of_the_metadata() -> None:
    """What the package says of itself is what installers know of it."""
    assert version("onehop-gateway") == gateway.__version__


def test_every_public_name_is_explained() -> None:
    """Each class and function says what it is for."""
    public = {name: getattr(gateway, name) for name in gateway.__all__}
    explainable = {name: value for name, value in public.items() if isclass(value) or isfunction(value)}

    unexplained = [name for name, value in explainable.items() if not (value.__doc__ or "").strip()]

    assert [] == unexplained
