"""Reads a TOML file into dataclasses. Errors name the file, the entry and the field."""

import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeAliasType

from mkdocs_runnable.errors import RunnableError, nearest


def load_toml(path: Path) -> dict[str, Any]:
    """Read a file.

    Raises:
        RunnableError: The file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunnableError(f"{path.name}: the file cannot be read: {error.strerror}.") from None
    except ValueError as error:  # neither UTF-8 nor TOML
        raise RunnableError(f"{path.name}: {error}.") from None


def make[T](kind: type[T], entry: Mapping[str, Any], where: str) -> T:
    """Make an instance of a dataclass from one entry of a file.

    Args:
        kind: The dataclass. A field that is a tuple of strings is a list in the file.
        entry: The values by the names of the fields.
        where: The name of the entry in error messages.

    Raises:
        RunnableError: A field is unknown or missing, or has the wrong type.
    """
    hints = typing.get_type_hints(kind)
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    for name in entry:
        if name not in known:
            raise RunnableError(f"{where}: unknown field '{name}'.{nearest(name, known)}")
    values = {}
    for name, each in known.items():
        if name in entry:
            value = entry[name]
            values[name] = tuple(value) if isinstance(value, list) else value
            if not _fits(values[name], hints[name]):
                raise RunnableError(f"{where}: {name} cannot be {value!r}.")
        elif each.default is MISSING and each.default_factory is MISSING:
            raise RunnableError(f"{where}: {name} is missing.")
    return kind(**values)


def _fits(value: object, hint: Any) -> bool:
    if isinstance(hint, TypeAliasType):
        return _fits(value, hint.__value__)
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, each) for each in typing.get_args(hint))
    if origin is tuple:
        item = typing.get_args(hint)[0]
        return isinstance(value, tuple) and all(_fits(each, item) for each in value)
    if isinstance(value, bool):
        return hint is bool
    if origin is not None:  # a mapping; the caller checks its content
        return isinstance(value, origin)
    return isinstance(value, hint)
