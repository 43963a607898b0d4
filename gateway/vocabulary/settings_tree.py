"""Merges what the sources of settings say, and builds the settings from it, keeping who said what.

It knows no source: it is handed values with the name of theirs. Problems are collected, so that all are told at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, Generic, TypeAlias, TypeVar

import msgspec
import msgspec.inspect
from msgspec.inspect import DictType, StrType, StructType, Type

from .masking import SECRET_NAMES
from .nearest import did_you_mean
from .settings_backends import BackendSettings
from .settings_values import bare, convert, expected, shown

Path: TypeAlias = tuple[str, ...]
Root = TypeVar("Root", bound=msgspec.Struct)

DEFAULT: Final = "default"


class Given(msgspec.Struct, frozen=True):
    """A value as a source gives it; `is_text` when the source knows no other type than text."""

    value: object
    source: str
    is_text: bool = False


class SettingsTree(Generic[Root]):
    """Values by path, such as `("backends", "users", "timeout_s")`; one put later replaces one put before."""

    def __init__(self, root: type[Root]) -> None:
        """Take values for the fields of *root*."""
        kind = bare(msgspec.inspect.type_info(root))
        assert isinstance(kind, StructType)  # noqa: S101 - as a struct's info is
        self._root = kind
        #: Leaves, and for each table its own path, so that an empty one counts too.
        self._given: dict[Path, Given] = {}
        #: One sentence each; while there are any, `build` gives nothing useful.
        self.problems: list[str] = []
        #: Dotted name to source, complete after `build`.
        self.sources: dict[str, str] = {}

    def put(self, given: Given) -> None:
        """Take a whole tree of values."""
        self._put((), self._root, given)

    def put_at(self, names: Sequence[str], given: Given) -> None:
        """Take the value of one setting, *names* being as an environment variable spells them."""
        path, kind = self._locate(names)
        if kind is None:
            self._unknown(path, given.source)
        else:
            self._put(path, kind, given)

    def build(self) -> Root | None:
        """The root object; None when there are problems."""
        built: Root | None = self._struct((), self._root)
        return None if self.problems else built

    def _put(self, path: Path, kind: Type, given: Given) -> None:
        if not isinstance(kind, StructType | DictType):
            self._given[path] = given
            return
        table = _as_table(kind, given)
        if table is None:
            is_secret = _is_secret(path) or _holds_secret_text(kind)
            came = "text that is no JSON object" if given.is_text else shown(given.value, secret=is_secret)
            self._problem(path, given.source, f"expected {expected(kind)}, got {came}")
            return
        self._given.setdefault(path, given)
        for name, value in table.items():
            inner = _child(kind, name)
            if inner is None:
                self._unknown((*path, str(name)), given.source)
            else:
                self._put((*path, name), inner, Given(value, given.source))

    def _locate(self, names: Sequence[str]) -> tuple[Path, Type | None]:
        path: Path = ()
        kind: Type = self._root
        for position, name in enumerate(names):
            if isinstance(kind, DictType) and path[-1] == "environment":
                # Names of variables keep their case, and may hold the separator.
                return (*path, "__".join(names[position:])), bare(kind.value_type)
            own = self._name_in_table(path, name) if isinstance(kind, DictType) else name.lower()
            inner = _child(kind, own)
            path = (*path, own)
            if inner is None:
                return path, None
            kind = inner
        return path, kind

    def _name_in_table(self, path: Path, name: str) -> str:
        """The name that a source before gave, where *name* is how a variable has to spell it."""
        for known in self._names(path):
            if known.lower().replace("-", "_") == name.lower():
                return known
        # RFC 9110 section 5.1 allows "_" in a header's name; servers drop such headers, so nobody has them.
        return name.lower().replace("_", "-") if path[-1] == "headers" else name.lower()

    def _names(self, path: Path) -> list[str]:
        depth = len(path)
        return list(
            dict.fromkeys(known[depth] for known in self._given if len(known) > depth and known[:depth] == path)
        )

    def _struct(self, path: Path, kind: StructType) -> Any:
        problems_before = len(self.problems)
        values: dict[str, object] = {}
        for field in kind.fields:
            at, inner = (*path, field.name), bare(field.type)
            if isinstance(inner, StructType):
                values[field.name] = self._struct(at, inner)
            elif isinstance(inner, DictType):
                values[field.name] = {name: self._entry((*at, name), inner) for name in self._names(at)}
            elif at in self._given:
                values[field.name] = self._leaf(at, _annotations(kind.cls)[field.name], field.type)
            elif field.required:
                self._problem(at, self._sources_of(path), f"expected {expected(inner)}, got nothing")
            else:
                self.sources[".".join(at)] = DEFAULT
        if len(self.problems) > problems_before:
            return None
        try:
            return kind.cls(**values)
        except ValueError as wrong:
            self._problem(path, self._sources_of(path), str(wrong))
            return None

    def _entry(self, path: Path, table: DictType) -> Any:
        kind = bare(table.value_type)
        return self._struct(path, kind) if isinstance(kind, StructType) else self._leaf(path, str, kind)

    def _leaf(self, path: Path, annotation: Any, kind: Type) -> Any:
        given = self._given[path]
        self.sources[".".join(path)] = given.source
        try:
            return convert(given.value, annotation, kind, is_text=given.is_text)
        except ValueError:
            # What msgspec says may quote a secret, and names its own types.
            came = shown(given.value, secret=_is_secret(path))
            self._problem(path, given.source, f"expected {expected(kind)}, got {came}")
            return None

    def _sources_of(self, path: Path) -> str:
        beneath = (given.source for known, given in self._given.items() if known[: len(path)] == path)
        return ", ".join(dict.fromkeys(beneath))

    def _unknown(self, path: Path, source: str) -> None:
        *parents, name = path
        kind = self._locate_exactly(parents)
        known = [field.name for field in kind.fields] if isinstance(kind, StructType) else []
        self._problem(path, source, f"no such setting{did_you_mean(name, known)}")

    def _locate_exactly(self, path: Sequence[str]) -> Type | None:
        kind: Type | None = self._root
        for name in path:
            kind = _child(kind, name)
        return kind

    def _problem(self, path: Path, source: str, what: str) -> None:
        self.problems.append(f"{source}: {'.'.join(path) or 'settings'}: {what}")


@cache
def _annotations(cls: type[msgspec.Struct]) -> Mapping[str, Any]:
    """Evaluated where a value is to be converted, since that takes longer than all else: most tables are not given."""
    return {field.name: field.type for field in msgspec.structs.fields(cls)}


def _as_table(kind: StructType | DictType, given: Given) -> Mapping[Any, object] | None:
    """What *given* says as a table: a mapping, JSON in text, or the address that stands for a whole backend."""
    value = given.value
    if isinstance(value, str) and given.is_text and value.lstrip().startswith("{"):
        try:
            return msgspec.json.decode(value, type=dict[str, Any])
        except msgspec.DecodeError:
            return None
    if isinstance(value, str) and isinstance(kind, StructType) and kind.cls is BackendSettings:
        return {"address": value}
    return value if isinstance(value, Mapping) else None


def _child(kind: Type | None, name: object) -> Type | None:
    if isinstance(kind, DictType):
        return bare(kind.value_type) if isinstance(name, str) and name else None
    if isinstance(kind, StructType):
        return next((bare(field.type) for field in kind.fields if field.name == name), None)
    return None


def _is_secret(path: Path) -> bool:
    return not SECRET_NAMES.isdisjoint(path)


def _holds_secret_text(kind: StructType | DictType) -> bool:
    """Whether what stands in *kind*'s place may be a secret that belongs into it."""
    fields = kind.fields if isinstance(kind, StructType) else ()
    return any(field.name in SECRET_NAMES and isinstance(bare(field.type), StrType) for field in fields)
