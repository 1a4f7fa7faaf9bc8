"""Small worlds of a team, by a seed: whose accounts there are, what they grant, and what they hold.

What may be seen of one is said here by its facts alone (see projection.py), never by the log's own
tables of rights.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from activity.address import Address
from activity.attachment import Attachment
from activity.envelope import Envelope
from activity.meeting import Meeting
from activity.participant import Participant
from activity.sharing import Level

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=200)
USERS = ("ana", "ben", "cleo")
INFO = "info"
ACCOUNTS = (*USERS, INFO)
PAT = "pat@acme.example"  # one of us without an account
OURS = (*(f"{name}@acme.example" for name in ACCOUNTS), PAT)
THEIRS = (
    "tom@client.example", "kim@client.example", "bob@globex.example", "eve@rival.example", "zoe@free.example",
    "lex@law.example", "dora@clinic.example",
)  # fmt: skip
SUBJECTS = ("Offer", "Visit", "Lease", "Plan", "")


@dataclass(frozen=True)
class Copy:
    """What one account holds of a message or a meeting; `place` is where."""

    account: str
    place: str
    item: Envelope | Meeting


@dataclass(frozen=True)
class Listed:
    """A contact: by which addresses, whose by the list, and which accounts hold it (none: the
    list), some of them in other words."""

    name: str
    emails: tuple[str, ...]
    company: str = ""
    owner: str = ""
    held_by: frozenset[str] = frozenset()
    other_words: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def words(self, account: str) -> tuple[str, str]:
        """The name and the company by which this account lists it."""
        return self.other_words.get(account, (self.name, self.company))


@dataclass
class World:
    """`levels` are what each account grants each user; `private` is whom each user keeps so, as
    (kind, address). `inherited` says of places of Info's, where it has no readers of its own, who
    may read them where they live.

    `notes` are taken by hand for an account, of an address, on a day.
    """

    copies: list[Copy] = field(default_factory=list)
    contacts: list[Listed] = field(default_factory=list)
    readers: frozenset[str] = frozenset()
    levels: Mapping[tuple[str, str], Level] = field(default_factory=dict)
    private: Sequence[tuple[str, str, str]] = ()
    words: Sequence[tuple[str, str, str]] = ()
    notes: Sequence[tuple[str, str, int]] = ()
    inherited: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def level(self, user: str, holder: str) -> Level:
        """Of an account, or of a place of Info's that some read because they may read it where it
        lives."""
        account, _, place = holder.partition("#")
        return Level.OWN if user in self.inherited.get(place, ()) else self.levels[account, user]

    def holders(self) -> tuple[str, ...]:
        return (*ACCOUNTS, *(f"{INFO}#{place}" for place in self.inherited))

    def holder(self, account: str, place: str) -> str:
        """What a copy is held by, as far as rights go."""
        return f"{account}#{place}" if account == INFO and place in self.inherited else account

    def listed_companies(self) -> set[str]:
        """The companies that all know: of contacts of the list."""
        return {one.company for one in self.contacts if not one.held_by}

    def shows_bcc(self, identity: str, email: str) -> set[str]:
        """The accounts whose copy of a message shows this address in Bcc."""
        return {
            self.holder(one.account, one.place)
            for one in self.copies
            if isinstance(one.item, Envelope) and one.item.message_id == identity
            for person in one.item.bcc
            if person.email == email
        }


def world(seed: int) -> World:
    chance = random.Random(seed)
    made = World(readers=frozenset(chance.sample(USERS, chance.choice([0, 1, 2]))))
    inheriting = random.Random(seed ^ 0xACE)
    inherits = inheriting.random() < 0.4
    if inherits:
        made.readers = frozenset()
    made.levels = {
        (account, user): Level.OWN
        if account == user or (account == INFO and user in made.readers)
        else chance.choice(list(Level)[:4])
        for account in ACCOUNTS
        for user in USERS
    }
    made.contacts = _contacts(chance)
    made.copies = _mail(chance, chance.randrange(8, 30)) + _meetings(chance, chance.randrange(0, 6))
    chance.shuffle(made.copies)
    _forge(random.Random(seed ^ 0xF06), made)
    if inherits:
        there = sorted({one.place for one in made.copies if one.account == INFO})
        made.inherited = {
            place: frozenset(inheriting.sample(USERS, inheriting.choice([0, 1, 2, 3])))
            for place in inheriting.sample(there, inheriting.randrange(len(there) + 1))
        }
    whom = [email for one in made.contacts for email in one.emails] + list(THEIRS[:2])
    made.private = [
        (chance.choice(USERS), chance.choice(["contact", "address", "company"]), chance.choice(whom))
        for _ in range(chance.choice([0, 0, 1, 2]))
    ]
    made.words = [
        (chance.choice(USERS), chance.choice(["ignore", "done", "cadence"]), one.name)
        for one in made.contacts
        if chance.random() < 0.2
    ]
    made.notes = [
        (chance.choice(USERS), chance.choice(one.emails), chance.randrange(199))
        for one in made.contacts
        if chance.random() < 0.3
    ]
    return made


def _contacts(chance: random.Random) -> list[Listed]:
    found = []
    for email in chance.sample(THEIRS, chance.randrange(1, len(THEIRS))):
        name, _, domain = email.partition("@")
        company = chance.choice(["", domain.partition(".")[0].title()])
        owner = chance.choice(["", "", "", "Ana", "Ben", "Cleo", "Info", "Somebody"])
        held = frozenset(chance.sample(ACCOUNTS, chance.choice([0, 0, 0, 1, 2])))
        emails = (email, f"{name}@home.example") if chance.random() < 0.5 else (email,)
        words = {
            account: (f"{name.title()} of {account}", chance.choice(["", company, "Quilt", f"{account} & Co"]))
            for account in sorted(held)[1:]
        }
        found.append(Listed(f"{name.title()} Stone", emails, company, owner, held, words))
    return found


def _mail(chance: random.Random, count: int) -> list[Copy]:
    """Each message in the mailbox of everybody of ours who has a part in it; only its author's copy
    shows a Bcc."""
    copies: list[Copy] = []
    sent: list[Envelope] = []
    for number in range(count):
        is_ours = chance.random() < 0.5
        author = chance.choice(OURS[:-1] if is_ours else [*THEIRS, "kim@home.example"])
        to = chance.sample([one for one in (*THEIRS, *OURS) if one != author], chance.choice([1, 1, 1, 2]))
        cc = chance.sample([one for one in (*THEIRS, *OURS) if one != author], chance.choice([0, 0, 0, 1]))
        bcc = (
            chance.sample([one for one in (*THEIRS, *OURS) if one != author], chance.choice([0, 0, 1]))
            if is_ours
            else []
        )
        if not is_ours and not {*to, *cc} & set(OURS):
            to.append(chance.choice(OURS[:-1]))
        answered = chance.choice(sent) if sent and chance.random() < 0.5 else None
        signs = {"auto-submitted": "auto-replied"} if chance.random() < 0.05 else {}
        bare = Envelope(
            f"<m{number}@x.example>",
            START + timedelta(days=chance.randrange(190), seconds=chance.randrange(80_000)),
            None,
            (_named(chance, author),),
            tuple(map(Address, to)),
            tuple(map(Address, cc)),
            subject=chance.choice(SUBJECTS),
            in_reply_to=(answered.message_id,) if answered else (),
            references=(*answered.references, answered.message_id) if answered else (),
            signs=signs,
            attachments=tuple(Attachment(f"{one}{number}.pdf", "application/pdf", 9) for one in "ab"[: number % 3]),
        )
        sent.append(bare)
        if is_ours and author != PAT:
            whole = replace(bare, bcc=tuple(map(Address, bcc)), in_sent=True)
            copies += [Copy(_account(author), place, whole) for place in chance.choice([["Sent"], ["Sent", "Archive"]])]
        copies += [Copy(_account(one), "INBOX", bare) for one in {*to, *cc, *bcc} if one in OURS and one != PAT]
    return copies


def _named(chance: random.Random, email: str) -> Address:
    return Address(email, email.partition("@")[0].title() if chance.random() < 0.5 else "")


def _meetings(chance: random.Random, count: int) -> list[Copy]:
    copies = []
    for number in range(count):
        host = chance.choice(USERS)
        start = START + timedelta(days=chance.randrange(260), hours=chance.randrange(20))
        guests = chance.sample([*THEIRS, *OURS], chance.choice([1, 2, 3]))
        own = f"{host}@acme.example"
        people = (
            Participant(Address(own), "organizer"),
            *(
                Participant(Address(one), "attendee", chance.choice(["ACCEPTED", "DECLINED", "NEEDS-ACTION"]))
                for one in guests
                if one != own
            ),
        )
        meeting = Meeting(
            uid=f"u{number}", recurrence="", start=start, end=start + timedelta(hours=1), status="CONFIRMED",
            summary=chance.choice(SUBJECTS), participants=people, invited=len(people), revision="1",
            private=chance.random() < 0.2,
        )  # fmt: skip
        holders = {host} | {_account(one) for one in guests if one in OURS and one != PAT and chance.random() < 0.6}
        copies += [Copy(account, "Calendar", meeting) for account in sorted(holders)]
    return copies


def _forge(chance: random.Random, made: World) -> None:
    """Somebody puts into their own mailbox or calendar what claims to be another's, or theirs once more: all is right
    of it but some."""
    for _ in range(chance.choice([0, 1, 2, 4])):
        claimed = chance.choice(made.copies).item
        account = chance.choice(USERS)
        item = _mail_like(chance, claimed) if isinstance(claimed, Envelope) else _meeting_like(chance, claimed)
        place = chance.choice(["INBOX", "Sent", "Kept"] if isinstance(item, Envelope) else ["Calendar", "Kept"])
        made.copies.insert(chance.randrange(len(made.copies) + 1), Copy(account, place, item))


def _mail_like(chance: random.Random, one: Envelope) -> Envelope:
    assert one.date is not None
    made = replace(one, bcc=(), attachments=(), in_sent=chance.random() < 0.3)
    others = [Address(email) for email in chance.sample((*THEIRS, *OURS), 2)]
    for wrong in chance.sample(["subject", "date", "to", "fewer", "more"], chance.choice([1, 1, 2])):
        match wrong:
            case "subject":
                made = replace(made, subject=chance.choice([*SUBJECTS, "Forged"]))
            case "date":
                made = replace(made, date=one.date + timedelta(days=chance.choice([-9, 9]), seconds=1))
            case "to":
                made = replace(made, to=tuple(others), cc=())
            case "fewer":
                made = replace(made, to=made.to[:1], cc=())
            case "more":
                made = replace(made, cc=(*made.cc, others[0]))
    return made


def _meeting_like(chance: random.Random, one: Meeting) -> Meeting:
    made = replace(one, revision=chance.choice(["0", "1", "99"]), private=False)
    organizers = tuple(person for person in one.participants if person.role == "organizer")
    guest = Participant(Address(chance.choice(THEIRS)), "attendee", chance.choice(["ACCEPTED", "DECLINED"]))
    for wrong in chance.sample(["subject", "date", "people", "fewer", "more", "answers"], chance.choice([1, 1, 2])):
        match wrong:
            case "subject":
                made = replace(made, summary=chance.choice([*SUBJECTS, "Forged"]))
            case "date":
                later = timedelta(days=chance.choice([-9, 9]))
                made = replace(made, start=one.start + later, end=one.end + later)
            case "people":
                made = replace(made, participants=(*organizers, guest))
            case "fewer":
                made = replace(made, participants=one.participants[:-1] or organizers)
            case "more":
                made = replace(made, participants=(*made.participants, guest))
            case "answers":
                told = tuple(
                    person._replace(answer=chance.choice(["ACCEPTED", "DECLINED"])) for person in one.participants
                )
                made = replace(made, participants=told)
    return made


def _account(email: str) -> str:
    return email.partition("@")[0]
