"""Small worlds of mail between four people of ours and theirs, and what a fifth may send into them;
by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from activity.address import Address
from activity.envelope import Envelope, ThreadIndex

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=200)
ANA, BEN = "ana@acme.example", "ben@acme.example"
TOM, KIM, EVE = "tom@client.example", "kim@client.example", "eve@rival.example"
OURS = {ANA: "ana", BEN: "ben"}
SUBJECTS = ["Offer", "Re: Offer", "Visit", "Re: Visit", ""]
TEAM = {"list-id": "<team.acme.example>", "list-post": "<mailto:team@acme.example>"}
SIGNS: list[dict[str, str]] = [
    {"auto-submitted": "auto-replied"},
    {"list-id": "<l.rival.example>", "list-post": "<mailto:l@l.rival.example>"},
    {"precedence": "bulk"},
    {"return-path": "<>"},
    {"authentication-results": "mx.acme.example; dmarc=fail"},
    TEAM,
]


@dataclass(frozen=True)
class Seen:
    """A copy of a message, in a mailbox of one of our accounts."""

    envelope: Envelope
    account: str
    place: str


def exchange(chance: random.Random, count: int) -> list[Seen]:
    """Mail between Ana, Ben, Tom and Kim, in every mailbox that holds a copy of it."""
    people = [ANA, BEN, TOM, KIM]
    copies: list[Seen] = []
    sent: list[Envelope] = []
    for number in range(count):
        sender = chance.choice(people)
        others = [one for one in people if one != sender]
        to = chance.sample(others, chance.choice([1, 1, 1, 2]))
        if sender not in OURS and not set(to) & set(OURS):
            to.append(ANA)
        answered = chance.choice(sent) if sent and chance.random() < 0.6 else None
        envelope = Envelope(
            f"<m{number}@x.example>",
            START + timedelta(days=20 + number, seconds=chance.randrange(80_000)),
            None,
            (Address(sender),),
            tuple(map(Address, to)),
            subject=chance.choice(SUBJECTS),
            in_reply_to=(answered.message_id,) if answered else (),
            references=(*answered.references, answered.message_id) if answered else (),
        )
        sent.append(envelope)
        if sender in OURS:
            copies.append(Seen(replace(envelope, in_sent=True), OURS[sender], "Sent"))
        copies += [Seen(envelope, OURS[one], "INBOX") for one in to if one in OURS]
    return copies


def with_eve(chance: random.Random, copies: Sequence[Seen]) -> list[Seen]:
    """The same mail, some of it to Eve too: she knows its ids, and it names some that are hers to
    use."""
    sent = {one.envelope.message_id: one.envelope for one in copies}
    changed = {name: _to_eve_too(chance, envelope) for name, envelope in sent.items()}
    found = []
    for one in copies:
        was = one.envelope
        envelope = replace(changed[was.message_id], in_sent=was.in_sent)
        found.append(replace(one, envelope=envelope if was.in_sent else replace(envelope, bcc=())))
    return found


def _to_eve_too(chance: random.Random, envelope: Envelope) -> Envelope:
    found = envelope
    if chance.random() < 0.5:
        eve = Address(EVE)
        to = [(eve, *found.to), (*found.to, eve)]
        found = replace(found, to=chance.choice(to)) if chance.random() < 0.6 else replace(found, cc=(eve,))
    hers = f"<eve{chance.choice([0, 0, 1])}@rival.example>"
    if found.references and chance.random() < 0.3:
        found = replace(found, references=(*found.references, hers), in_reply_to=(hers,))
    if found.references and chance.random() < 0.3:
        found = replace(found, references=found.in_reply_to)
    if chance.random() < 0.2:
        found = replace(found, bcc=(Address(chance.choice([EVE, TOM, KIM])),))
    return found


def intrusion(chance: random.Random, known: Sequence[Seen]) -> list[Seen]:
    """Mail from Eve that claims whatever a header can claim, in INBOXes of ours."""
    ids = sorted({one.envelope.message_id for one in known})
    found = []
    for number in range(chance.choice([1, 1, 2])):
        victim = chance.choice(known).envelope
        names = chance.sample(ids, min(len(ids), chance.choice([0, 1, 1, 2, 3])))
        answers = names[: chance.choice([0, 1])]
        envelope = replace(
            victim,
            message_id=chance.choice([victim.message_id, chance.choice(ids), f"<eve{number}@rival.example>"]),
            from_=(Address(EVE),),
            date=START + timedelta(days=chance.choice([-5000, 0, 10, 25, 40, 150]), seconds=chance.randrange(80_000)),
            to=_some(chance, [ANA, ANA, BEN, TOM, KIM]),
            cc=_some(chance, [TOM, KIM, BEN]),
            bcc=_some(chance, [TOM, KIM]) if chance.random() < 0.2 else (),
            subject=chance.choice([victim.subject, *SUBJECTS]),
            in_reply_to=tuple(answers),
            references=tuple(names),
            signs=dict(chance.choice(SIGNS)) if chance.random() < 0.4 else {},
            in_sent=False,
        )
        if chance.random() < 0.15:
            envelope = replace(envelope, from_=(Address(EVE), Address(TOM)), from_headers=2)
        if chance.random() < 0.2:
            envelope = replace(envelope, copy_of=chance.choice(ids))
        if chance.random() < 0.2:
            envelope = replace(envelope, original_from=(Address(chance.choice([TOM, ANA])),))
        if chance.random() < 0.2:
            envelope = replace(envelope, reply_to=(Address(chance.choice([TOM, ANA])),))
        found += [Seen(envelope, account, "INBOX") for account in chance.sample(["ana", "ben"], chance.choice([1, 2]))]
    return found


def lost_on_the_way(chance: random.Random, copies: Sequence[Seen]) -> list[Seen]:
    """The same mail as programs of Exchange and relays leave it: conversations are named in
    Thread-Index, some answers name nothing else, and some copies were resent and have another
    id."""
    sent = {one.envelope.message_id: one.envelope for one in copies}
    changed: dict[str, Envelope] = {}
    for name, envelope in sent.items():
        changed[name] = envelope
        if chance.random() < 0.6:
            began = envelope.references[0] if envelope.references else name
            changed[name] = replace(envelope, thread_index=_index(began, bool(envelope.references)))
            if chance.random() < 0.5:
                changed[name] = replace(changed[name], in_reply_to=(), references=())
    found = []
    for number, one in enumerate(copies):
        envelope = replace(changed[one.envelope.message_id], in_sent=one.envelope.in_sent)
        found.append(replace(one, envelope=envelope))
        if chance.random() < 0.2:
            copy = replace(envelope, message_id=f"<r{number}@x.example>", resent=True, in_sent=False)
            if chance.random() < 0.3:
                copy = replace(copy, resent_id=envelope.message_id)
            found.append(Seen(copy, chance.choice(["ana", "ben"]), chance.choice(["INBOX", "Work"])))
    return found


def claims(chance: random.Random, intruders: Sequence[Seen], known: Sequence[Seen]) -> list[Seen]:
    """Eve's mail with what else a header can claim, and mail that claims to be from others."""
    ids = sorted({one.envelope.message_id for one in known})
    found = []
    for one in intruders:
        envelope = one.envelope
        if chance.random() < 0.5:
            envelope = replace(envelope, thread_index=_index(chance.choice(ids), chance.random() < 0.8))
        elif envelope.thread_index and chance.random() < 0.5:
            envelope = replace(envelope, thread_index=None)
        if chance.random() < 0.4:
            named = chance.choice(["", envelope.message_id, *ids])
            envelope = replace(envelope, resent=True, resent_id=named)
        found.append(replace(one, envelope=envelope))
    for _ in range(chance.choice([0, 0, 1])):
        victim = chance.choice(known).envelope
        forged = replace(
            victim,
            message_id=chance.choice([victim.message_id, *ids, "<forged@rival.example>"]),
            date=chance.choice([victim.date, START + timedelta(days=chance.choice([0, 25, 150]))]),
            to=_some(chance, [ANA, BEN, TOM, KIM]),
            resent=chance.random() < 0.5,
            resent_id=chance.choice(["", *ids]),
            signs={"authentication-results": "mx.acme.example; dmarc=fail"},
            in_sent=False,
        )
        found.append(Seen(forged, chance.choice(["ana", "ben"]), "INBOX"))
    return found


def _index(name: str, follows: bool) -> ThreadIndex:
    return ThreadIndex(name.encode().ljust(16, b".")[:16], follows)


def _some(chance: random.Random, people: Sequence[str]) -> tuple[Address, ...]:
    return tuple(map(Address, dict.fromkeys(chance.sample(people, chance.choice([0, 1, 2])))))
