"""What kind of activity something is, and why."""

from __future__ import annotations

from typing import Literal, NamedTuple

MailVerdict = Literal[
    "person", "auto-reply", "bounce", "receipt", "complaint", "list", "bulk", "calendar",
    "notification", "broadcast", "internal", "suspect",
]  # fmt: skip
MeetingVerdict = Literal["held", "upcoming", "declined", "cancelled", "too-large", "all-day", "deleted"]


class Verdict(NamedTuple):
    """A class and the evidence that decided it, e.g. ("auto-reply", "Auto-Submitted:
    auto-replied").

    `reason` names the deciding header or property with its value, in one line.
    """

    kind: MailVerdict | MeetingVerdict
    reason: str


PERSON = Verdict("person", "no sign of an automatic sender")
"""The verdict on most mail; its reason is not stored a million times."""

REACTIONS = ("vnd.google.email-reaction", "reacted to")
"""What the reason of a notification says where somebody answered with a sign instead of words."""


def is_reaction(verdict: Verdict) -> bool:
    """Did somebody answer with a sign (an emoji) instead of words?"""
    return verdict.kind == "notification" and any(words in verdict.reason.lower() for words in REACTIONS)


MORE_PERSONAL_FIRST: tuple[str, ...] = (
    "person", "broadcast", "internal", "calendar", "list", "bulk", "notification", "auto-reply", "receipt",
    "bounce", "complaint", "suspect",
)  # fmt: skip
"""Where copies of one message bear different signs, the class that stands first here holds."""
