"""Values of the log as rows of its tables."""

from __future__ import annotations

from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, NamedTuple, overload

from activity.verdict import PERSON

if TYPE_CHECKING:
    from activity.facts import Facts, Judgement  # queries start sooner without


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
    if not facts.evidence:
        return None
    pairs = [f"{encode_basestring(name)}:{encode_basestring(value)}" for name, value in facts.evidence.items()]
    return f"{{{','.join(pairs)}}}"


def reason_text(judgement: Judgement) -> str | None:
    return None if judgement.verdict == PERSON else judgement.verdict.reason


def sighting_row(activity_id: int, place: int, entry: Entry) -> tuple[int, int, int | None, str | None, str | None]:
    answers = entry.facts.answers
    answer = (answers[0] or None) if answers else None
    return activity_id, place, entry.object_id, answer, entry.facts.revision or None
