"""Reading the signature of a decorated loader function, and saying clearly when it is not one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from ..vocabulary.errors import DeclarationError
from .call import Call
from .loader import Cardinality
from .page import Page

_SHAPES: dict[tuple[Cardinality, bool], str] = {
    ("one", True): "Call[list[Record]]",
    ("many", True): "Call[list[Record]]",
    ("page", True): "Call[dict[Key, Page[Record]]]",
    ("one", False): "Call[Record]",
    ("many", False): "Call[list[Record]]",
    ("page", False): "Call[Page[Record]]",
}


#: What is said of an `async def` that returns a call.
EXPECTED_DEF = "expected `def`, got `async def`: the function describes a Call, which the engine sends"


class KeyFields(msgspec.Struct, frozen=True):
    """The record fields that hold a loader's key, from the descriptors given as `by=`."""

    owner: type[Any]
    names: tuple[str, ...]
    is_tuple: bool

    def type_on(self, record: type[Any]) -> Any:
        """The key's type on *record*, which may narrow what it inherits from the owner."""
        types = tuple(record_field_type(record, name) for name in self.names)
        return tuple[types] if self.is_tuple else types[0]  # type: ignore[valid-type]  # built at run time


class LoaderSignature(msgspec.Struct, frozen=True):
    """What a loader function's signature declares."""

    record: type[Any]
    keys: Any
    parameters: tuple[inspect.Parameter, ...]
    opaque: bool


def read_key_fields(where: str, by: Any) -> KeyFields:
    """The key that `by=UserRecord.id`, or a tuple of such, names.

    Raises:
        DeclarationError: *by* is no field of a msgspec.Struct, or the fields belong to different records.
    """
    descriptors = by if isinstance(by, tuple) else (by,)
    if isinstance(by, tuple) and len(by) < 2:  # noqa: PLR2004 - one field is no tuple
        raise DeclarationError(f"{where}: by= expects one field or a tuple of several, got a tuple of {len(by)}")
    for descriptor in descriptors:
        if not is_record_field(descriptor):
            raise DeclarationError(
                f"{where}: by= expects a record's field, such as UserRecord.id, or a tuple of them; got {descriptor!r}"
            )
    owners = {descriptor.__objclass__ for descriptor in descriptors}
    if len(owners) > 1:
        names = ", ".join(sorted(owner.__name__ for owner in owners))
        raise DeclarationError(f"{where}: by= expects fields of one record; got fields of {names}")
    (owner,) = owners
    return KeyFields(owner, tuple(descriptor.__name__ for descriptor in descriptors), isinstance(by, tuple))


def is_record_field(value: Any) -> bool:
    """Whether *value* is a field of a record class, as `UserRecord.id` is at run time."""
    owner = getattr(value, "__objclass__", None)
    return isinstance(owner, type) and issubclass(owner, msgspec.Struct)


def record_field_type(record: type[Any], name: str) -> Any:
    """The declared type of a record's field."""
    return _field_types(record)[name]  # type: ignore[arg-type]  # mypy doubts that a class is hashable


# Each field asks, some twice: without the cache a record of 200 fields would be evaluated 400 times.
@lru_cache(maxsize=256)
def _field_types(record: type[Any]) -> dict[str, Any]:
    return get_type_hints(record)


def read_signature(where: str, build: Callable[..., Any], cardinality: Cardinality, *, keyed: bool) -> LoaderSignature:
    """Read what *build* takes and gives.

    Raises:
        DeclarationError: parameters or the return annotation are not a loader's.
    """
    signature = evaluated_signature(where, build)
    opaque = inspect.iscoroutinefunction(build)
    parameters = list(signature.parameters.values())
    if keyed and (not parameters or parameters.pop(0).kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD):
        raise DeclarationError(f"{where}: expected the keys as first parameter, `keys: Keys[...]`, got {signature}")
    for parameter in parameters:
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise DeclarationError(f"{where}: {_not_keyword_only(parameter, cardinality, keyed=keyed)}")
    if opaque and get_origin(signature.return_annotation) is Call:
        raise DeclarationError(f"{where}: {EXPECTED_DEF}")
    record = _record_of(signature.return_annotation, cardinality, keyed=keyed, opaque=opaque)
    if record is None:
        expected = _SHAPES[cardinality, keyed]
        expected = expected.removeprefix("Call[").removesuffix("]") if opaque else expected
        raise DeclarationError(
            f"{where}: expected `-> {expected}` of a {cardinality} loader "
            f"{'with' if keyed else 'without'} keys, got {_came(signature.return_annotation)}"
        )
    first = next(iter(signature.parameters.values()), None)
    keys = first.annotation if keyed and first else None
    return LoaderSignature(record, keys, tuple(parameters), opaque)


def _came(annotation: Any) -> str:
    return "none" if annotation is inspect.Signature.empty else f"`{annotation}`"


def _not_keyword_only(parameter: inspect.Parameter, cardinality: Cardinality, *, keyed: bool) -> str:
    if not keyed and get_origin(parameter.annotation) is Sequence:
        example = f"@backend.{cardinality}(by=UserRecord.id)"
        return f"expected `by=` for the keys {parameter.name!r}, such as {example}, got none"
    after = " after the keys" if keyed else " of a loader without keys"
    return f"expected keyword-only parameters{after} (put `*` before {parameter.name!r})"


def evaluated_signature(where: str, function: Callable[..., Any]) -> inspect.Signature:
    """The signature of *function* with its annotations evaluated.

    Raises:
        DeclarationError: an annotation names something that is not imported when the module runs.
    """
    try:
        return inspect.signature(function, eval_str=True)
    except NameError as unknown:
        raise DeclarationError(
            f"{where}: {unknown}; annotations are read at run time: import what they name outside `if TYPE_CHECKING`"
        ) from unknown


def _record_of(annotation: Any, cardinality: Cardinality, *, keyed: bool, opaque: bool) -> type[Any] | None:
    answer = annotation if opaque else _only_argument(annotation, Call)
    if cardinality == "page":
        page = _second_argument(answer, dict) if keyed else answer
        return _record(_only_argument(page, Page))
    if cardinality == "one" and not keyed:
        return _record(answer)
    return _record(_only_argument(answer, list))


def _record(candidate: Any) -> type[Any] | None:
    return candidate if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct) else None


def _only_argument(annotation: Any, origin: type[Any]) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is origin else None


def _second_argument(annotation: Any, origin: type[Any]) -> Any:
    return get_args(annotation)[1] if get_origin(annotation) is origin else None
