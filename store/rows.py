"""Values of the log as rows of its tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, overload

from activity.verdict import PERSON

if TYPE_CHECKING:
    from activity.facts import Facts, Judgement  # queries start sooner without
    from activity.mark import Mark
    from activity.participant import Participant


class Entry(NamedTuple):
    """An activity on its way into the log; `object_id` is the calendar object it was expanded from.

    `mark` is set where the log is to know of the message's flags, or of its leaving the mailbox.
    """

    facts: Facts
    judgement: Judgement
    object_id: int | None = None
    mark: Mark | None = None


def parties_in(entries: Iterable[Entry]) -> Collection[tuple[Participant, ...]]:
    """The participants of these: what several have alike comes once, as far as it is one value."""
    return {id(entry.facts.participants): entry.facts.participants for entry in entries}.values()


def kind_of(facts: Facts, judgement: Judgement) -> tuple[int, int]:
    """Alike for mail of the same people that is judged alike, as far as these are one value; while both are there."""
    return id(facts.participants), id(judgement)


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(moment: datetime) -> int:
    since = moment - _BEGINNING  # a third of what datetime.timestamp takes
    return since.days * 86_400 + since.seconds


@overload
def instant(seconds: int) -> datetime: ...
@overload
def instant(seconds: None) -> None: ...
def instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def evidence_text(facts: Facts) -> str | None:
    if not facts.evidence:
        return None
    quoted = _quoted()
    return f"{{{','.join([f'{quoted(name)}:{quoted(value)}' for name, value in facts.evidence.items()])}}}"


@cache
def _quoted() -> Callable[[str], str]:
    from json.encoder import encode_basestring  # noqa: PLC0415 - queries do without

    return encode_basestring


def reason_text(judgement: Judgement) -> str | None:
    return None if judgement.verdict == PERSON else judgement.verdict.reason


def bounce_rows(activity_id: int, facts: Facts) -> list[tuple[int, str, int | None, int | None, int]]:
    """In the order of the columns of bounce: a row for each address that it gives up on."""
    from store.identities import identity_hash  # noqa: PLC0415 - brings OpenSSL in, and little mail bounces

    named = facts.returned or (facts.references[-1] if facts.references else "")
    arrived = None if facts.arrived is None else timestamp(facts.arrived)
    key = identity_hash(named) if named else None
    return [(activity_id, email, key, arrived, int(facts.prompt)) for email in facts.failed]


HIDES_PEOPLE = "-"
"""In place of the owner's answer in the sighting of a meeting's copy that names nobody: it tells of no answer."""


def sighting_row(activity_id: int, place: int, entry: Entry) -> tuple[int, int, int | None, str | None, str | None]:
    facts = entry.facts
    answer = (facts.answers[0] or None) if facts.answers else None
    if facts.ends is not None and not facts.participants:
        answer = HIDES_PEOPLE
    return activity_id, place, entry.object_id, answer, facts.revision or None
