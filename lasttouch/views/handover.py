"""What a colleague takes over from another."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from lasttouch.answers.handover import Answer, Handover
from lasttouch.answers.series import Series
from lasttouch.moments import ago, local, utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.views.blindness import blindness
from lasttouch.views.columns import Rows
from lasttouch.views.people import dates_json
from store.awaiting import Waiting


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `handover --json`; see docs/json.md."""
    return [
        {
            **dates_json(one.person, answer.through, answer.back),
            "usual_days": _days(one) if answer.is_told else None,
            "open_us": [_waiting(waits) for waits in one.open_us],
            "open_them": [_waiting(waits) for waits in one.open_them],
            "ending": [_series(series) for series in one.ending],
            "others": [{"owner": known.owner, "last_touch": utc(known.last_touch)} for known in one.others],
            "successor": answer.to,
            "successor_last": utc(one.successor.last_touch) if one.successor else None,
            "is_told": answer.is_told,
        }
        for one in answer.handovers
    ]


def table(answer: Answer, zone: tzinfo) -> Rows:
    headings = [
        "Contact", "Last touch", "Next meeting", "Usually", "Waits for us", "Waits for them", "Ends with the calendar",
        f"{answer.to}'s last", "Who else", "Company",
    ]  # fmt: skip
    return headings, [
        [
            one.person.name,
            ago(one.person.last_touch, answer.now) if one.person.last_touch else "never",
            local(one.person.next_meeting, zone)[:10],
            f"{days} days" if answer.is_told and (days := _days(one)) is not None else "",
            "; ".join(waits.subject or local(waits.at, zone)[:10] for waits in one.open_us),
            "; ".join(waits.subject or local(waits.at, zone)[:10] for waits in one.open_them),
            "; ".join(series.meeting.subject or local(series.meeting.at, zone)[:10] for series in one.ending),
            ago(one.successor.last_touch, answer.now) if one.successor else "never",
            ", ".join(known.owner for known in one.others),
            one.person.company or "",
        ]
        for one in answer.handovers
    ]


def notes(answer: Answer, zone: tzinfo) -> list[str]:
    lines = []
    if not answer.handovers:
        lines.append(NO_CONTACTS if answer.is_empty else f"{answer.leaving} has no contact that you see.")
    elif not answer.is_told:
        lines.append(
            f"Cannot tell what is open, what is usual, nor what ends: {answer.leaving} shows you no single touches."
        )
    if answer.more:
        lines.append("There are more: raise --limit.")
    return lines + blindness(answer.sources, answer.now, zone)


def _days(one: Handover) -> int | None:
    return None if one.person.usual_gap is None else round(one.person.usual_gap.total_seconds() / 86_400)


def _waiting(one: Waiting) -> dict[str, Any]:
    return {"activity": one.activity_id, "since": utc(one.at), "subject": one.subject or None, "likely": one.likely}


def _series(one: Series) -> dict[str, Any]:
    return {
        "activity": one.meeting.id,
        "next": utc(one.meeting.at),
        "last": utc(one.further[-1]),
        "subject": one.meeting.subject or None,
    }
