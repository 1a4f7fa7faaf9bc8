"""What a subject says in the fixed wordings of mail programs, in the languages they speak.

A subject alone never decides; the rules ask it only beside another sign.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from activity.envelope import Envelope
from matchers.verdicts.subject_wordings import (
    AWAY_BEGINNINGS,
    AWAY_PREFIXES,
    MAIL_RETURNED,
    READ_PREFIXES,
    RETURNED,
    SUBJECT_LOOKED_AT,
)

OUT_OF_OFFICE = "out-of-office prefix"
BOUNCE = "bounce wording"
READ = "read-receipt prefix"

# Under this name the wording is kept as evidence where the subject itself may not be stored.
PSEUDO_SIGN = "x-lasttouch-subject"

_SHORTEST = min(map(len, AWAY_PREFIXES))
_AWAY_STARTS = frozenset(prefix[:_SHORTEST] for prefix in AWAY_PREFIXES)
_ALL_RETURNED = (*MAIL_RETURNED, *RETURNED)

_SEPARATOR = re.compile(r"[:：–—|\[]| - | \(")
_GATEWAY_TAG = re.compile(r"(?:\s*\[[^\[\]]{1,30}\])+\s*")
_ANSWER = re.compile(r"\s*(?:re|aw|sv|vs|antw|odp|ynt|fwd?|wg|tr|rv|enc|i)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_NOTES = "AUTO: "  # "AUTO: Tom Lee is out of the office (returning 03.06.2026)"; in any other case it may speak of cars
_REPLY_MARK = re.compile(r"\s+(?:re|aw|sv|vs|antw|fw|fwd)$")


class SubjectWording(NamedTuple):
    """A fixed wording (OUT_OF_OFFICE, BOUNCE or READ) and the words themselves."""

    kind: str
    words: str

    @property
    def speaks_of_mail(self) -> bool:
        """Do the words of a BOUNCE speak of mail, not of what a parcel service might deliver as well?"""
        return self.words in MAIL_RETURNED

    def __str__(self) -> str:
        return f"{self.kind} '{self.words}'"


def away_wording(envelope: Envelope) -> SubjectWording | None:
    """The out-of-office prefix of a message's subject; cheap, so that it can be asked of every reply."""
    kept = _kept(envelope)
    if kept is not None:
        return kept if kept.kind == OUT_OF_OFFICE else None
    return out_of_office(envelope.subject)


def wording_of(envelope: Envelope) -> SubjectWording | None:
    """The wording of a message's subject, or the one kept as its evidence."""
    kept = _kept(envelope)
    if kept is not None:
        return kept
    return _wording(envelope.subject)


@lru_cache(maxsize=256)  # it is asked for again and again, but for few subjects
def _wording(subject: str) -> SubjectWording | None:
    away = out_of_office(subject)
    if away is not None:
        return away
    lowered = _lowered(subject)
    for returned in _ALL_RETURNED:
        if returned in lowered:
            return SubjectWording(BOUNCE, returned)
    head = _head(subject)
    return SubjectWording(READ, head) if head in READ_PREFIXES else None


def out_of_office(subject: str) -> SubjectWording | None:
    """The standard prefix of a vacation reply at the start of `subject`, if there is one."""
    if subject.startswith(_NOTES):
        return SubjectWording(OUT_OF_OFFICE, "auto")
    start = subject.lstrip()[:_SHORTEST].lower()
    if start.isascii() and start not in _AWAY_STARTS and start[:1] != "[":
        return None
    head = _head(subject)
    if head in AWAY_PREFIXES:
        return SubjectWording(OUT_OF_OFFICE, head)
    if not head.isascii():
        for beginning in AWAY_BEGINNINGS:
            if head.startswith(beginning):
                return SubjectWording(OUT_OF_OFFICE, beginning)
    return None


def is_answer(subject: str) -> bool:
    """Does it begin as mail programs begin the subject of an answer, or of a message passed on?"""
    return _ANSWER.match(subject[:50]) is not None


def _kept(envelope: Envelope) -> SubjectWording | None:
    sign = envelope.signs.get(PSEUDO_SIGN)
    if sign is None:
        return None
    kind, _, words = sign.partition(" '")
    return SubjectWording(kind, words.removesuffix("'"))


def _head(subject: str) -> str:
    """The words before the first separator, without a gateway's [tag] and a trailing "re"."""
    lowered = _lowered(subject)
    if lowered.startswith("["):
        tag = _GATEWAY_TAG.match(lowered)
        lowered = lowered[tag.end() :] if tag else lowered
    return _REPLY_MARK.sub("", _SEPARATOR.split(lowered, maxsplit=1)[0].strip())


def _lowered(subject: str) -> str:
    return subject[:SUBJECT_LOOKED_AT].lower().replace("\u0307", "").replace("’", "'").strip()
