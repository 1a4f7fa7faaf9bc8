"""A message: from its envelope to the facts that are kept, and from those to a judgement."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from activity.address import Address
from activity.envelope import AUTHOR_SIGN, Envelope, ThreadIndex
from activity.facts import PASSED_ON, RECEIVED, SENT, SENT_BARE, Direction, Facts, Judgement, Touch
from activity.participant import Participant, Role
from activity.verdict import PERSON, Verdict
from matchers.policy import Policy
from matchers.verdicts.bounces import failed_addresses
from matchers.verdicts.evidence import evidence
from matchers.verdicts.lists import ANSWERS_US
from matchers.verdicts.mail import judge_message
from matchers.verdicts.ordinary import (
    bears_list_signs_alone,
    has_quiet_subject,
    is_ordinary,
    is_ordinary_list_mail,
)
from matchers.verdicts.persons import NOBODY, PERSON_SIGN, may_be_person
from matchers.verdicts.subjects import says_anything

_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_ON_ITS_WAY = timedelta(days=5)  # that a bounce may take; what is dated back further claims anything
_ROLES: tuple[Role, ...] = ("from", "to", "cc", "bcc")
_FEW = 20  # participants of a message that may well come again with the same ones
# Mail of these classes has its direction whoever it names as sender: our own mail host bounces to us.
_OWN_DIRECTION: dict[str, Direction] = {"internal": "internal", "bounce": "inbound", "complaint": "inbound"}


def message_time(date: datetime | None, internal_date: datetime | None) -> datetime | None:
    """When a message was exchanged: by its Date header, unless that is missing or cannot be.

    Before 1980, or more than a day after the server took it in: then the server's INTERNALDATE holds.
    None where neither tells. Our own clock has no say, since it may be wrong: what lies ahead of it is
    stored so, and no answer shows it before its time.
    """
    if date is not None and date >= _EARLIEST and (internal_date is None or date - internal_date <= _AHEAD):
        return date
    return internal_date if internal_date is not None and internal_date >= _EARLIEST else None


def message_facts(
    envelope: Envelope, at: datetime, never_log: Callable[[str], bool] | None, keep_subject: bool
) -> Facts | None:
    """What is kept of a message exchanged at `at`; None if a never_log rule forbids it, where there are any.

    A message from an address under such a rule, or to nobody else, is not kept; otherwise those
    addresses are struck from it, and so is its subject.
    """
    allowed = participants = _participants(envelope.from_, envelope.to, envelope.cc, envelope.bcc)
    if never_log is not None:
        allowed = tuple([person for person in participants if not never_log(person[0].email)])
    struck = len(allowed) < len(participants)
    if struck and not _still_an_exchange(allowed):
        return None
    facts = Facts(
        message_identity(envelope),
        "email",
        at,
        allowed,
        envelope.subject if keep_subject and not struck else "",
        evidence(envelope),
        _references(envelope),
        revision=_standing(envelope),
        other_id=envelope.message_id if envelope.copy_of else envelope.resent_id if envelope.resent else "",
        resent=envelope.resent,
        thread_index=_number(envelope.thread_index) if envelope.thread_index else 0,
    )
    if envelope.attachments and not struck:  # their names tell as much as a subject
        facts.attachments = envelope.attachments
    if failed := failed_addresses(envelope):
        facts.failed = tuple([email for email in failed if not email or never_log is None or not never_log(email)])
        facts.returned, facts.arrived = envelope.returned_id, envelope.arrival_date
        taken_in = envelope.internal_date
        facts.prompt = envelope.date is None or taken_in is None or taken_in - envelope.date <= _ON_ITS_WAY
    return facts


def _standing(envelope: Envelope) -> str:
    if envelope.passed_on:
        return PASSED_ON
    return RECEIVED if not envelope.in_sent else SENT_BARE if envelope.bare else SENT


def _number(index: ThreadIndex) -> int:
    """See `Facts.thread_index`; as short as it can be, since messages between the same people alone are compared."""
    digest = hashlib.blake2b(index.conversation, digest_size=4).digest()
    return (int.from_bytes(digest, "big") >> 2 or 1) << 1 | index.follows


def _still_an_exchange(allowed: tuple[Participant, ...]) -> bool:
    people = {person.address.email for person in allowed}
    return len(people) > 1 and any(person.role == "from" for person in allowed)


def message_identity(envelope: Envelope) -> str:
    """The Message-ID in its brackets, of a copy that of the message it is a copy of; without one, a hash of
    From, Date, To, Cc and Subject.

    Ids of mail begin with "<" and hashes with "hash:", so that whatever a Message-ID says, it is never
    the name of a meeting ("meeting:") nor of a message without one.
    """
    if named := envelope.copy_of or envelope.message_id:
        return named if named[0] == "<" and named[-1] == ">" else f"<{named.strip('<> ')}>"
    parts = [
        *(address.email for address in envelope.from_), "|",
        envelope.date.isoformat() if envelope.date else "", "|",
        *(address.email for address in envelope.to), "|",
        *(address.email for address in envelope.cc), "|", envelope.subject,
    ]  # fmt: skip
    return "hash:" + hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def judge_mail(facts: Facts, policy: Policy) -> Judgement:
    """The verdict, the direction, and for whom the message is a touch."""
    decides = _all_that_decides(facts)
    if decides is None:
        return _judge(facts, _as_envelope(facts, policy), policy)
    known = policy.judged.get(decides)  # the same people, and the same programs, write again and again
    if known is None:
        envelope = _as_envelope(facts, policy)
        known = _judge(facts, envelope, policy)
        if _decides_alone(envelope) and len(facts.participants) <= _FEW:
            policy.remember(decides, known)
    return known


def _all_that_decides(facts: Facts) -> tuple[object, ...] | None:
    """Of plain mail the participants, of that of lists and of what a program says that it sent its evidence too; None
    where more may."""
    if facts.bounced or facts.mailing:
        return None
    subject, signs, answers = facts.subject, facts.evidence, bool(facts.references)
    if not signs:
        return facts.participants if has_quiet_subject(subject, answers) else None
    if facts.answered:
        return None
    if not (has_quiet_subject(subject, answers) if bears_list_signs_alone(signs) else _is_programs(signs, subject)):
        return None
    return facts.participants, tuple(signs.items()), answers


def _is_programs(signs: Mapping[str, str], subject: str) -> bool:
    return "auto-submitted" in signs and not says_anything(subject)


def _decides_alone(envelope: Envelope) -> bool:
    """Is there nothing else that decides on such a message?"""
    return "auto-submitted" in envelope.signs or is_ordinary(envelope) or is_ordinary_list_mail(envelope)


def _judge(facts: Facts, envelope: Envelope, policy: Policy) -> Judgement:
    verdict = judge_message(envelope, policy)
    if verdict == PERSON and AUTHOR_SIGN in envelope.signs:
        verdict = Verdict("person", f"{PERSON.reason}; {envelope.signs[AUTHOR_SIGN]}")
    if facts.mailing is not None and verdict.kind == "person" and any(policy.is_self(a.email) for a in envelope.from_):
        verdict = Verdict("broadcast", _as_one_of_many(*facts.mailing))
    return Judgement(verdict, *_direction_and_touches(facts, policy, verdict.kind))


def _as_one_of_many(size: int, seconds: int) -> str:
    if seconds >= 86_400:
        return f"one of {size} with this subject within {seconds // 86_400 + 1} days"
    minutes = seconds // 60 + 1
    return f"one of {size} with this subject within {minutes} minute{'' if minutes == 1 else 's'}"


def _direction_and_touches(facts: Facts, policy: Policy, verdict: str) -> tuple[Direction, tuple[Touch | None, ...]]:
    """Outbound if From is one of us, wherever it is filed; a touch only between persons, and not if it bounced."""
    senders = {p.address.email for p in facts.participants if p.role == "from"}
    outbound = any(map(policy.is_self, senders))
    direction: Direction = "outbound" if outbound else "inbound"
    if verdict in _OWN_DIRECTION:
        direction = _OWN_DIRECTION[verdict]
    if verdict != "person":
        return direction, (None,) * len(facts.participants)
    return direction, tuple([_touch(p, outbound, senders, facts.bounced, policy) for p in facts.participants])


def _touch(
    person: Participant, outbound: bool, senders: set[str], bounced: tuple[str, ...], policy: Policy
) -> Touch | None:
    email = person.address.email
    if policy.is_self(email):
        return None
    if person.role == "from":
        return "inbound"
    if outbound:
        return None if email in bounced else "outbound"
    return None if email in senders else "copied"


@lru_cache(maxsize=4096)  # the same people write to each other again and again
def _participants(
    from_: tuple[Address, ...], to: tuple[Address, ...], cc: tuple[Address, ...], bcc: tuple[Address, ...]
) -> tuple[Participant, ...]:
    people = _in_role("from", from_) + _in_role("to", to)
    if cc or bcc:
        people += _in_role("cc", cc) + _in_role("bcc", bcc)
    return tuple(people)


def _in_role(role: Role, addresses: tuple[Address, ...]) -> list[Participant]:
    """Each address once, as it was first written."""
    if len(addresses) == 1:
        return [Participant(addresses[0], role)]
    return list({address.email: Participant(address, role) for address in reversed(addresses)}.values())


def _references(envelope: Envelope) -> tuple[str, ...]:
    """The oldest message referred to first, the one replied to last."""
    if not envelope.in_reply_to:
        return envelope.references
    if len(envelope.in_reply_to) == 1 and envelope.references[-1:] == envelope.in_reply_to:
        return envelope.references
    before = [one for one in envelope.references if one not in envelope.in_reply_to]
    return (*before, *reversed(envelope.in_reply_to))


def _by_role(participants: tuple[Participant, ...]) -> list[tuple[Address, ...]]:
    """Those in From, To, Cc and Bcc."""
    if len(participants) == 2 and participants[0].role == "from" and participants[1].role == "to":
        return [(participants[0].address,), (participants[1].address,), (), ()]
    return [tuple([address for address, role, _ in participants if role == one]) for one in _ROLES]


def _as_envelope(facts: Facts, policy: Policy) -> Envelope:
    from_, to, cc, bcc = _by_role(facts.participants)
    signs = facts.evidence
    if PERSON_SIGN not in signs and any(may_be_person(sender.email) for sender in from_):
        signs = {**signs, PERSON_SIGN: NOBODY}  # kept by an older version; the names of addresses change
    if facts.answered and any(map(policy.is_self, facts.answered)):
        signs = {**signs, ANSWERS_US: "yes"}
    return Envelope(
        facts.identity,
        facts.at,
        None,
        from_,
        to,
        cc,
        bcc,
        facts.subject,
        facts.references[-1:],
        facts.references,
        signs,
        int(facts.evidence.get("from-headers", "1")),
    )
