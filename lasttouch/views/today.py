"""The page of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from lasttouch.answers.attention import COUNTED, Reason
from lasttouch.answers.today import Answer, contacts_in
from lasttouch.answers.waiting import is_known
from lasttouch.moments import ago, local, utc
from lasttouch.naming import NO_CONTACTS
from lasttouch.views.activities import activity_json
from lasttouch.views.awaiting import conversation_json, waits_for
from lasttouch.views.people import how
from lasttouch.views.stale import silence_json
from store.blindness import Blind
from store.people import Person
from store.timeline import Activity, named_by_title


def as_json(answer: Answer) -> dict[str, Any]:
    """The object of `today --json`; see docs/json.md."""
    return {
        "date": f"{answer.day:%Y-%m-%d}",
        "unknown": unknown_json(answer.blind),
        "reasons": reasons_json(answer.attention.reasons),
        "more": answer.attention.more,
        "awaiting": [conversation_json(one, answer.now) for one in answer.attention.owed],
        "meetings": [
            {
                **activity_json(one, answer.now),
                "contacts": [_comer(answer.coming[i]) for i in sorted(contacts_in(one)) if i in answer.coming],
            }
            for one in answer.meetings
        ],
        "stale": [silence_json(one, answer.through, answer.back) for one in answer.attention.silent],
        "suggests": [
            {
                "activity": one.id,
                "at": utc(one.at),
                "subject": one.subject,
                "contact": who.contact_id,
                "name": who.contact,
            }
            for one in answer.offered
            if (who := named_by_title(one)) is not None
        ],
    }


def doubts(answer: Answer, zone: tzinfo) -> dict[int, str]:
    """By activity, why it is not known whether it waits still."""
    owed = (one for one in answer.attention.owed if not is_known(one, answer.now))
    return {one.activity_id: waits_for(one, answer.now, zone) for one in owed}


def unknown_json(blind: Sequence[Blind]) -> list[dict[str, Any]]:
    """The sources that were not read up to now."""
    return [
        {"account": one.account, "source": one.source, "since": utc(one.seen_through), "error": one.error}
        for one in blind
    ]


def reasons_json(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "contact": one.contact,
            "name": one.name,
            "activity": one.activity,
            "because": one.because,
        }
        for one in reasons
    ]


def text(answer: Answer, zone: tzinfo) -> Iterator[str]:
    """The same for people: plain lines that stand as well in a mail."""
    now = answer.now
    yield f"{answer.day:%A, %Y-%m-%d}"
    if answer.blind:
        yield from ("", "NOT READ UP TO NOW")
        yield from (f"  {_blind(one, zone)}" for one in answer.blind)
    yield from ("", "WHO NEEDS YOU")
    doubtful = doubts(answer, zone)
    for reason in answer.attention.reasons:
        doubt = f" ({doubtful[reason.activity]})" if reason.activity in doubtful else ""
        proof = f" [{reason.activity}]" if reason.activity else ""
        yield f"  {reason.name}: {reason.because}{doubt}{proof}"
    if not answer.attention.reasons:
        yield "  Nobody."
    if answer.attention.more:
        or_more = " or" if answer.attention.more >= COUNTED else ""
        yield f"  and {answer.attention.more}{or_more} more: shown with --limit 50"
    if numbered := [one.activity for one in answer.attention.reasons if one.activity]:
        yield f"  Settled: lasttouch done {numbered[0]}; later: lasttouch snooze WHO 2w; never: lasttouch ignore WHO"
    yield from ("", "MEETINGS TODAY")
    for meeting in answer.meetings:
        yield from _meeting(meeting, answer, now, zone)
    if not answer.meetings:
        yield "  None with a contact."
    if answer.offered:
        yield from ("", "NOBODY LISTED")
        yield from (_offer(one, zone) for one in answer.offered)
    if answer.is_empty:
        yield from ("", NO_CONTACTS)


def _offer(one: Activity, zone: tzinfo) -> str:
    who = named_by_title(one)
    whom = f" with {who.contact}" if who is not None else ""
    return (
        f"  Was that a meeting{whom}? “{one.subject}”, {local(one.at, zone)}: lasttouch confirm {one.id}"
        f" (if not: lasttouch done {one.id})"
    )


def _blind(one: Blind, zone: tzinfo) -> str:
    since = "never read" if one.seen_through is None else f"unknown since {local(one.seen_through, zone)}"
    return f"{one.account} {one.source}: {since}. {one.error or 'run: lasttouch sync'}"


def _meeting(meeting: Activity, answer: Answer, now: datetime, zone: tzinfo) -> Iterator[str]:
    begins, ends = meeting.at.astimezone(zone), (meeting.ends or meeting.at).astimezone(zone)
    yield f"  {begins:%H:%M}–{ends:%H:%M} {meeting.subject or 'no title kept'}"
    for contact_id in sorted(contacts_in(meeting)):
        if person := answer.coming.get(contact_id):
            yield f"    {person.name}: {_last(person, now)}"


def _last(person: Person, now: datetime) -> str:
    if person.last_touch is None:
        return "never touched before"
    two_way = ""
    if person.last_two_way is not None and person.last_two_way != person.last_touch:
        two_way = f", both ways {ago(person.last_two_way, now)}"
    return f"last touch {ago(person.last_touch, now)}, {how(person.last_touch_kind)}{two_way}"


def _comer(person: Person) -> dict[str, Any]:
    return {
        "contact": person.id,
        "name": person.name,
        "last_touch": utc(person.last_touch),
        "last_touch_kind": person.last_touch_kind,
        "last_two_way": utc(person.last_two_way),
    }
