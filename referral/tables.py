"""TOML tables to records, with an error for every key that is missing, unknown or wrong."""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class TableError(ValueError):
    """A table that does not fit its record."""


def read(record: type[T], table: object) -> T:
    """Make a record of a table. Raises TableError, which names the key."""
    if not isinstance(table, dict):
        raise TableError("is not a table")
    known = {f.name: f for f in fields(record)}  # type: ignore[arg-type]  # a dataclass type
    for key in table:
        if key not in known:
            raise TableError(f"unknown key {key!r}")
    hints = _hints(record)  # type: ignore[arg-type]  # every class can be hashed
    values: dict[str, Any] = {}
    for name, entry in known.items():
        if name in table:
            values[name] = _convert(name, hints[name], table[name])
        elif entry.default is MISSING and entry.default_factory is MISSING:
            raise TableError(f"lacks {name!r}")
    return record(**values)


@cache
def _hints(record: Hashable) -> dict[str, Any]:
    return get_type_hints(record)


def _convert(key: str, hint: Any, value: object) -> object:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        inner = next(a for a in arguments if a is not type(None))
        return _convert(key, inner, value)
    if origin is Literal:
        if value not in arguments:
            raise TableError(f"{key}: {value!r} is none of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise TableError(f"{key}: a list is needed")
        return tuple(_convert(key, arguments[0], element) for element in value)
    if origin is Mapping:
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise TableError(f"{key}: a table of texts is needed")
        return value
    if is_dataclass(hint) and isinstance(hint, type):
        return read(hint, value)
    return _scalar(key, hint, value)


def _scalar(key: str, hint: type, value: object) -> object:
    fits = type(value) is hint or (hint is float and type(value) is int)
    if not fits:
        raise TableError(f"{key}: {value!r} is no {hint.__name__}")
    if hint is str and not str(value).strip():
        raise TableError(f"{key}: is empty")
    return value
