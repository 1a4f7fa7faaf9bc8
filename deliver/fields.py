"""Our fields of a person, by the names that a directory has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from activity.errors import FieldGone
from deliver.instants import instant
from deliver.values import Value


class Fields(NamedTuple):
    """Of the date, of its kind and of whose it is; None where that is not kept there."""

    at: str
    how: str | None
    by: str | None

    @property
    def names(self) -> list[str]:
        return [name for name in self if name is not None]

    def holding(self, value: Value, at: str | None) -> dict[str, str | None]:
        """Name → what is to stand there; `at` is the date as it is written there."""
        given = zip(self, (at, value.how, value.by), strict=True)
        return {name: held for name, held in given if name is not None}

    def value_in(self, held: Mapping[str, Any]) -> Value:
        """What stands there; nothing and "" are the same."""
        at, how, by = (None if name is None else held.get(name) for name in self)
        return Value(instant(at), _word(how), _word(by))


def _word(held: Any) -> str | None:
    return str(held) if held else None


def no_field(host: str, what: str) -> FieldGone:
    return FieldGone(f"{host} has no {what}", "make it there (docs/targets.md), then: lasttouch push NAME --yes")
