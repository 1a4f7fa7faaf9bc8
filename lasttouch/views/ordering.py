"""Contacts and companies in the order that was asked for, and those last touched within a span."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from store.companies import Company
    from store.people import Person

T = TypeVar("T", "Person", "Company")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def within(found: Sequence[T], since: datetime | None, until: datetime | None) -> list[T]:
    """Those whose last touch lies in this span; never touched ones only where it has no beginning."""
    return [
        one
        for one in found
        if (since is None or (one.last_touch is not None and one.last_touch >= since))
        and (until is None or one.last_touch is None or one.last_touch <= until)
    ]


def ordered(found: list[T], sort: str) -> list[T]:
    """By "silence" (the longest first, as the log gives them), "recent", "name", "company" or "touches"."""
    if sort == "recent":
        return sorted(found, key=lambda one: one.last_touch or _LONG_AGO, reverse=True)
    if sort == "name":
        return sorted(found, key=lambda one: one.name.casefold())
    if sort == "company":
        return sorted(found, key=lambda one: _company(one).casefold() or "\U0010ffff")
    if sort == "touches":
        return sorted(found, key=lambda one: -_much(one))
    return found


def _company(one: Person | Company) -> str:
    return getattr(one, "company", one.name) or ""


def _much(one: Person | Company) -> int:
    touches: int = getattr(one, "touches", 0)
    return touches
