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
NOTICE = "wording of a notice"

# Under this name the wording is kept as evidence where the subject itself may not be stored.
PSEUDO_SIGN = "x-lasttouch-subject"

_SHORTEST = min(map(len, AWAY_PREFIXES))
_AWAY_STARTS = frozenset(prefix[:_SHORTEST] for prefix in AWAY_PREFIXES)
_ALL_RETURNED = (*MAIL_RETURNED, *RETURNED)
_BEGINS = 4
_RETURNED_STARTS = re.compile(
    "|".join(sorted({re.escape(words[:_BEGINS]) for words in _ALL_RETURNED if words.isascii()}))
)

_NOTICE = re.compile(
    r"\s*(?:(Recall):\s|\W{0,5}(Reacted (?:\S{1,4} )?to)\b"
    r"|(?:\S+\s+){1,5}?(reacted to your (?:message|e-?mail|mail))\b)"
)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vs|vb|pd|přep|továbbítás|ilt)\s*[:：]", re.IGNORECASE)
_SEPARATOR = re.compile(r"[:：–—|\[]| - | \(")
# A gateway's tag: in brackets or stars, in capitals, or one of the words they use, up to its colon or dash.
_GATEWAY_TAG = re.compile(
    r"\s*(?:[\[({<*#!~]{1,3}\s*[^\[\](){}<>*#:]{1,30}\s*[\])}>*#!~]{1,3}\s*[:|–—-]?"
    r"|(?i:(?:ext|extern|external|externe|externer|externo|esterno)(?:[ _-](?:e-?mail|sender|absender))?)\s*[:|–—-]"
    r"|[A-ZÄÖÜÉ]{2,15}(?:[ _-][A-ZÄÖÜÉ]{2,15}){0,3}\s*[:|–—])\s*"
)
_TAGS = 3
_PLAIN_ANSWERS = frozenset(
    ("Re:", "RE:", "AW:", "Aw:", "SV:", "Sv:", "Fwd", "FW:", "Fw:", "WG:", "TR:")
)  # most begin so
_TAG_SIGNS = frozenset("[({<*#!~")
_TAG_STARTS = frozenset(("ext", "est"))
_ANSWER = re.compile(r"\s*(?:re|aw|sv|vs|antw|odp|ynt|fwd?|wg|tr|rv|enc|i)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_NOTES = "AUTO: "  # "AUTO: Tom Lee is out of the office (returning 03.06.2026)"; in any other case it may speak of cars
_REPLY_MARK = re.compile(r"\s+(?:re|aw|sv|vs|antw|fw|fwd)$")


class SubjectWording(NamedTuple):
    """A fixed wording (OUT_OF_OFFICE, NOTICE, BOUNCE or READ) and the words themselves."""

    kind: str
    words: str

    @property
    def speaks_of_mail(self) -> bool:
        """Do the words of a BOUNCE speak of mail, not of what a parcel service might deliver as
        well?"""
        return self.words in MAIL_RETURNED

    def __str__(self) -> str:
        return f"{self.kind} '{self.words}'"


def away_wording(envelope: Envelope) -> SubjectWording | None:
    """The out-of-office prefix of a message's subject; cheap, so that it can be asked of every
    reply."""
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


def notice_wording(envelope: Envelope) -> SubjectWording | None:
    """The wording by which a program takes a message back, or says that somebody put an emoji to
    one."""
    kept = _kept(envelope)
    if kept is not None:
        return kept if kept.kind == NOTICE else None
    return notice(envelope.subject)


@lru_cache(maxsize=256)  # it is asked for again and again, but for few subjects
def _wording(subject: str) -> SubjectWording | None:
    fixed = out_of_office(subject) or notice(subject)
    if fixed is not None:
        return fixed
    lowered = _lowered(subject)
    for returned in _ALL_RETURNED if _may_speak_of_return(lowered) else ():
        if returned in lowered:
            return SubjectWording(BOUNCE, returned)
    head = _head(_without_tags(subject[:SUBJECT_LOOKED_AT]) if _may_bear_tags(subject) else subject)
    return SubjectWording(READ, head) if head in READ_PREFIXES else None


def out_of_office(subject: str) -> SubjectWording | None:
    """The standard prefix of a vacation reply at the start of `subject`, a gateway's tags aside, if
    there is one."""
    if subject[:3] in _PLAIN_ANSWERS:
        return None
    found = _away(subject)
    if found is None and _may_bear_tags(subject):
        rest = _without_tags(subject[:SUBJECT_LOOKED_AT])
        return _away(rest) if len(rest) < len(subject[:SUBJECT_LOOKED_AT]) else None
    return found


def _away(subject: str) -> SubjectWording | None:
    if subject.startswith(_NOTES):
        return SubjectWording(OUT_OF_OFFICE, "auto")
    start = subject.lstrip()[:_SHORTEST].lower()
    if start.isascii() and start not in _AWAY_STARTS:
        return None
    head = _head(subject)
    if head in AWAY_PREFIXES:
        return SubjectWording(OUT_OF_OFFICE, head)
    if not head.isascii():
        for beginning in AWAY_BEGINNINGS:
            if head.startswith(beginning):
                return SubjectWording(OUT_OF_OFFICE, beginning)
    return None


def _may_speak_of_return(lowered: str) -> bool:
    """A quick look: does any of the wordings of returned mail at least begin in it?"""
    return not lowered.isascii() or _RETURNED_STARTS.search(lowered) is not None


def _may_bear_tags(subject: str) -> bool:
    start = subject.lstrip()[:3]
    return start[:1] in _TAG_SIGNS or start.isupper() or start.lower() in _TAG_STARTS


def _without_tags(subject: str) -> str:
    """`subject` without what gateways put before it: "[EXT]", "EXTERNAL:", "**CAUTION**"; "RE:" is
    none of these."""
    for _ in range(_TAGS):
        found = _GATEWAY_TAG.match(subject)
        if found is None or _ANSWER.match(subject):
            break
        subject = subject[found.end() :]
    return subject


def notice(subject: str) -> SubjectWording | None:
    """ "Recall: The offer" (Outlook), or "Tom reacted to your message"; cheap, so that it can be
    asked of all mail."""
    if "ecall:" not in subject and "eacted " not in subject:
        return None
    found = _NOTICE.match(subject[:SUBJECT_LOOKED_AT])
    return SubjectWording(NOTICE, (found[1] or found[2] or found[3]).lower()) if found else None


def is_forward(subject: str) -> bool:
    """Does it begin as mail programs begin the subject of a message passed on?"""
    return _FORWARD.match(subject[:50]) is not None


def is_answer(subject: str) -> bool:
    """Does it begin as mail programs begin the subject of an answer, or of a message passed on?"""
    return _ANSWER.match(subject[:50]) is not None


def says_anything(subject: str) -> bool:
    """Could it be of any weight beside other signs?"""
    return is_answer(subject) or is_forward(subject) or _wording(subject) is not None


def _kept(envelope: Envelope) -> SubjectWording | None:
    sign = envelope.signs.get(PSEUDO_SIGN)
    if sign is None:
        return None
    kind, _, words = sign.partition(" '")
    return SubjectWording(kind, words.removesuffix("'"))


def _head(subject: str) -> str:
    """The words before the first separator, without a trailing "re"."""
    lowered = _lowered(subject)
    return _REPLY_MARK.sub("", _SEPARATOR.split(lowered, maxsplit=1)[0].strip())


def _lowered(subject: str) -> str:
    return subject[:SUBJECT_LOOKED_AT].lower().replace("\u0307", "").replace("’", "'").strip()
