"""Accounts of the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from lasttouch.counting import activities
from lasttouch.keeping.accounts import Retired
from lasttouch.keeping.letting_in import LetIn
from lasttouch.moments import local, utc
from store.retiring import Listed


def as_json(given: Sequence[Listed]) -> list[dict[str, Any]]:
    """The array of `accounts list --json`; see docs/json.md."""
    return [
        {
            "account": one.name,
            "owner": one.owner,
            "user": one.user,
            "readers": list(one.readers),
            "is_read": one.is_read,
            "retired_at": utc(one.retired_at),
            "kept": one.kept,
            "activities": one.activities,
        }
        for one in given
    ]


def table(given: Sequence[Listed], zone: tzinfo) -> tuple[list[str], list[list[str]]]:
    rows = [
        [one.name, one.owner, one.user or "", ", ".join(one.readers), _state(one, zone), f"{one.activities:,}"]
        for one in given
    ]
    return ["Account", "Owner", "User", "Readers", "State", "Activities"], rows


def _state(one: Listed, zone: tzinfo) -> str:
    if one.retired_at is not None:
        return f"retired {local(one.retired_at, zone)}, {one.kept} kept"
    return "read" if one.is_read else "not read any more"


def retired_as_json(done: Retired) -> dict[str, Any]:
    """The object of `accounts retire --json`."""
    return done._asdict()


def let_in_as_json(done: LetIn) -> dict[str, Any]:
    """The object of `accounts let-in --json`."""
    return done._asdict()


def let_in_text(done: LetIn) -> str:
    return f"{done.user} reads as {done.role}." if done.role else f"{done.user} reads by no role of their own any more."


def retired_text(done: Retired) -> str:
    kept = "the dates of contacts are kept" if done.kept == "dates" else "nothing of it is kept"
    return f"Retired: {done.account}; {kept}. {activities(done.deleted)} deleted, {done.left} left."
