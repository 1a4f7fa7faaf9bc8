"""Two years of a rep's mailbox, matter by matter, with what the rep would say is owed, waited for
and gone silent."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench import attention_cast as cast
from bench.attention_cast import COLLEAGUE, REP, Hand, Person, Rep
from bench.attention_letters import Letter, Name, text_of

DAYS = 730
LISTED = timedelta(days=90)
"""What is older is listed with --all only."""
_TOPICS = (
    "Delivery of line {n}", "Question about invoice {n}", "Order {n}", "Contract draft {n}", "Visit in week {n}",
    "Spare parts {n}", "Price list {n}", "Test report {n}", "Training {n}", "Service case {n}", "Sample {n}",
)  # fmt: skip
_WORDS = {"ask": (45, 0.5), "nudge": (14, 0.5), "answer": (24, 0.6), "thanks": (6, 0.6), "note": (60, 0.7)}
"""By what a letter does, the median of its words and how widely they vary (sigma of a
log-normal)."""


@dataclass
class Meeting:
    uid: str
    start: datetime
    with_: Name
    title: str
    organizer: Name = REP
    weeks: int = 0
    count: int = 1

    @property
    def rule(self) -> str:
        return f"FREQ=WEEKLY;INTERVAL={self.weeks};COUNT={self.count}" if self.weeks else ""

    def starts(self) -> list[datetime]:
        return [self.start + timedelta(weeks=self.weeks * number) for number in range(self.count)]


@dataclass
class Truth:
    """By Message-ID what is owed and waited for; by address who fell silent, or was lost; who only
    got a mailing."""

    owed: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)
    unknowable: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    mailing: set[str] = field(default_factory=set)
    touched: dict[str, datetime] = field(default_factory=dict)


class History:
    """Everything that happened up to `end`; `letters` in the order of time."""

    def __init__(self, seed: int, end: datetime, files: bool, terse: bool = False, sloppy: bool = False) -> None:
        self.chance = random.Random(f"{seed}-{files}-{terse}-{sloppy}")
        self.end = end
        self.rep: Rep = cast.rep(self.chance, files, terse, sloppy)
        self.people = cast.people(self.chance)
        self.letters: list[Letter] = []
        self.meetings: list[Meeting] = []
        self.truth = Truth()
        self._number = 0
        for person in self.people:
            self._relation(person)
        self._mailings()
        self._machines()
        self.letters = sorted((one for one in self.letters if one.at <= end), key=lambda one: one.at)
        self._settle()
        self._file()

    # relations

    def _relation(self, person: Person) -> None:  # noqa: PLR0912 - a branch a kind
        chance = self.chance
        first = self.end - timedelta(days=DAYS)
        if person.kind in ("regular", "silent"):
            stop = self.end
            if person.kind == "silent":
                stop -= timedelta(days=max(25.0, person.period * chance.uniform(1.9, 5)))
                if (stop - first).days > 3.2 * person.period:
                    self.truth.silent.add(person.email)
            at = first + timedelta(days=chance.uniform(0, person.period))
            while at < stop:
                for _ in range(chance.choice((1, 1, 1, 2))):
                    self._matter(person, at + timedelta(days=chance.uniform(0, 4)), stop if stop < self.end else None)
                at += timedelta(days=person.period * chance.uniform(0.75, 1.25))
        elif person.kind == "project":
            for _ in range(chance.choice((1, 1, 2))):
                at = first + timedelta(days=chance.uniform(0, DAYS - 5))
                for _ in range(chance.randrange(4, 10)):
                    self._matter(person, at)
                    at += timedelta(days=chance.expovariate(1 / 3.5))
        elif person.kind == "one-off":
            for _ in range(chance.choice((1, 2))):
                self._matter(person, first + timedelta(days=DAYS * chance.random() ** 0.7))
        elif person.kind == "deal":
            at = first + timedelta(days=chance.uniform(0, DAYS + 30))
            stop = at + timedelta(days=chance.uniform(40, 130))
            while at < min(stop, self.end):
                self._matter(person, at)
                at += timedelta(days=chance.uniform(5, 16))
            self.truth.lost.add(person.email)
        else:
            at = first + timedelta(days=chance.uniform(0, 200))
            uid, count = self._id(), chance.randrange(6, 18)
            weeks = max(1, round(person.period / 7))
            start = at.replace(hour=10, minute=0, second=0)
            them = (person.name, person.email)
            self.meetings.append(Meeting(uid, start, them, "Jour fixe", weeks=weeks, count=count))
            for _ in range(count // 2):
                self._matter(person, at)
                at += timedelta(days=chance.uniform(10, 50))

    def _matter(self, person: Person, at: datetime, until: datetime | None = None) -> None:
        """One matter with somebody; where it would run past `until` it did not happen."""
        at = self._working(at)
        if at > self.end or (until is not None and at + timedelta(days=12) > until):
            return
        before = len(self.letters)
        kinds = (self._inquiry, self._request, self._offer, self._schedule, self._news, self._minutes,
                 self._introduction, self._copied, self._project_talk)  # fmt: skip
        self.chance.choices(kinds, (24, 16, 9, 12, 9, 7, 3, 5, 15))[0](person, at)
        for letter in self.letters[before:]:
            if letter.at <= self.end and not letter.headers:
                self._touch(letter)

    # matters

    def _inquiry(self, them: Person, at: datetime) -> None:
        """They ask, we answer, perhaps they thank; or they have to ask again, or it is settled
        otherwise."""
        first = self._from(them, at, "ask", self._topic(), attachments=self._some(0.15))
        self._we_answer(them, first)

    def _we_answer(self, them: Person, asked: Letter, depth: int = 0) -> None:
        chance = self.chance
        kind = chance.random()
        if kind < self.rep.forgets:
            if depth == 0 and chance.random() < 0.4:
                nudged = self._from(them, asked.at + timedelta(days=chance.uniform(2, 7)), "nudge", answers=asked)
                if nudged.at > self.end:
                    self._owe(asked)
                self._we_answer(them, nudged, 1) if chance.random() < 0.6 else self._owe(nudged)
            else:
                self._owe(asked)
            return
        if kind < self.rep.forgets + 0.05:
            self._settled_elsewhere(them, asked)
            return
        at = self._later(asked.at, self.rep.hand.days)
        if at > self.end:
            self._owe(asked)
            return
        if kind < self.rep.forgets + 0.09:  # a new message with the same subject, without a reference
            ours = self._to(them, at, "answer", asked.subject.removeprefix("Re: "))
            asked.flags = ""
        else:
            ours = self._to(them, at, "answer", answers=asked, attachments=self._some(0.2))
            asked.flags = "R"
        self._after_our_answer(them, ours, depth)

    def _after_our_answer(self, them: Person, ours: Letter, depth: int) -> None:
        chance, at = self.chance, self._later(ours.at, them.hand.days)
        what = chance.random()
        if what < them.hand.thanks * 0.8:
            self._from(them, at, "thanks", answers=ours)
        elif what < 0.85 or depth > 3:
            return
        else:
            self._we_answer(them, self._from(them, at, "ask", answers=ours), depth + 2)

    def _settled_elsewhere(self, them: Person, asked: Letter) -> None:
        """By phone (which nobody can know), in a meeting, or by a colleague who copies us."""
        kind, at = self.chance.random(), self._later(asked.at, 0.8)
        if at > self.end:
            self._owe(asked)
        if kind < 0.4:
            self.truth.unknowable.add(asked.message_id)
        elif kind < 0.7:
            self.meetings.append(Meeting(self._id(), at.replace(minute=0, second=0), (them.name, them.email), "Call"))
        elif at < self.end:
            self._write(COLLEAGUE, self.rep.hand, [(them.name, them.email)], at, "answer", answers=asked, cc=[REP])

    def _request(self, them: Person, at: datetime) -> None:
        """We ask; they answer or do not; we may ask again, and may thank."""
        self._they_answer(them, self._to(them, at, "ask", self._topic(), attachments=self._some(0.1)))

    def _offer(self, them: Person, at: datetime) -> None:
        self._they_answer(them, self._to(them, at, "note", f"Offer {self._topic()}", attachments=1, asks=True))

    def _they_answer(self, them: Person, asked: Letter, again: bool = False) -> None:
        chance = self.chance
        if chance.random() > them.hand.answers:
            if not again and chance.random() < 0.45:
                at = self._working(asked.at + timedelta(days=chance.uniform(4, 10)))
                if at > self.end:
                    self._wait(asked)
                self._they_answer(them, self._to(them, at, "nudge", answers=asked), True)
            else:
                self._wait(asked)
            return
        at = self._later(asked.at, them.hand.days)
        if at > self.end:
            self._wait(asked)
            return
        fresh = chance.random() < 0.05
        theirs = self._from(
            them, at, "answer", f"Re: {asked.subject.removeprefix('Re: ')}" if fresh else "",
            answers=None if fresh else asked, attachments=self._some(0.15), asks=(asks := chance.random() < 0.25),
        )  # fmt: skip
        if asks:
            self._we_answer(them, theirs, 2)
        elif chance.random() < self.rep.hand.thanks and (later := self._later(at, self.rep.hand.days)) < self.end:
            self._to(them, later, "thanks", answers=theirs)
            theirs.flags = "R"

    def _schedule(self, them: Person, at: datetime) -> None:
        """A date is proposed, moved once or not, accepted; the meeting is held."""
        chance = self.chance
        ours = chance.random() < 0.5
        one = self._to(them, at, "ask", self._topic()) if ours else self._from(them, at, "ask", self._topic())
        for _ in range(chance.choice((1, 1, 2))):
            ours = not ours
            at = self._later(one.at, self.rep.hand.days if ours else them.hand.days)
            if at > self.end:
                self._owe(one) if ours else self._wait(one)
                return
            one.flags = "R" if ours else ""
            one = (self._to if ours else self._from)(them, at, "nudge", answers=one, asks=False)
        meets = self._working(one.at + timedelta(days=chance.uniform(1, 9))).replace(minute=0, second=0)
        if chance.random() < 0.8:
            self.meetings.append(Meeting(self._id(), meets, (them.name, them.email), "Meeting"))
        if chance.random() < 0.4 and meets < self.end:
            self._to(them, self._working(meets + timedelta(hours=5)), "note", "Minutes of our meeting", asks=False)

    def _news(self, them: Person, at: datetime) -> None:
        """For our information: nobody expects anything."""
        others = [COLLEAGUE] if self.chance.random() < 0.5 else []
        subject = self.chance.choice(("FYI: ", "Fwd: ", "", "")) + self._topic()
        note = self._from(them, at, "note", subject, attachments=self._some(0.5), asks=False, to=[REP, *others])
        if self.chance.random() < 0.25 and (later := self._later(at, self.rep.hand.days)) < self.end:
            self._to(them, later, "thanks", answers=note)
            note.flags = "R"

    def _minutes(self, them: Person, at: datetime) -> None:
        note = self._to(them, at, "note", self._topic(), attachments=self._some(0.5), asks=False)
        if self.chance.random() < them.hand.thanks * 0.6:
            self._from(them, self._later(at, them.hand.days), "thanks", answers=note)

    def _introduction(self, them: Person, at: datetime) -> None:
        other = self.chance.choice(self.people)
        first = self._from(them, at, "ask", f"Introduction {self._topic()}", to=[REP, (other.name, other.email)])
        at = self._later(at, self.rep.hand.days)
        if self.chance.random() < 0.8 and at < self.end:
            first.flags = "R"
            ours = self._to(other, at, "answer", answers=first, cc=[(them.name, them.email)], asks=True)
            self._they_answer(other, ours)
        else:
            self._owe(first)

    def _copied(self, them: Person, at: datetime) -> None:
        """They write to a colleague, or to one another, and copy us."""
        first = self._from(them, at, "ask", self._topic(), to=[COLLEAGUE], cc=[REP])
        if self.chance.random() < 0.6 and (later := self._later(at, 1)) < self.end:
            self._write(COLLEAGUE, self.rep.hand, [(them.name, them.email)], later, "answer", answers=first, cc=[REP])

    def _project_talk(self, them: Person, at: datetime) -> None:
        """Back and forth, that ends with an answer, a word of thanks, or in the middle."""
        chance = self.chance
        ours = chance.random() < 0.5
        one = self._to(them, at, "ask", self._topic()) if ours else self._from(them, at, "ask", self._topic())
        for turn in range(chance.randrange(2, 6)):
            if ours and chance.random() > them.hand.answers:
                return self._wait(one)
            if not ours and chance.random() < self.rep.forgets:
                return self._owe(one)
            ours = not ours
            at = self._later(one.at, self.rep.hand.days if ours else them.hand.days)
            if at > self.end:
                return self._owe(one) if ours else self._wait(one)
            one.flags = "R" if ours else ""
            asks = turn < 1 or chance.random() < 0.6
            what = "answer" if asks or chance.random() < 0.6 else "thanks"
            one = (self._to if ours else self._from)(them, at, what, answers=one, asks=asks)
            if not asks:
                return None
        self._owe(one) if not ours and one.asks else self._wait(one) if one.asks else None
        return None

    # what is left

    def _owe(self, letter: Letter) -> None:
        if timedelta() <= self.end - letter.at < LISTED:
            self.truth.owed.add(letter.message_id)

    def _wait(self, letter: Letter) -> None:
        if timedelta() <= self.end - letter.at < LISTED:
            self.truth.pending.add(letter.message_id)

    def _settle(self) -> None:
        """What was open when they met is settled."""
        met: dict[str, datetime] = {}
        for one in self.meetings:
            for start in one.starts():
                if start < self.end:
                    met[one.with_[1]] = max(start, met.get(one.with_[1], start))
        second = {person.second: person.email for person in self.people if person.second}
        for letter in self.letters:
            who = letter.to[0][1] if letter.sender == REP else letter.sender[1]
            if (last := met.get(second.get(who, who))) is not None and letter.at < last:
                self.truth.owed.discard(letter.message_id)
                self.truth.pending.discard(letter.message_id)

    def _mailings(self) -> None:
        """Three mail merges: two one by one, the name in the subject of one; one in several Bcc."""
        chance = self.chance
        for number, days in enumerate((400, 150, 12)):
            at = self._working(self.end - timedelta(days=days)).replace(hour=9, minute=5)
            whom = chance.sample(self.people, 80)
            topic = f"Our news of the season {number}"
            if number == 1:
                for part in (whom[:24], whom[24:48]):
                    names = [(one.name, one.email) for one in part]
                    self._mailing(at, [REP], topic, names)
                    at += timedelta(minutes=2)
                continue
            for one in whom:
                subject = f"{one.name.split()[0]}, {topic}" if number else topic
                self._mailing(at, [(one.name, one.email)], subject, [])
                at += timedelta(seconds=chance.randrange(4, 12))
                if chance.random() < 0.04:
                    answered = self._from(one, self._later(at, 1), "ask", answers=self.letters[-1])
                    self._we_answer(one, answered)
                    self._touch(answered)

    def _mailing(self, at: datetime, to: list[Name], subject: str, bcc: list[Name]) -> None:
        letter = self._write(REP, self.rep.hand, to, at, "note", subject, bcc=bcc, asks=False)
        self.truth.mailing.add(letter.message_id)

    def _machines(self) -> None:
        """Newsletters, notices, and replies of machines: most of what comes in."""
        for number in range(900):
            at = self.end - timedelta(days=self.chance.uniform(0, DAYS))
            shop = self.chance.randrange(20)
            headers = {"List-Unsubscribe": f"<https://shop{shop}.example/u/{number}>", "Precedence": "bulk"}
            if number % 3 == 0:
                headers = {"Auto-Submitted": "auto-generated"}
            sender = (f"Shop {shop}", f"news@shop{shop}.example")
            hand = Hand(1, "none", 0, 72, "alternative", "quoted-printable", 1, 1, 0, 0)
            self._write(sender, hand, [REP], at, "note", f"Offers of week {number}", asks=False).headers = headers

    def _file(self) -> None:
        """Where each letter lies: a filer's inbox holds what is open, and some of what is
        newest."""
        open_ = self.truth.owed
        for letter in self.letters:
            if letter.sender == REP:
                letter.mailbox = "Sent"
                letter.flags = "S"
                continue
            letter.flags += "S" if self.end - letter.at > timedelta(hours=20) else ""
            if letter.flags.startswith("R") and self.chance.random() < 0.12:
                letter.flags = letter.flags[1:]  # answered with a program that does not mark it
            fresh = self.end - letter.at < timedelta(days=2)
            filed = (
                self.rep.files and not fresh and self.chance.random() < (0.12 if letter.message_id in open_ else 0.9)
            )
            letter.mailbox = "Archive" if filed else "INBOX"

    # writing

    def _from(self, them: Person, at: datetime, what: str, subject: str = "", **how: object) -> Letter:
        email = them.second if them.second and self.chance.random() < 0.3 else them.email
        to = how.pop("to", [REP])
        return self._write((them.name, email), them.hand, to, at, what, subject, **how)  # type: ignore[arg-type]

    def _to(self, them: Person, at: datetime, what: str, subject: str = "", **how: object) -> Letter:
        whom = [(them.name, them.email)]
        return self._write(REP, self.rep.hand, whom, at, what, subject, **how)  # type: ignore[arg-type]

    def _write(
        self, sender: Name, hand: Hand, to: list[Name], at: datetime, what: str, subject: str = "",
        answers: Letter | None = None, asks: bool | None = None, attachments: int = 0,
        cc: list[Name] | None = None, bcc: list[Name] | None = None,
    ) -> Letter:  # fmt: skip
        chance = self.chance
        median, spread = _WORDS["ask" if asks and what == "answer" else what]
        words = max(1, round(median * hand.wordy * chance.lognormvariate(0, spread)))
        if not subject:
            assert answers is not None
            subject = f"Re: {answers.subject.removeprefix('Re: ')}"
        letter = Letter(
            f"<{self._id()}@{sender[1].partition('@')[2]}>", at.replace(microsecond=0), sender, to, subject,
            text_of(chance, hand, words, answers, to[0][0] if to else "all"),
            what in ("ask", "nudge") if asks is None else asks, cc or (), bcc or (), answers,
            attachments=attachments, layout=hand.layout, encoding=hand.encoding,
        )  # fmt: skip
        self.letters.append(letter)
        return letter

    def _touch(self, letter: Letter) -> None:
        """What a paper diary would have as the last exchange by mail with each."""
        if letter.sender in (REP, COLLEAGUE):
            others = [email for _, email in (*letter.to, *letter.cc, *letter.bcc)]
        else:
            others = [letter.sender[1]]
        for email in others:
            self.truth.touched[email] = max(letter.at, self.truth.touched.get(email, letter.at))

    def _topic(self) -> str:
        return self.chance.choice(_TOPICS).format(n=self.chance.randrange(1000))

    def _some(self, share: float) -> int:
        return int(self.chance.random() < share)

    def _id(self) -> str:
        self._number += 1
        return f"{self._number:05x}.{self.chance.getrandbits(48):012x}"

    def _later(self, at: datetime, median_days: float) -> datetime:
        return self._working(at + timedelta(days=median_days * self.chance.lognormvariate(0, 0.8)))

    def _working(self, at: datetime) -> datetime:
        """The same, or the next hour of a working day."""
        if at.weekday() >= 5:
            at += timedelta(days=7 - at.weekday())
        return at.replace(hour=8 + at.hour % 10) if not 8 <= at.hour < 18 else at
