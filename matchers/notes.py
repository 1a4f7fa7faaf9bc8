"""Touches that the user gives by hand: a call, a meeting or a letter that no mailbox and no calendar shows."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from activity.address import Address
from activity.facts import Facts, Judgement, Touch
from activity.participant import Participant, Role
from activity.verdict import Verdict
from matchers.policy import Policy

NoteKind = Literal["call", "met", "letter"]
LONGEST_SUBJECT = 200  # characters
NOTED = "noted"
"""The evidence that says which kind a note is; nothing that was read from a server has it."""

_WORDS = {"call": "a call", "met": "a meeting", "letter": "a letter"}


def note_facts(token: str, kind: NoteKind, at: datetime, contact: Address, ours: Address | None, subject: str) -> Facts:
    """A note as an activity that is over.

    `token` tells it from all others, `ours` is the address of whoever notes it, None where the account has none.
    """
    roles: tuple[Role, Role] = ("to", "from") if kind == "letter" else ("attendee", "organizer")
    theirs, own = roles
    people = [Participant(contact, theirs)]
    if ours is not None:
        people.insert(0, Participant(ours, own))
    return Facts(
        identity=f"note:{token}",
        kind="meeting",  # of a letter too: it is no mail that could be answered, bounce or be sent in masses
        at=at,
        ends=at,
        participants=tuple(people),
        subject=subject,
        evidence={NOTED: kind},
    )


def judge_note(facts: Facts, policy: Policy) -> Judgement:
    """It counts as what it says it is, for everybody in it but us."""
    kind = facts.evidence[NOTED]
    touch: Touch = "outbound" if kind == "letter" else "meeting"
    touches = tuple(None if policy.is_self(person.address.email) else touch for person in facts.participants)
    return Judgement(
        Verdict("held", f"noted by hand: {_WORDS.get(kind, kind)}"), "outbound" if kind == "letter" else None, touches
    )
