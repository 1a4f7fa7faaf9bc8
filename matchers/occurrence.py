"""An occurrence of a meeting: from the calendar's word to the facts that are kept, and to a judgement."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from activity.facts import Facts, Judgement, Touch
from activity.meeting import Meeting, of_organizer
from activity.participant import TITLE, Participant
from activity.series import series_identity
from activity.verdict import Verdict
from matchers.canonical import is_among
from matchers.policy import Policy

_ABSENT = ("DECLINED", "DELEGATED")  # whoever delegates sends somebody else (RFC 5545 §3.2.12)
_SAME_MEETING = timedelta(days=1)


def meeting_identity(meeting: Meeting) -> str:
    """(UID, RECURRENCE-ID), the same in every calendar that holds the occurrence."""
    series = uid_identity(meeting.uid)
    return f"{series}/{meeting.recurrence}" if meeting.recurrence else series


def uid_identity(uid: str) -> str:
    """The identity of a meeting that does not recur; those of occurrences begin with it."""
    return f"meeting:{uid}"


def rescheduled(vanished: Mapping[str, datetime], fresh: Mapping[str, datetime]) -> dict[str, str]:
    """Which occurrences are the same under a new identity, old → new; both are identities with their starts.

    A series that is put to another hour, or a meeting that becomes a series, has new RECURRENCE-IDs. Whatever
    begins within a day of what is gone from the same UID is that meeting, the nearest first.
    """
    by_start = sorted((at, new) for new, at in fresh.items())
    near = sorted(
        (abs(at - before), old, new)
        for old, before in vanished.items()
        for at, new in _between(by_start, before - _SAME_MEETING, before + _SAME_MEETING)
        if series_identity(old) == series_identity(new)
    )
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, old, new in near:
        if old not in found and new not in taken:
            found[old] = new
            taken.add(new)
    return found


def _between(by_start: list[tuple[datetime, str]], first: datetime, last: datetime) -> list[tuple[datetime, str]]:
    return by_start[bisect_left(by_start, (first, "")) : bisect_left(by_start, (last, ""))]


def meeting_facts(
    meeting: Meeting, own_addresses: frozenset[str], never_log: Callable[[str], bool], keep_subject: bool
) -> Facts | None:
    """What is kept of an occurrence seen in the calendar of the owner of `own_addresses`; None if never_log forbids it.

    Addresses under a never_log rule are struck, with the subject; a meeting organised by one, or with
    nobody else, is not kept at all.
    """
    allowed = tuple(person for person in meeting.participants if not never_log(person.address.email))
    struck = len(allowed) < len(meeting.participants)
    if struck and (allowed[:1] != meeting.participants[:1] or len({p.address.email for p in allowed}) < 2):
        return None
    return Facts(
        identity=meeting_identity(meeting),
        kind="meeting",
        at=meeting.start,
        ends=meeting.end,
        participants=tuple({(p.address.email, p.role): p for p in reversed(allowed)}.values())[::-1],
        subject=meeting.summary if keep_subject and not struck else "",
        evidence=_evidence(meeting),
        answers=(_own_answer(meeting, own_addresses),),
        revision=of_organizer(meeting.revision) if _organizes(meeting, own_addresses) else meeting.revision,
    )


def _own_answer(meeting: Meeting, own_addresses: frozenset[str]) -> str:
    """The owner's PARTSTAT, "" for one who asks, or is not asked; of several addresses that of one that answered."""
    answers = [p.answer for p in meeting.participants if p.answer and is_among(p.address.email, own_addresses)]
    unanswered = answers[0] if answers and not _organizes(meeting, own_addresses) else ""
    return next((answer for answer in answers if answer != "NEEDS-ACTION"), unanswered)


def _organizes(meeting: Meeting, own_addresses: frozenset[str]) -> bool:
    return any(p.role == "organizer" and is_among(p.address.email, own_addresses) for p in meeting.participants[:1])


def judge_meeting(facts: Facts, policy: Policy) -> Judgement:
    """Whether the occurrence counts, and for whom. One that lies ahead is judged as if it will be held."""
    verdict = _verdict(facts, policy)
    if verdict.kind != "held":
        return Judgement(verdict, None, (None,) * len(facts.participants))
    touches = tuple(_touch(person, facts, policy) for person in facts.participants)
    if "all-day" in facts.evidence and not any(touches):
        verdict = Verdict("all-day", "an all-day event that no contact accepted")
    return Judgement(verdict, None, touches)


def _verdict(facts: Facts, policy: Policy) -> Verdict:
    evidence = facts.evidence
    window = timedelta(seconds=policy.correction_window_seconds)
    if sign := evidence.get("cancelled") or (evidence.get("status") == "CANCELLED" and "STATUS:CANCELLED"):
        return Verdict("cancelled", sign)
    if facts.deleted_at is not None and facts.ends is not None and facts.deleted_at < facts.ends + window:
        days = policy.correction_window_seconds // 86400
        return Verdict("deleted", f"gone from every calendar within {days} days after its end")
    if facts.answers and all(answer in _ABSENT for answer in facts.answers):
        return Verdict("declined", f"own PARTSTAT={facts.answers[0]}")
    invited = int(evidence.get("invited", "0"))
    if invited > policy.large_meeting_over:
        return Verdict("too-large", f"{invited} attendees, more than {policy.large_meeting_over}")
    unanswered = bool(facts.answers) and all(answer in (*_ABSENT, "NEEDS-ACTION") for answer in facts.answers)
    if unanswered and policy.unanswered_invitations == "ignore":
        return Verdict("declined", 'own PARTSTAT=NEEDS-ACTION, and unanswered_invitations is "ignore"')
    return Verdict("held", _why_held(facts, unanswered))


def _why_held(facts: Facts, unanswered: bool) -> str:
    status = facts.evidence.get("status")
    reasons = [f"in the calendar with STATUS:{status}" if status else "in the calendar, not cancelled"]
    if unanswered:
        reasons.append("the invitation was never answered (own PARTSTAT=NEEDS-ACTION)")
    if facts.deleted_at is not None:
        reasons.append("deleted from the calendar long after it was over")
    if warnings := facts.evidence.get("warnings"):
        reasons.append(warnings)
    return "; ".join(reasons)


def _touch(person: Participant, facts: Facts, policy: Policy) -> Touch | None:
    if policy.is_self(person.address.email) or person.answer in _ABSENT:
        return None
    if "all-day" in facts.evidence and person.answer != "ACCEPTED":
        return None
    if person.role == TITLE and policy.titles != "count" and not facts.confirmed:
        return None
    return "meeting"


def _evidence(meeting: Meeting) -> dict[str, str]:
    evidence: dict[str, str] = {}
    if meeting.status:
        evidence["status"] = meeting.status[:40]
    if meeting.cancelled_by and meeting.status != "CANCELLED":
        evidence["cancelled"] = meeting.cancelled_by
    if meeting.all_day:
        evidence["all-day"] = "yes"
    if meeting.invited:
        evidence["invited"] = str(meeting.invited)
    if meeting.private:
        evidence["private"] = "time only"
    if meeting.warnings:
        evidence["warnings"] = "; ".join(meeting.warnings)[:300]
    return evidence
