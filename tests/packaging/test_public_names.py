"""The public face: every name listed is there, sorted and explained."""

from __future__ import annotations

from importlib.metadata import version
from inspect import isclass, isfunction

import pytest

import gateway
import gateway.testing


def test_all_is_sorted() -> None:
    """`__all__` is in order, so that a diff of it shows what changed."""
    assert sorted(gateway.__all__) == gateway.__all__


def test_every_public_name_is_listed() -> None:
    """What can be imported from `gateway` is what `__all__` says, submodules aside."""
    names = {name for name, value in vars(gateway).items() if not name.startswith("_") and not _is_module(value)}

    assert names - {"annotations"} == set(gateway.__all__) - {"__version__"}


def test_the_version_is_that_of_the_metadata() -> None:
    """It is read when it is asked for; other names are missing as ever."""
    assert version("onehop-gateway") == gateway.__version__
    with pytest.raises(AttributeError, match="no attribute 'versoin'"):
        _ = gateway.versoin


def test_every_public_name_is_explained() -> None:
    """Each class and function says what it is for."""
    explainable = {name: value for name, value in vars(gateway).items() if isclass(value) or isfunction(value)}

    unexplained = [name for name, value in explainable.items() if not (value.__doc__ or "").strip()]

    assert [] == unexplained


def test_the_test_kit_gives_every_name_it_lists() -> None:
    """Names are imported when asked for; each is there, and `__all__` is in order."""
    assert sorted(gateway.testing.__all__) == gateway.testing.__all__
    assert all(getattr(gateway.testing, name) is not None for name in gateway.testing.__all__)


def _is_module(value: object) -> bool:
    return type(value).__name__ == "module"
