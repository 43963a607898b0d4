"""The signatures of resolvers that are made, not written: Strawberry reads a field's arguments from them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from strawberry.types import Info

from ..vocabulary.errors import DeclarationError

#: How Strawberry knows the parameter that takes the parent's value.
_PARENT: Any = strawberry.Parent[Any]  # type: ignore[misc]  # a TypeAliasType, which mypy does not see through


def give_signature(resolver: Callable[..., Any], arguments: Iterable[inspect.Parameter], where: str) -> None:
    """Make *resolver* look as if it took the parent, the info and *arguments*, these keyword-only.

    Raises:
        DeclarationError: an argument has the name of one of the first two; the text begins with *where*.
    """
    arguments = list(arguments)
    for argument in arguments:
        if argument.name in {"root", "info"}:
            raise DeclarationError(
                f"{where}: a parameter cannot be named {argument.name!r}, which resolvers have: rename it"
            )
    positional, keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("root", positional, annotation=_PARENT),
        inspect.Parameter("info", positional, annotation=Info),
        *(argument.replace(kind=keyword) for argument in arguments),
    ]
    made: Any = resolver
    # What inspect.signature reads first; Strawberry looks at the annotations as well.
    made.__signature__ = inspect.Signature(parameters)
    made.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
