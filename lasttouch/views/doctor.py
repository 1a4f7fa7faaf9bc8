"""What doctor found, for people and programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lasttouch.counting import counted

if TYPE_CHECKING:
    from lasttouch.doctor.finding import Finding

_WIDTH = 8


def as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The array of `doctor --json`; see docs/json.md."""
    return [
        {
            "check": one.check,
            "account": one.account,
            "status": one.status,
            "message": one.message,
            "hint": one.hint or None,
        }
        for one in findings
    ]


def text(findings: Iterable[Finding]) -> Iterator[str]:
    """A line a finding under the account's name, and what to do below it; first what concerns all
    accounts."""
    shown: str | None = None
    found = list(findings)
    accounts = list(dict.fromkeys([None, *(one.account for one in found)]))
    for one in sorted(found, key=lambda one: accounts.index(one.account)):
        if one.account is not None and one.account != shown:
            yield f"{one.account}:"
        shown = one.account
        first, *rest = one.message.split("\n")
        yield f"{'  ' if shown else ''}{one.status:<{_WIDTH}}{first}"
        yield from (f"{'':{_WIDTH}}{line}" for line in rest)
        if one.hint:
            yield f"{'  ' if shown else ''}{'':{_WIDTH}}→ {one.hint}"


def summary(findings: Iterable[Finding]) -> str:
    """ "All is well.", or how much is not."""
    found = [one.status for one in findings]
    parts = [counted(count, word) for word in ("failure", "warning") if (count := found.count(word))]
    return f"{counted(len(found), 'check')}: {' and '.join(parts) or 'all is well'}."
