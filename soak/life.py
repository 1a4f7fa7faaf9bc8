"""What people do: they write, answer, meet, move and delete, while a diary notes the truth."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from soak.estate import CALENDAR, MAILBOXES, Estate

from diary import Diary, Meeting, Message  # isort: skip - its place is made known by the estate
from household import event, mail  # isort: skip

OUTSIDE = [f"p{number}@firm{number % 4}.example" for number in range(12)]
ERASED = "gone@firm9.example"
ANSWERS = ("ACCEPTED", "ACCEPTED", "NEEDS-ACTION", "TENTATIVE", "DECLINED")
LONGEST_AGO = timedelta(days=300)
FURTHEST_AHEAD = timedelta(days=80)  # within the horizon


class Life:
    """`diary` is what one would read off the log; `bounces` are the subjects of the reports that came back."""

    def __init__(self, estate: Estate, chance: random.Random) -> None:
        self.estate = estate
        self.chance = chance
        self.own = {name: f"{name}@acme.example" for name in estate.names}
        self.diary = Diary(now=_now(), own=list(self.own.values()), internal=["acme.example"])
        self.bounces: dict[str, datetime] = {}
        self._places: dict[tuple[str, str], str] = {}  # where the copy of a message is, by account and subject
        self._times: set[datetime] = set()
        self._validity = int(_now().timestamp())
        self._listed = 0

    # mail

    def writes(self) -> None:
        """Somebody writes to somebody, anew or in answer, by hand or automatically."""
        ours = self.chance.random() < 0.5
        sender = self.chance.choice(list(self.own.values()) if ours else OUTSIDE)
        others = [one for one in [*OUTSIDE, *self.own.values()] if one != sender]
        to = self.chance.sample(others, self.chance.randint(1, 3))
        if not ours and not set(to) & set(self.own.values()):
            to[0] = self.chance.choice(list(self.own.values()))
        earlier = self.diary.messages[-12:]
        parent = self.chance.choice(earlier) if earlier and self.chance.random() < 0.5 else None
        automatic = not ours and self.chance.random() < 0.15
        self._send(sender, tuple(to), automatic, parent)

    def writes_to_whoever_will_be_erased(self) -> None:
        if ERASED not in self.diary.erased:
            self._send(ERASED, (self.chance.choice(list(self.own.values())),), False, None)

    def writes_again_though_erased(self) -> None:
        if ERASED in self.diary.erased:
            self._send(ERASED, (self.chance.choice(list(self.own.values())),), False, None)

    def bounces_back(self) -> None:
        mine = [one for one in self.diary.messages[-20:] if one.sender in self.own.values()]
        lost = [(one, email) for one in mine for email in one.to if email in OUTSIDE and email not in one.bounced]
        if not lost:
            return
        message, email = self.chance.choice(lost)
        message.bounced.add(email)
        subject, at = f"b{len(self.bounces)}", message.at + timedelta(minutes=5)
        self.bounces[subject] = at
        text = mail(
            "MAILER-DAEMON@mx.example", message.sender, at, f"{subject}@soak.example", subject,
            X_Failed_Recipients=email, Auto_Submitted="auto-replied", In_Reply_To=f"<{_id(message)}>",
        )  # fmt: skip
        self._deliver(self._account(message.sender), "INBOX", subject, text, at)

    def _send(self, sender: str, to: tuple[str, ...], automatic: bool, parent: Message | None) -> None:
        number = len(self.diary.messages)
        thread = parent.thread if parent else number
        message = Message(number, self._instant(), sender, to, automatic, thread)
        self.diary.messages.append(message)
        signs = {"Auto_Submitted": "auto-replied"} if automatic else {}
        if parent:
            root = self.diary.messages[thread]
            signs |= {"In_Reply_To": f"<{_id(parent)}>", "References": f"<{_id(root)}> <{_id(parent)}>"}
        text = mail(sender, ", ".join(to), message.at, _id(message), f"m{number}", **signs)
        for name, address in self.own.items():
            if address == sender:
                self._deliver(name, "Sent", f"m{number}", text, message.at)
            elif address in to:
                self._deliver(name, self.chance.choice(MAILBOXES), f"m{number}", text, message.at)

    def _deliver(self, name: str, mailbox: str, subject: str, text: bytes, at: datetime) -> None:
        self.estate.dovecot.append(name, mailbox, [text], when=at)
        self._places[name, subject] = mailbox

    def moves_a_message(self) -> None:
        movable = [key for key, mailbox in self._places.items() if mailbox in MAILBOXES]
        if not movable:
            return
        name, subject = self.chance.choice(movable)
        source = self._places[name, subject]
        target = self.chance.choice([one for one in MAILBOXES if one != source])
        with self.estate.dovecot.client(name) as client:
            client.select_folder(source)
            client.move(client.search(["SUBJECT", subject, "HEADER", "Message-ID", f"{subject}@"]), target)
        self._places[name, subject] = target

    def expunges_a_message(self) -> None:
        """One the log knows: what is gone before anybody looked is nobody's to know."""
        known = self.estate.captured()
        gone = [key for key in self._places if key[1] in known]
        if not gone:
            return
        name, subject = self.chance.choice(gone)
        with self.estate.dovecot.client(name) as client:
            client.select_folder(self._places.pop((name, subject)))
            client.delete_messages(client.search(["HEADER", "Message-ID", f"{subject}@"]))
            client.expunge()

    def resets_uidvalidity(self) -> None:
        name, mailbox = self.chance.choice(list(self.own)), self.chance.choice(["INBOX", "Sent"])
        self._validity += self.chance.randint(1, 9)
        self.estate.new_uidvalidity(name, mailbox, self._validity)

    def renames_a_mailbox(self) -> None:
        """To another name and back, as somebody who thinks better of it."""
        name = self.chance.choice(list(self.own))
        with self.estate.dovecot.client(name) as client:
            if client.folder_exists("Projects"):
                client.rename_folder("Projects", "Undertakings")
                client.rename_folder("Undertakings", "Projects")

    # meetings

    def makes_an_appointment(self) -> None:
        now = _now()
        start = self.chance.choice(
            [
                now - timedelta(days=self.chance.randint(2, 250)),
                now + timedelta(days=self.chance.randint(2, 30)),
                now - timedelta(minutes=59, seconds=self.chance.randint(40, 55)),  # over in a moment
            ]
        )
        owners = dict.fromkeys(self.chance.sample(list(self.own), self.chance.randint(1, 2)), "ACCEPTED")
        guests = {one: self.chance.choice(ANSWERS) for one in self.chance.sample(OUTSIDE, self.chance.randint(1, 2))}
        organizer = self.own[next(iter(owners))] if self.chance.random() < 0.6 else next(iter(guests))
        meeting = Meeting(len(self.diary.meetings), self._distinct(start), 1, organizer, guests, owners)
        self.diary.meetings.append(meeting)
        self._put(meeting)

    def changes_an_appointment(self) -> None:
        living = [one for one in self.diary.meetings if one.owners]
        if not living:
            return
        meeting = self.chance.choice(living)
        meeting.sequence += 1
        kind = self.chance.choice(["move", "cancel", "answer", "own answer"])
        if kind == "move":
            start = meeting.start + timedelta(days=self.chance.choice([-20, -3, 4, 40]))
            meeting.start = self._distinct(min(start, _now() + FURTHEST_AHEAD))
        elif kind == "cancel":
            meeting.cancelled = not meeting.cancelled
        else:
            answers = meeting.answers if kind == "answer" else meeting.owners
            answers[self.chance.choice(sorted(answers))] = self.chance.choice(ANSWERS)
        self._put(meeting)

    def deletes_an_appointment(self) -> None:
        """One of which the log knows the present revision, and that is not over at just this moment."""
        known, now = self.estate.captured(), _now()
        living = [
            one
            for one in self.diary.meetings
            if one.owners
            and not one.sequence
            and not now <= one.ends < now + timedelta(days=1)
            and known.get(f"c{one.number}") == f"{one.start:%Y-%m-%dT%H:%M:%SZ}"
        ]
        if not living:
            return
        meeting = self.chance.choice(living)
        for name in sorted(meeting.owners):
            self.estate.radicale.delete(name, CALENDAR, f"c{meeting.number}.ics")
        meeting.owners.clear()
        meeting.deleted_at = _now()

    def _put(self, meeting: Meeting) -> None:
        invited = meeting.answers | {self.own[name]: answer for name, answer in meeting.owners.items()}
        people = [f"{email};PARTSTAT={answer}" for email, answer in invited.items()]
        lines: dict[str, Any] = {"SUMMARY": f"c{meeting.number}", "SEQUENCE": meeting.sequence}
        lines |= {"STATUS": "CANCELLED"} if meeting.cancelled else {}
        text = event(f"c{meeting.number}@soak", meeting.start, *people, organizer=meeting.organizer, **lines)
        for name in meeting.owners:
            self.estate.radicale.put(name, CALENDAR, f"c{meeting.number}.ics", text)

    # contacts

    def imports_contacts(self) -> None:
        """Three more people, or the same once more."""
        start = self.chance.randrange(len(OUTSIDE))
        rows = [*(OUTSIDE * 2)[start : start + 3], *([] if ERASED in self.diary.erased else [ERASED])]
        path = self.estate.folder / "contacts.csv"
        path.write_text("\n".join(["name,email", *(f"N {email},{email}" for email in rows), ""]), encoding="utf-8")
        self.estate.ok("contacts", "import", str(path))
        for email in rows:
            self.lists(email)

    def lists(self, email: str) -> None:
        """Somebody is a contact from now on, if not already."""
        if not any(email in emails for emails in self.diary.contacts.values()):
            self._listed += 1
            self.diary.contacts[self._listed] = {email}

    def unlists(self, email: str) -> None:
        self.diary.contacts = {key: emails for key, emails in self.diary.contacts.items() if email not in emails}

    def erases_somebody(self) -> None:
        for contact_id, emails in list(self.diary.contacts.items()):
            if ERASED in emails:
                self.estate.ok("contacts", "forget", ERASED, "--yes")
                self.diary.erase(contact_id)

    def _instant(self) -> datetime:
        return self._distinct(_now() - timedelta(seconds=self.chance.randrange(3600, int(LONGEST_AGO.total_seconds()))))

    def _distinct(self, at: datetime) -> datetime:
        while at in self._times:
            at -= timedelta(seconds=1)
        self._times.add(at)
        return at

    def _account(self, address: str) -> str:
        return next(name for name, own in self.own.items() if own == address)


def _id(message: Message) -> str:
    return f"m{message.number}@soak.example"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
