"""Mail merges: the same text to many one by one, or a few at a time, is a broadcast, whichever was
read first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from spending import spending

from activity.address import Address
from activity.envelope import Envelope
from activity.shape import Shape, packed
from bench.logs import agent_on
from lasttouch.keeping.recomputation import recompute
from matchers.mailings import mailing_key, subject_key
from matchers.message import judge_mail, message_facts
from store import facts, ingest, mailings, places, touches
from store.rows import Entry
from store.transactions import writing

OWNER = Address("ana@acme.example", "Ana Kim")
SECRET = b"k" * 32
TEXT = Shape(20, 640)


def _guest(number: int) -> Address:
    return Address(f"guest.nr{number}@firm{number}.example", f"Guest{number} Nr")


def _letter(log, number: int, minute: float, subject: str, **how) -> Envelope:
    at = log.now - timedelta(days=10) + timedelta(minutes=minute)
    fields = {"from_": (OWNER,), "to": (_guest(number),), "subject": subject, **how}
    return Envelope(f"<{number}-{minute}@acme.example>", at, at, **fields)


class _Log:
    def __init__(self, agent) -> None:
        self.agent, self.now = agent, agent.clock()
        with writing(agent.connection):
            accounts = {"ana": ("Ana Kim", ["imap"]), "fair": ("Ana Kim", []), "ben": ("Ben", [])}
            own = {"ana": [OWNER.email], "fair": ["fair@acme.example"], "ben": ["ben@acme.example"]}
            (self.source,) = places.register(agent.connection, accounts, own)

    def read(self, letters: Sequence[Envelope]) -> None:
        entries = []
        for letter in letters:
            known = message_facts(letter, letter.date, self.agent.never_log, True)
            known.shape = packed(letter.shape, mailing_key(letter, SECRET))
            entries.append(Entry(known, judge_mail(known, self.agent.policy)))
        with writing(self.agent.connection):
            place = places.place_id(self.agent.connection, self.source.id, "Sent")
            ingest.write(self.agent.connection, place, entries, self.agent.book(), self.agent.judge)
            touches.refresh(self.agent.connection, self.now)

    def verdicts(self) -> dict[str, tuple[str, str | None]]:
        rows = self.agent.connection.execute("SELECT identity, a.verdict, reason FROM activity a")
        return {identity: (verdict, reason) for identity, verdict, reason in rows}

    def touched(self) -> int:
        query = "SELECT count(*) FROM participation WHERE touch_code IS NOT NULL"
        return int(self.agent.connection.execute(query).fetchone()[0])


@pytest.fixture
def log(tmp_path):
    with agent_on(tmp_path / "log.db") as agent:
        yield _Log(agent)


def test_the_first_nine_become_a_broadcast_when_the_tenth_comes(log: _Log) -> None:
    letters = [_letter(log, n, n / 2, f"Guest{n}, our news") for n in range(10)]
    log.read(letters[:9])
    assert {verdict for verdict, _ in log.verdicts().values()} == {"person"}
    log.read(letters[9:])
    assert set(log.verdicts().values()) == {("broadcast", "one of 10 with this subject within 5 minutes")}
    assert log.touched() == 0
    with writing(log.agent.connection):
        assert recompute(log.agent) == 0


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("answers", lambda log: [_letter(log, n, n, "Re: News", in_reply_to=(f"<q{n}@x>",)) for n in range(12)]),
        ("twenty, one every eight minutes", lambda log: [_letter(log, n, 8 * n, "News") for n in range(20)]),
        ("nine", lambda log: [_letter(log, n, n, "News") for n in range(9)]),
        ("another subject each", lambda log: [_letter(log, n, n, f"About order {n}") for n in range(12)]),
        ("an hour between each", lambda log: [_letter(log, n, 61 * n, "News") for n in range(12)]),
        ("to the same person", lambda log: [_letter(log, 1, n, "News") for n in range(12)]),
        ("a name alone", lambda log: [_letter(log, n, n, f"Guest{n}") for n in range(12)]),
        ("one message to twelve", lambda log: [_letter(log, 0, 0, "News", to=tuple(map(_guest, range(12))))]),
        (
            "by two colleagues",
            lambda log: [
                _letter(log, n, n, "News", from_=(OWNER if n % 2 else Address("ben@acme.example", "Ben"),))
                for n in range(16)
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_no_mailing(log: _Log, name: str, letters) -> None:
    log.read(letters(log))
    assert {verdict for verdict, _ in log.verdicts().values()} == {"person"}, name


def test_several_blind_copies_below_the_limit_are_one(log: _Log) -> None:
    parts = [tuple(_guest(n) for n in range(first, first + 6)) for first in (0, 6, 12)]
    log.read([_letter(log, 100 + n, n, "Our news", to=(OWNER,), bcc=bcc) for n, bcc in enumerate(parts)])
    assert set(log.verdicts().values()) == {("broadcast", "one of 3 with this subject within 3 minutes")}


_NAMES = ("Ada", "Björn", "Chloé", "Dmitri", "Jean-Luc", "O'Neil", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Łukasz")


@pytest.mark.parametrize(
    "subject",
    [
        "{}, our news",
        "{}: our news",
        "Hi {} - our news",
        "Our news, {}",
        "Our news – {}?",
        "Liebe {}, unsere Neuheiten",
    ],
)
def test_whom_a_subject_speaks_to_need_not_be_named_in_to(log: _Log, subject: str) -> None:
    """Half of them are, by name or address; the others' addresses tell nothing."""
    letters = []
    for n, name in enumerate(_NAMES):
        address = (
            f"office{n}@firm{n}.example" if n % 2 else f"{name.encode('ascii', 'ignore').decode()}@firm{n}.example"
        )
        to = Address(address, "" if n % 4 else name)
        letters.append(_letter(log, n, n, subject.format(name), to=(to,)))
    log.read(letters)
    assert {verdict for verdict, _ in log.verdicts().values()} == {"broadcast"}


