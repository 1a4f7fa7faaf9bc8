"""What a pass did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lasttouch.counting import counted, holdings
from lasttouch.views.columns import Rows

if TYPE_CHECKING:
    from lasttouch.answers.status import Holdings
    from lasttouch.passes.source_pass import Report


def as_json(reports: Sequence[Report]) -> dict[str, Any]:
    """The object of `sync --json`; see docs/json.md."""
    return {
        "accounts": [
            {
                "account": one.account,
                "source": one.source,
                "read": one.read,
                "new": one.new,
                "touches": one.touches,
                "removed": one.removed,
                "skipped": one.skipped,
                "error": None if one.error is None else one.error.message,
                "error_code": None if one.error is None else one.error.code,
                "hint": None if one.error is None else one.error.hint or None,
            }
            for one in reports
        ]
    }


def table(reports: Sequence[Report]) -> Rows:
    headings = ["Account", "Source", "Read", "New", "Touches", "Removed", "Skipped", "Outcome"]
    return headings, [
        [
            one.account,
            one.source,
            str(one.read),
            str(one.new),
            str(one.touches),
            str(one.removed or ""),
            str(one.skipped or ""),
            one.trouble or "ok",
        ]
        for one in reports
    ]


def summary(reports: Sequence[Report], holds: Holdings) -> str:
    """What is new, and what the log holds: who became a contact by this sync has touches no report
    knows of."""
    new = sum(one.new for one in reports)
    skipped = sum(one.skipped for one in reports)
    said = f"{new:,} new in the log" if new else "Nothing new"
    said += f"; {counted(skipped, 'item')} skipped, see: lasttouch status --skipped" if skipped else ""
    return f"{said}. It holds {holdings(holds.activities, holds.contacts, holds.touches)}."
