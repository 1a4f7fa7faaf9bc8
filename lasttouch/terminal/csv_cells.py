"""The JSON of a list as the rows of a CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def csv_rows(value: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> list[list[str]]:
    """A row for each object; of an object that holds a list, that list is meant.

    A list within stands in one cell, its parts separated by "; ", of objects only their first
    field. Null is an empty cell.
    """
    objects = next(v for v in value.values() if isinstance(v, list)) if isinstance(value, Mapping) else value
    return [csv_row(one) for one in objects]


def csv_row(one: Mapping[str, Any]) -> list[str]:
    return [_cell(value) for value in one.values()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(_cell(part) for part in value)
    if isinstance(value, Mapping):
        return _cell(next(iter(value.values()), None))
    return str(value)
