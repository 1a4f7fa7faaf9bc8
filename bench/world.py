"""A business as it is, made from a seed: whom it knows, and the mail and meetings it has with
them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activity.address import Address
from activity.contact import ContactEntry
from activity.envelope import Envelope
from activity.meeting import Meeting
from activity.participant import Participant

OWNER = Address("ana@acme.example", "Ana Kim")
COLLEAGUES = [Address(f"{name}@acme.example", name.title()) for name in ("ben", "cleo", "dan", "eva")]
END = datetime(2026, 11, 1, tzinfo=UTC)
YEARS = timedelta(days=5 * 365)
CONTACTS = 50_000
_STRANGERS = 20_000
_PEOPLE_PER_COMPANY = 8
_BUSIEST = 0.02  # of all activities are with one contact
_FIRST = (
    "ada", "bo", "carl", "dora", "emil", "fay", "gus", "hana", "ivan", "judy", "kai", "lena", "max", "nina",
    "otto", "pia", "quin", "rosa", "sven", "tara",
)  # fmt: skip
_LAST = (
    "adler", "brandt", "costa", "dubois", "evans", "fischer", "garcia", "horvat", "ito", "jansen", "kovac",
    "lopez", "meyer", "novak", "olsen",
)  # fmt: skip
_WORDS = (
    "offer", "for", "the", "new", "line", "your", "question", "about", "delivery", "dates", "contract", "draft",
    "and", "next", "steps", "in", "may",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How many activities a world has; it always has CONTACTS contacts unless `contacts` says
    otherwise."""

    activities: int
    contacts: int = CONTACTS


def person(number: int) -> Address:
    """The contact (or, beyond the contacts, the stranger) of this number."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    domain = "gmail.com" if number % 12 == 7 else f"company{number // _PEOPLE_PER_COMPANY}.example"
    return Address(f"{first}.{last}{number}@{domain}", f"{first.title()} {last.title()}")


def contact_entries(count: int = CONTACTS) -> list[ContactEntry]:
    """The address book as a file would give it: every tenth has a second address, every other an
    id."""
    return [
        ContactEntry(
            name=f"{person(number).name} {number}",
            emails=[person(number).email, *([f"home{number}@mail{number % 300}.example"] if number % 10 == 0 else [])],
            company=f"Company {number // _PEOPLE_PER_COMPANY}",
            owner=COLLEAGUES[number % 4].name,
            key=f"crm-{number}" if number % 2 else "",
        )
        for number in range(count)
    ]


class World:
    """Activities in the order of time: 58 % mail between people, 39 % newsletters and machines, 3 %
    meetings.

    Half of the mail between people answers an earlier one, a tenth is with strangers. Contact
    number 0 has a fiftieth of everything; the others follow a long tail.
    """

    def __init__(self, size: Size, seed: int = 1, end: datetime = END) -> None:
        self._size = size
        self._end = end
        self._chance = random.Random(seed)
        self._seed = seed
        self._newest: dict[str, tuple[str, str, bool]] = {}  # correspondent → root and last message, and was it theirs

    def items(self) -> Iterator[tuple[str, Envelope | Meeting]]:
        """(mailbox or calendar, item), the oldest first; a fiftieth of the meetings lie ahead of
        `end`."""
        count = self._size.activities
        for number in range(count):
            at = (self._end - YEARS * ((count - number) / count)).replace(microsecond=0)
            kind = self._chance.random()
            if kind < 0.03:
                yield "Calendar", self._meeting(number, at)
            elif kind < 0.61:
                yield self._mail(number, at)
            else:
                yield "INBOX", self._machine(number, at, newsletter=kind < 0.9)

    def _correspondent(self) -> int:
        kind = self._chance.random()
        if kind < _BUSIEST / 0.61:
            return 0
        if kind < 0.1 + _BUSIEST / 0.61:
            return self._size.contacts + int(_STRANGERS * self._chance.random() ** 2)
        return int(self._size.contacts * self._chance.random() ** 3)

    def _mail(self, number: int, at: datetime) -> tuple[str, Envelope]:
        chance = self._chance
        whom = self._correspondent()
        them = person(whom)
        known = self._newest.get(them.email)
        answers = known is not None and chance.random() < 0.55
        inbound = not known[2] if known and answers and chance.random() < 0.8 else chance.random() < 0.5
        message_id = self._message_id(number, them.email if inbound else OWNER.email)
        root, last = known[:2] if known and answers else (message_id, "")
        self._newest[them.email] = (root, message_id, inbound)
        other = chance.random()
        copied = (COLLEAGUES[number % 4],) if other < 0.12 else (person(whom + 1),) if other < 0.2 else ()
        envelope = Envelope(
            message_id=message_id,
            date=at,
            internal_date=at,
            from_=(them,) if inbound else (OWNER,),
            to=(OWNER,) if inbound else (them,),
            cc=copied,
            subject=("Re: " if answers else "") + self._words(),
            in_reply_to=(last,) if answers else (),
            references=(root, last) if answers else (),
            signs={"content-type": 'multipart/alternative; boundary="b1"'},
        )
        return "INBOX" if inbound else "Sent", envelope

    def _machine(self, number: int, at: datetime, newsletter: bool) -> Envelope:
        if newsletter:
            sender = Address(f"news@shop{int(400 * self._chance.random() ** 2)}.example", "News")
            signs = {
                "list-unsubscribe": f"<https://shop.example/u/{number}>, <mailto:u@shop.example>",
                "precedence": "bulk",
            }
        else:
            sender = Address(f"no-reply@service{number % 50}.example", "Service")
            signs = {"auto-submitted": "auto-generated"}
        return Envelope(
            message_id=self._message_id(number, sender.email),
            date=at,
            internal_date=at,
            from_=(sender,),
            to=(OWNER,),
            subject=self._words(),
            signs=signs,
        )

    def _meeting(self, number: int, at: datetime) -> Meeting:
        whom = self._correspondent()
        others = [person(whom + offset) for offset in range(self._chance.choice((1, 1, 1, 2, 4)))]
        start = self._end + (at - self._end + YEARS) / 60 if number % 50 == 0 else at
        return Meeting(
            uid=f"{self._chance.getrandbits(128):032x}@acme.example",
            recurrence="",
            start=start.replace(microsecond=0),
            end=start.replace(microsecond=0) + timedelta(minutes=30 * self._chance.choice((1, 2, 2, 3))),
            status="CONFIRMED",
            summary=self._words(),
            participants=(
                Participant(OWNER, "organizer", "ACCEPTED"),
                Participant(OWNER, "attendee", "ACCEPTED"),
                *(Participant(one, "attendee", self._chance.choice(("ACCEPTED", "NEEDS-ACTION"))) for one in others),
            ),
            invited=len(others) + 1,
            revision="0000000000/20261101T000000Z",
        )

    def _words(self) -> str:
        return " ".join(self._chance.choices(_WORDS, k=self._chance.randrange(3, 9)))

    def _message_id(self, number: int, sender: str) -> str:
        """As long as those of mail programs and big providers: 40 to 80 characters, 55 in the
        mean."""
        text = f"{self._chance.getrandbits(80):020x}{self._seed:02x}"
        domain = sender.partition("@")[2]
        if domain == "gmail.com":
            return f"<CA+{text}{number:023x}@mail.gmail.com>"
        if number % 4:
            return f"<{text}.{number}@{domain}>"
        return f"<AM6PR04{text}{number:08x}@AM6PR04{number:06x}.eurprd04.prod.outlook.com>"