def test_subjects_that_differ_in_more_than_whom_they_speak_to_have_keys_of_their_own() -> None:
    subjects = [
        "Offer, spring", "Fee, spring", "Order 71, delivery date", "Order 72, delivery date", "order, delivery date",
        "Delivery date, week 7", "Delivery date, week 8", "Delivery date", "Bob", "Bob, news", "Eve, news",
    ]  # fmt: skip
    keys = [subject_key(one, ["sales@firm.example"], SECRET) for one in subjects]
    assert len(set(keys)) == len(subjects)
    assert subject_key("", [], SECRET) == subject_key("Bob!", ["bob@firm.example"], SECRET) == 0


@pytest.mark.parametrize("first", ["the rest", "the mailing"])
def test_what_is_left_of_a_mailing_and_comes_days_later_belongs_to_it(log: _Log, first: str) -> None:
    day = 24 * 60
    mailed = [_letter(log, n, n / 2, f"Guest{n}, our news", shape=Shape(20, 640 + 32 * (n % 2))) for n in range(20)]
    left = [_letter(log, n, 3 * day + n, f"Guest{n}, our news", shape=Shape(20, 672)) for n in (30, 31)]
    own = [
        _letter(log, 32, 3 * day, "Guest32, our news", shape=Shape(40, 1280)),  # not the same text
        _letter(log, 5, 3 * day, "Our news", shape=TEXT),  # to whom it went already
        _letter(log, 33, 5 * day, "Our news", shape=TEXT),  # too late
        _letter(log, 34, -day, "Our news", shape=TEXT),  # before there was any
        _letter(log, 35, day, "Our fair", shape=TEXT),
    ]
    batches = (left, own, mailed[:9], mailed[9:])
    for some in batches if first == "the rest" else batches[::-1]:
        log.read(some)
    verdicts = log.verdicts()
    assert {verdicts[one.message_id] for one in mailed} == {
        ("broadcast", "one of 20 with this subject within 10 minutes")
    }
    assert {verdicts[one.message_id] for one in left} == {("broadcast", "one of 22 with this subject within 4 days")}
    assert {verdicts[one.message_id][0] for one in own} == {"person"}
    assert _recomputed(log) == 0
    assert log.verdicts() == verdicts


