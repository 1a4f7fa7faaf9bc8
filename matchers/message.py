"""A message: from its envelope to the facts that are kept, and from those to a judgement."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from activity.address import Address
from activity.envelope import Envelope
from activity.facts import Direction, Facts, Judgement, Touch
from activity.participant import Participant, Role
from matchers.house import House
from matchers.verdicts.bounces import failed_addresses
from matchers.verdicts.evidence import evidence
from matchers.verdicts.mail import judge_message

_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
# Mail of these classes has its direction whoever it names as sender: our own mail host bounces to us.
_OWN_DIRECTION: dict[str, Direction] = {"internal": "internal", "bounce": "inbound", "complaint": "inbound"}


def message_time(date: datetime | None, internal_date: datetime | None, now: datetime) -> datetime | None:
    """When a message was exchanged: by its Date header, unless that is missing or cannot be.

    Before 1980, more than a day after the server took it in, or later than `now`: then the
    server's INTERNALDATE holds. None where neither tells.
    """
    taken_in = now if internal_date is None else internal_date + _AHEAD
    if date is not None and _EARLIEST <= date <= min(now, taken_in):
        return date
    if internal_date is not None and internal_date >= _EARLIEST:
        return min(internal_date, now)
    return None


def message_facts(
    envelope: Envelope, at: datetime, never_log: Callable[[str], bool], keep_subject: bool
) -> Facts | None:
    """What is kept of a message exchanged at `at`; None if a never_log rule forbids it.

    A message from an address under such a rule, or to nobody else, is not kept; otherwise those
    addresses are struck from it, and so is its subject.
    """
    participants = _participants(envelope)
    allowed = tuple(person for person in participants if not never_log(person.address.email))
    struck = len(allowed) < len(participants)
    left = {person.address.email for person in allowed}
    if struck and (not any(p.role == "from" for p in allowed) or len(left) < 2):
        return None
    return Facts(
        identity=message_identity(envelope),
        kind="email",
        at=at,
        participants=allowed,
        subject=envelope.subject if keep_subject and not struck else "",
        evidence=evidence(envelope),
        references=_references(envelope),
        failed=tuple(email for email in failed_addresses(envelope) if not never_log(email)),
    )


def message_identity(envelope: Envelope) -> str:
    """The Message-ID; without one, a hash of From, Date, To, Cc and Subject."""
    if envelope.message_id:
        return envelope.message_id
    parts = [
        *(address.email for address in envelope.from_), "|",
        envelope.date.isoformat() if envelope.date else "", "|",
        *(address.email for address in envelope.to), "|",
        *(address.email for address in envelope.cc), "|", envelope.subject,
    ]  # fmt: skip
    return "hash:" + hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def judge_new_mail(envelope: Envelope, facts: Facts, house: House) -> Judgement:
    """What `judge_mail` says of these facts, at less cost for the many without any evidence."""
    if facts.evidence or len(facts.participants) < len(_participants(envelope)):
        return judge_mail(facts, house)
    verdict = judge_message(envelope, house)
    return Judgement(verdict, *_direction_and_touches(facts, house, verdict.kind))


def judge_mail(facts: Facts, house: House) -> Judgement:
    """The verdict, the direction, and for whom the message is a touch."""
    verdict = judge_message(_as_envelope(facts), house)
    return Judgement(verdict, *_direction_and_touches(facts, house, verdict.kind))


def _direction_and_touches(facts: Facts, house: House, verdict: str) -> tuple[Direction, tuple[Touch | None, ...]]:
    """Outbound if From is one of us, wherever it is filed; a touch only between persons, and not if it bounced."""
    senders = {p.address.email for p in facts.participants if p.role == "from"}
    outbound = any(house.is_self(email) for email in senders)
    direction: Direction = "outbound" if outbound else "inbound"
    if verdict in _OWN_DIRECTION:
        direction = _OWN_DIRECTION[verdict]
    if verdict != "person":
        return direction, (None,) * len(facts.participants)
    return direction, tuple(_touch(p, outbound, senders, facts.bounced, house) for p in facts.participants)


def _touch(
    person: Participant, outbound: bool, senders: set[str], bounced: tuple[str, ...], house: House
) -> Touch | None:
    email = person.address.email
    if house.is_self(email):
        return None
    if person.role == "from":
        return "inbound"
    if outbound:
        return None if email in bounced else "outbound"
    return None if email in senders else "copied"


def _participants(envelope: Envelope) -> tuple[Participant, ...]:
    roles: tuple[tuple[Role, tuple[Address, ...]], ...] = (
        ("from", envelope.from_),
        ("to", envelope.to),
        ("cc", envelope.cc),
        ("bcc", envelope.bcc),
    )
    people = {(a.email, role): Participant(a, role) for role, addresses in roles for a in reversed(addresses)}
    return tuple(people.values())


def _references(envelope: Envelope) -> tuple[str, ...]:
    """The oldest message referred to first, the one replied to last."""
    answered = envelope.in_reply_to[:1] or envelope.references[-1:]
    root = envelope.references[:1] or answered
    return root + answered if root != answered else root


def _as_envelope(facts: Facts) -> Envelope:
    def among(role: Role) -> tuple[Address, ...]:
        return tuple(person.address for person in facts.participants if person.role == role)

    return Envelope(
        message_id=facts.identity,
        date=facts.at,
        internal_date=None,
        from_=among("from"),
        to=among("to"),
        cc=among("cc"),
        bcc=among("bcc"),
        subject=facts.subject,
        in_reply_to=facts.references[-1:],
        references=facts.references,
        signs=facts.evidence,
        from_headers=int(facts.evidence.get("from-headers", "1")),
    )
