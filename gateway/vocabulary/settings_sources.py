"""Where settings come from: defaults, a TOML file, environment variables, overrides; a later one wins.

Tables merge, everything else is replaced. Whether a value fits, and who gave it, is `settings_tree`'s.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from .errors import SettingsError
from .settings import Settings
from .settings_tree import Given, SettingsTree

FILE_VARIABLE: Final = "GATEWAY_SETTINGS"
DEFAULT_FILE: Final = "gateway.toml"
OVERRIDE: Final = "override"

_PREFIX: Final = "GATEWAY_"
_SEPARATOR: Final = "__"

# Variables that others set, and that are no settings. Kubernetes gives every pod the address of a service named
# `gateway` or `gateway-...` (its documentation, "Service", "Environment variables"); CGI has GATEWAY_INTERFACE
# (RFC 3875 section 4.1.4). Neither holds the separator.
_FOREIGN: Final = (
    r"GATEWAY_(?:INTERFACE"
    r"|(?:\w+_)?SERVICE_(?:HOST|PORT(?:_\w+)?)"
    r"|(?:\w+_)?PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)"
)


def load_settings(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] = MappingProxyType({}),
) -> Settings:
    """The settings of this process. Parameters and errors are those of `load_settings_with_sources`."""
    return load_settings_with_sources(path, environ, overrides)[0]


def load_settings_with_sources(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] = MappingProxyType({}),
) -> tuple[Settings, Mapping[str, str]]:
    """The settings, and for each dotted name its source: `{"backends.users.address": "gateway.toml", ...}`.

    A source is `default`, the file as it was named, an environment variable's name, or `override`. The file is *path*,
    else what GATEWAY_SETTINGS names, else `gateway.toml` in the working directory if there is one. *environ* is
    `os.environ` unless given. *overrides* is by dotted name, `{"backends.users": "lambda:users"}`, or nested.

    Raises:
        SettingsError: a line for each thing wrong: source, setting, what was expected, what came.
    """
    environ = os.environ if environ is None else environ
    tree = SettingsTree(Settings)
    file, file_is_named_by = _choose_file(path, environ)
    if file is not None:
        tree.put(Given(_read_toml(file, file_is_named_by), str(file)))
    for name, text in _variables(environ):
        tree.put_at(name.removeprefix(_PREFIX).split(_SEPARATOR), Given(text, name, is_text=True))
    for name, value in overrides.items():
        tree.put(Given(_nested(name, value), OVERRIDE))
    settings = tree.build()
    if settings is None:
        raise SettingsError("\n".join(tree.problems))
    return settings, MappingProxyType(tree.sources)


def _choose_file(path: Path | None, environ: Mapping[str, str]) -> tuple[Path | None, str]:
    if path is not None:
        return path, "settings file"
    if environ.get(FILE_VARIABLE):
        return Path(environ[FILE_VARIABLE]), FILE_VARIABLE
    default = Path(DEFAULT_FILE)
    return (default if default.is_file() else None), DEFAULT_FILE


def _read_toml(file: Path, named_by: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - in production settings come from the environment alone

    try:
        return tomllib.loads(file.read_bytes().decode())
    except OSError as wrong:
        reason = (wrong.strerror or type(wrong).__name__).lower()
        raise SettingsError(f"{named_by}: expected a TOML file at {file}, got: {reason}") from None
    except UnicodeDecodeError as wrong:
        raise SettingsError(f"{file}: expected TOML in UTF-8, got another encoding at byte {wrong.start}") from None
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(f"{file}: expected TOML, got: {wrong}") from None


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables that are settings; a table's own before those of its parts, so that the parts win."""
    names = [name for name in environ if name.startswith(_PREFIX) and name != FILE_VARIABLE and not _is_foreign(name)]
    for name in sorted(names, key=lambda name: (name.count(_SEPARATOR), name)):
        yield name, environ[name]


def _is_foreign(name: str) -> bool:
    return _SEPARATOR not in name and re.fullmatch(_FOREIGN, name) is not None


def _nested(dotted: str, value: object) -> dict[str, object]:
    *parents, last = dotted.split(".")
    nested: dict[str, object] = {last: value}
    for name in reversed(parents):
        nested = {name: nested}
    return nested