def test_what_is_sent_slowly_to_many_is_one(log: _Log) -> None:
    log.read([_letter(log, n, 8 * n, "Our news") for n in range(26)])
    assert set(log.verdicts().values()) == {("broadcast", "one of 26 with this subject within 201 minutes")}
    assert _recomputed(log) == 0


@pytest.mark.parametrize(("other", "verdict"), [("fair@acme.example", "broadcast"), ("ben@acme.example", "person")])
def test_one_owner_may_send_it_from_two_accounts(log: _Log, other: str, verdict: str) -> None:
    second = {"from_": (Address(other),)}
    log.read([_letter(log, n, n, "Our news", **(second if n % 2 else {})) for n in range(14)])
    assert {verdict for verdict, _ in log.verdicts().values()} == {verdict}
    with writing(log.agent.connection):
        assert recompute(log.agent) == 0


def test_what_was_read_before_there_were_keys_gets_one(log: _Log) -> None:
    news = [_letter(log, n, n, f"Guest{n}, our news") for n in range(12)]
    answers = [_letter(log, n, n, "Our news", in_reply_to=(f"<q{n}@x>",)) for n in range(20, 40)]
    single = [_letter(log, n, n, f"About order {n}") for n in range(60, 80)]
    log.read([*news, *answers, *single])
    before = log.verdicts()
    with writing(log.agent.connection):
        log.agent.connection.execute("UPDATE activity SET shape = NULL")
        log.agent.connection.execute("DELETE FROM mailing")
        ingest.rejudge(log.agent.connection, facts.all_ids(log.agent.connection), log.agent.judge)
    assert {verdict for verdict, _ in log.verdicts().values()} == {"person"}
    assert _recomputed(log) > 0
    assert log.verdicts() == before
    assert _recomputed(log) == 0


def _recomputed(log: _Log) -> int:
    with writing(log.agent.connection):
        return recompute(log.agent)


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_reading_makes_no_difference(tmp_path, seed: int) -> None:
    found = []
    for run in range(2):
        chance = random.Random(seed)
        with agent_on(tmp_path / f"{run}.db") as agent:
            log = _Log(agent)
            letters = [
                _letter(log, n, chance.uniform(0, 300), chance.choice(("News", f"Guest{n}: news", "Offer")), shape=TEXT)
                for n in range(chance.randrange(15, 60))
            ]
            letters += [  # days before and after
                _letter(log, n, 60 * chance.uniform(-200, 300), chance.choice(("News", f"Guest{n}: news")), shape=TEXT)
                for n in range(60, 60 + chance.randrange(12))
            ]
            random.Random(seed * 2 + run).shuffle(letters)
            while letters:
                size = random.Random(len(letters) + run).randrange(1, 9)
                log.read(letters[:size])
                letters = letters[size:]
            found.append((log.verdicts(), log.touched()))
            with writing(agent.connection):
                assert recompute(agent) == 0, seed
    assert found[0] == found[1], seed


def test_work_grows_with_the_messages_not_with_their_square(log: _Log) -> None:
    steps = []
    for number, size in enumerate((400, 1600)):
        log.read([_letter(log, 1, 10_000 * number + 0.1 * n, f"Topic {number} {n}") for n in range(size)])
        (first,) = log.agent.connection.execute("SELECT max(id) FROM activity").fetchone()
        ids = list(range(first - size + 1, first + 1))
        with spending(log.agent.connection, 1000) as spent:
            mailings.concerned(log.agent.connection, (), ids)
        steps.append(spent.steps)
    assert steps[1] < 6 * steps[0] + 20, steps
