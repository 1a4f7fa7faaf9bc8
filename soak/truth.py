"""The log beside the diary: what ought to be in it, and what is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from soak.cards import Cards
from soak.estate import Estate
from soak.life import ERASED, Life

from diary import Diary, Meeting, Message  # isort: skip

DATES = (
    "last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_copied", "last_two_way", "touches",
)  # fmt: skip


def differences(estate: Estate, life: Life, cards: Cards) -> list[str]:
    """Where the log is not what the diary says, activity by activity and contact by contact; empty when all is true."""
    life.diary.now = datetime.now(UTC)
    shown = estate.ok("last")
    return [*_activities(estate.exported(), life), *_dates(shown, life.diary), *_names(shown, cards)]


def _activities(exported: list[dict[str, Any]], life: Life) -> list[str]:
    expected = expected_activities(life)
    found: dict[str, tuple[str, str]] = {}
    wrong = []
    for one in exported:
        name = one["subject"]
        if name in found:
            wrong.append(f"{name} is there twice")
        found[name] = (one["at"], one["verdict"])
    wrong += [f"{name} is missing" for name in expected.keys() - found.keys() - among_strangers(life)]
    wrong += [f"{name} ought not to be there" for name in found.keys() - expected.keys()]
    both = expected.keys() & found.keys()
    return wrong + [f"{n} is {found[n]}, not {expected[n]}" for n in both if found[n] != expected[n]]


def expected_activities(life: Life) -> dict[str, tuple[str, str]]:
    """When and what every activity is, by its subject."""
    diary = life.diary
    mail = {f"m{one.number}": (one.at, _verdict(one, diary)) for one in diary.messages if one.sender != ERASED}
    if ERASED not in diary.erased:
        mail |= {f"m{one.number}": (one.at, _verdict(one, diary)) for one in diary.messages}
    mail |= {subject: (at, "bounce") for subject, at in life.bounces.items()}
    met = {
        f"c{one.number}": (one.start, _outcome(one, diary))
        for one in diary.meetings
        if one.deleted_at is None or one.ends < one.deleted_at  # else it never was
    }
    return {name: (_iso(at), verdict) for name, (at, verdict) in (mail | met).items()}


def among_strangers(life: Life) -> set[str]:
    """Meetings with nobody listed: they come into the log when an edit shows what they were, and need not before."""
    listed = {email for emails in life.diary.contacts.values() for email in emails}
    return {f"c{one.number}" for one in life.diary.meetings if not listed & one.people.keys()}


def _verdict(message: Message, diary: Diary) -> str:
    if message.automatic:
        return "auto-reply"
    return "internal" if all(map(diary.is_self, (message.sender, *message.to))) else "person"


def _outcome(meeting: Meeting, diary: Diary) -> str:
    if meeting.cancelled:
        return "cancelled"
    if meeting.owners and all(answer == "DECLINED" for answer in meeting.owners.values()):
        return "declined"
    if not meeting.owners and not diary._was_kept(meeting):
        return "deleted"
    return "held" if meeting.ends <= diary.now else "upcoming"


def _dates(shown: list[dict[str, Any]], diary: Diary) -> list[str]:
    found = {one["emails"][0]: tuple(one[name] for name in DATES) for one in shown}
    wrong = [] if len(found) == len(diary.contacts) else [f"{len(found)} contacts, not {len(diary.contacts)}"]
    for contact_id, dates in diary.dates().items():
        (email,) = diary.contacts[contact_id]
        expected = tuple(_iso(value) if isinstance(value, datetime) else value for value in dates)
        if found.get(email) != expected:
            told = dict(zip(DATES, zip(found.get(email, ()), expected, strict=False), strict=False))
            wrong.append(f"{email}: { ({name: pair for name, pair in told.items() if pair[0] != pair[1]}) }")
    return wrong


def _names(shown: list[dict[str, Any]], cards: Cards) -> list[str]:
    found = {one["emails"][0]: one["name"] for one in shown}
    return [
        f"{email} is {found.get(email)}, not {name}" for email, name in cards.names.items() if found.get(email) != name
    ]


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
