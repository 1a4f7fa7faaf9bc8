"""Values of the log as rows of its tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, overload

from activity.verdict import PERSON

if TYPE_CHECKING:
    from activity.facts import Facts, Judgement  # queries start sooner without

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Entry(NamedTuple):
    """An activity on its way into the log; `object_id` is the calendar object it was expanded from."""

    facts: Facts
    judgement: Judgement
    object_id: int | None = None


def timestamp(moment: datetime) -> int:
    return int(moment.timestamp())


@overload
def instant(seconds: int) -> datetime: ...
@overload
def instant(seconds: None) -> None: ...
def instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def evidence_text(facts: Facts) -> str | None:
    return _to_json(facts.evidence) if facts.evidence else None


def reason_text(judgement: Judgement) -> str | None:
    return None if judgement.verdict == PERSON else judgement.verdict.reason


def sighting_row(activity_id: int, place: int, entry: Entry) -> tuple[int, int, int | None, str | None]:
    return activity_id, place, entry.object_id, (entry.facts.answers[0] or None) if entry.facts.answers else None
