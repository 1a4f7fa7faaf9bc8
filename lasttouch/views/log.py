"""Activities in the order of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.log import Answer
from lasttouch.moments import local
from lasttouch.views.activities import activity_json, called, verdict_at, what
from lasttouch.views.columns import Rows
from lasttouch.views.no_contact import no_contact
from lasttouch.views.people import how
from store.timeline import Activity, Part

NOTHING_YET = "Nothing in the log yet. To read mail and calendars: lasttouch sync"


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """The array of `log --json`; see docs/json.md."""
    return [activity_json(one, answer.now) for one in answer.activities]


def table(answer: Answer, zone: tzinfo) -> Rows:
    return activities_table(answer.activities, answer.now, zone, answer.owners)


def notes(answer: Answer) -> list[str]:
    """That there is nothing, and who is meant and is no contact."""
    nothing = "Nothing with that." if answer.is_narrowed else NOTHING_YET
    return [*([] if answer.activities else [nothing]), *no_contact(answer.strangers)]


def activities_table(
    activities: list[Activity], now: datetime, zone: tzinfo, owners: Mapping[str, str] | None = None
) -> Rows:
    """`owners` says whose each account is; without it the account's name stands for its owner."""
    headings = ["When", "What", "With", "Subject", "Attached", "Counts", "Id", "Colleague"]
    return headings, [
        [
            local(one.at, zone),
            what(one, now),
            ", ".join(dict.fromkeys(_who(part) for part in one.parts if part.rule != "self")),
            one.subject,
            ", ".join(map(called, one.attachments)),
            counts(one, now),
            str(one.id),
            ", ".join(dict.fromkeys((owners or {}).get(account) or account for account, _ in one.sightings)),
        ]
        for one in activities
    ]


def _who(part: Part) -> str:
    return part.contact or part.name or part.address


def counts(activity: Activity, now: datetime) -> str:
    """As what it counts for contacts; "" where it does not."""
    touches = {part.touch for part in activity.parts if part.touch and part.contact_id is not None}
    if verdict_at(activity, now) == "upcoming":
        return "ahead" if touches else ""
    return ", ".join(sorted(how(touch) for touch in touches))
