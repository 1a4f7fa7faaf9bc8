"""Lists that are narrowed, or many of whose first are passed over, tell of whoever comes after all
the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from spending import spending

from activity.contact import ContactEntry
from activity.mark import ANSWERED, FLAGGED
from lasttouch.answers.attention import Whom, attention
from lasttouch.answers.expectations import LIKELY_OWED, PROBABLE
from lasttouch.answers.silence import candidates, silences
from lasttouch.answers.waiting import Wanted, awaiting, counted
from lasttouch.keeping import address_book
from lasttouch.keeping.learning import relearn
from lasttouch.keeping.own_words import (
    Word,
    say_of_activity,
    say_of_contact,
    set_company_cadence,
    set_default_cadence,
    speaker,
)
from store import awaiting as conversations
from store.people import people
from store.reasons import flagged
from store.said import Cadence
from store.silence import past_cadence
from store.transactions import writing

if TYPE_CHECKING:
    from fed_log import Log

ANA = "ana@acme.example"
IRIS = "iris@globex.example"
MANY = 120
NEVER = 4_000_000_000  # seconds since 1970


@pytest.fixture
def crowd(log: Log) -> list[int]:
    """Many contacts of one company; each of those with an even id has a colleague of the same
    number."""
    entries = [ContactEntry(f"Guest {n}", [_address(n)], "Hooli", owner="Ben" if n % 2 else "") for n in range(MANY)]
    return sorted(address_book.import_contacts(log.agent, entries).imported.contacts)


def _address(number: int) -> str:
    return f"guest{number}@hooli.example"


def _in_bursts(address: str, first: float, gap: float, times: int) -> list[dict[str, object]]:
    return [{"sender": address, "to": ANA, "days": first + gap * number} for number in range(times)]


def _all_read(log: Log, derived: bool = True) -> None:
    with writing(log.connection):
        log.connection.execute("UPDATE source SET seen_through = ?", (int(log.now.timestamp()),))
    if derived:
        log.agent.refresh()


def _told(log: Log, whom: Whom, kind: str) -> list[str]:
    return [one.name for one in attention(log.reader, log.now, whom, 10).reasons if one.kind == kind]


def test_what_waits_with_somebody_is_found_however_much_waits_with_others(log: Log, crowd: list[int]) -> None:
    iris = log.contact("Iris", IRIS)
    log.mail(IRIS, ANA, 90, subject="The lease")
    log.mail_batch([{"sender": _address(n), "to": ANA, "days": 95, "subject": f"Order {n}"} for n in range(MANY)])
    alone = Whom(only=frozenset({iris}))
    assert _told(log, alone, "owed") == ["Iris"]
    wanted = Wanted(contacts=alone.only, order="likely", likely=True)
    assert len(awaiting(log.reader, log.now, "us", wanted, 10)) == 1
    ana = Wanted(owner="Ana", order="likely", likely=True)
    ben = Wanted(owner="Ben", order="likely", likely=True)
    assert len(awaiting(log.reader, log.now, "us", ana, 10)) == 10, "all of it is in her mailbox"
    listed = [awaiting(log.reader, log.now, "us", ben, None), awaiting(log.reader, log.now, "us", ben, 200)]
    assert [len(some) for some in listed] == [MANY // 2] * 2
    assert _told(log, Whom("Ben", frozenset({iris})), "owed") == []
    assert _told(log, Whom("Ben", frozenset(crowd[:2])), "owed") == ["Guest 1"]


def test_on_the_page_of_a_morning_stands_what_is_likelier_owed_than_not(log: Log) -> None:
    for n in range(45):
        asked = log.mail(_address(n), ANA, 1 + n, subject=f"Order {n}")
        if n % 3:
            log.mail(ANA, _address(n), 2 + n, asked, subject=f"Re: Order {n}")
    log.contact("Iris", IRIS)
    log.contact("Guest 0", _address(0))
    log.mail(IRIS, ANA, 99.9, subject="The lease")
    log.mail(_address(0), ANA, 80, subject="The roof")
    with writing(log.connection):
        relearn(log.connection, log.now)
    found = awaiting(log.reader, log.now, "us", Wanted(order="likely", likely=True, since=log.day(50)), 10)
    assert [one.subject for one in found] == ["The lease", "The roof"]
    assert LIKELY_OWED <= found[1].chance < PROBABLE <= found[0].chance
    assert _told(log, Whom(), "owed") == ["Iris"]


def test_a_reason_names_whom_one_asked_for(log: Log, crowd: list[int]) -> None:
    iris = log.contact("Iris", IRIS)
    log.mail(ANA, IRIS, 1, subject="Hello")
    asked = log.mail(ANA, _address(0), 80, subject="Samples")
    with writing(log.connection):
        log.connection.execute(
            "INSERT INTO participation (activity_id, address_id, role_code, at, touch_code)"
            " SELECT p.activity_id, (SELECT id FROM address WHERE contact_id = ?), p.role_code, p.at, p.touch_code"
            " FROM participation p JOIN activity a ON a.id = p.activity_id WHERE a.identity = ? AND p.role_code = 1",
            (iris, asked),
        )
    for only, name in ((iris, "Iris"), (crowd[0], "Guest 0")):
        assert _told(log, Whom(only=frozenset({only})), "pending") == [name]


def test_who_is_passed_over_takes_nobodys_place_among_the_silent(log: Log, crowd: list[int]) -> None:
    iris = log.contact("Iris", IRIS)
    log.mail_batch([one for n in range(MANY) for one in _in_bursts(_address(n), 1, 12, 4)])
    log.mail_batch(_in_bursts(IRIS, 3, 17, 3))  # less overdue than they all are
    _all_read(log)
    who = speaker(log.agent, "ana")
    for number, contact in enumerate(crowd):
        word = Word("ignore") if number % 2 else Word("snooze", NEVER)
        say_of_contact(log.agent, contact, word, who)
    assert _told(log, Whom(), "rhythm") == ["Iris"]
    assert _silent(log, 10) == [iris]


def _silent(log: Log, limit: int) -> list[int]:
    persons = people(log.reader, log.now, candidates(log.reader, log.now, None, limit))
    return [one.person.id for one in silences(log.reader, persons, log.now, None) if one.state == "stale"]


@pytest.mark.parametrize("few", [0, 500])
def test_the_silent_of_a_few_are_found_behind_many_others(
    log: Log, crowd: list[int], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Whether one looks at the few themselves, or at the list of all."""
    monkeypatch.setattr("lasttouch.answers.attention.FEW", few)
    log.mail_batch([one for n in range(MANY) for one in _in_bursts(_address(n), n / 100, 12, 4)])
    _all_read(log)
    last = max(crowd, key=lambda one: int(_name(log, one).split()[1]))
    assert _told(log, Whom(only=frozenset({last})), "rhythm") == [_name(log, last)]


def _name(log: Log, contact: int) -> str:
    (person,) = people(log.reader, log.now, [contact])
    return person.name


@pytest.mark.parametrize("derived", [True, False])
def test_who_is_past_a_cadence_is_found_behind_many_who_are_not(log: Log, crowd: list[int], derived: bool) -> None:
    """However many a cadence is set for, those past it are the first; their own goes before their
    company's."""
    more = [ContactEntry(f"Friend {n}", [f"friend{n}@hooli.example"], "Hooli") for n in range(400)]
    address_book.import_contacts(log.agent, more)
    iris = log.contact("Iris", "iris@hooli.example")
    ken = log.contact("Ken", "ken@initech.example")
    log.mail_batch([{"sender": _address(n), "to": ANA, "days": 99} for n in range(MANY)])
    log.mail_batch([{"sender": f"friend{n}@hooli.example", "to": ANA, "days": 99} for n in range(400)])
    log.mail("iris@hooli.example", ANA, 60)
    log.mail("ken@initech.example", ANA, 80)
    log.mail(_address(0), ANA, 99.5)
    (hooli,) = log.connection.execute("SELECT id FROM company WHERE name = 'Hooli'").fetchone()
    who = speaker(log.agent, "ana")
    set_company_cadence(log.agent, hooli, 30, who)
    with writing(log.connection):
        log.connection.execute("UPDATE contact SET company_id = ? WHERE id = ?", (hooli, iris))
    _all_read(log, derived)
    assert _silent(log, 10) == [iris]
    set_default_cadence(log.agent, 15)
    found = silences(
        log.reader,
        people(log.reader, log.now, candidates(log.reader, log.now, None, 10)),
        log.now,
        None,
    )
    assert {one.person.id: one.cadence for one in found if one.state == "stale"} == {
        iris: Cadence(30, "company"),
        ken: Cadence(15, "default"),
    }
    say_of_contact(log.agent, iris, Word("cadence", 50), who)
    assert _silent(log, 10) == [ken]
    log.meet("ken@initech.example", 110)
    assert _silent(log, 10) == []


def test_what_was_flagged_is_found_behind_much_that_was_settled(log: Log, crowd: list[int]) -> None:
    log.contact("Iris", IRIS)
    ids = [log.mail(IRIS, ANA, 1, subject="The lease")]
    ids += [log.mail(_address(n), ANA, 10 + n / 10) for n in range(MANY)]
    with writing(log.connection):
        log.connection.execute(
            "INSERT INTO mark (activity_id, place_id, uid, bits) SELECT a.id, s.place_id, a.id, ? FROM activity a"
            " JOIN sighting s ON s.activity_id = a.id",
            (FLAGGED,),
        )
    settled = dict(log.connection.execute("SELECT identity, id FROM activity"))
    who = speaker(log.agent, "ana")
    for identity in ids[1:]:
        say_of_activity(log.agent, settled[identity], "done", who)
    assert [one.activity for one in flagged(log.reader, log.now)][-1] == settled[ids[0]]
    assert _told(log, Whom(), "flagged") == ["Iris"]


def test_what_waits_is_counted_as_it_is_listed(log: Log, crowd: list[int]) -> None:
    """Whatever settles it: a word, a meeting, an answer elsewhere, what the mail program says."""
    log.mail_batch([{"sender": _address(n), "to": ANA, "days": 10 + n / 10} for n in range(MANY)])
    log.mail(ANA, _address(3), 50, subject="A matter")
    log.meet(_address(4), 51)
    ids = dict(log.connection.execute("SELECT identity, id FROM activity"))
    waits = sorted(ids.values())
    say_of_activity(log.agent, waits[7], "done", speaker(log.agent, "ana"))
    with writing(log.connection):
        log.connection.execute(
            "INSERT INTO mark (activity_id, place_id, uid, bits) SELECT a.id, s.place_id, a.id, ? FROM activity a"
            " JOIN sighting s ON s.activity_id = a.id WHERE a.id % 5 = 0",
            (ANSWERED,),
        )
    log.now = log.day(60)
    numbers = set()
    for side in ("us", "them"):
        for wanted in (
            Wanted(order="oldest"), Wanted(order="oldest", unlisted=False), Wanted(order="oldest", owner="Ben"),
            Wanted(order="oldest", settled=True), Wanted(order="oldest", until=log.day(15)),
            Wanted(order="oldest", contacts=frozenset(crowd[:9])),
        ):  # fmt: skip
            for most in (5, 1000):
                listed = len(awaiting(log.reader, log.now, side, wanted, most))
                assert counted(log.reader, log.now, side, wanted, most)[0] == listed, (side, wanted, most)
                assert counted(log.reader, log.now, side, wanted, most, look=1000)[0] == listed, (side, wanted, most)
                numbers.add(listed)
    assert len(numbers) > 5


def test_an_answer_elsewhere_settles_what_was_written_before_it_alone(log: Log) -> None:
    log.contact("Iris", "iris@globex.example")
    for day in (10, 12, 30):
        log.mail("iris@globex.example", ANA, day, subject="A matter")
    log.mail(ANA, "iris@globex.example", 20, subject="A matter")
    log.now = log.day(40)
    assert [one.at for one in awaiting(log.reader, log.now, "us", Wanted(), 9)] == [log.day(30)]
    assert counted(log.reader, log.now, "us", Wanted(), 9, look=9) == (1, False)


@pytest.mark.parametrize("before", ["_met_since", "_answered_elsewhere"])
def test_who_becomes_a_contact_while_it_is_looked_at_is_still_the_same(
    log: Log, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    log.mail(IRIS, ANA, 10, subject="A matter")
    if before == "_met_since":
        log.meet(IRIS, 20)
    else:
        log.mail(ANA, IRIS, 20, subject="A matter")
    log.now = log.day(40)
    look = getattr(conversations, before)

    def listed_before(*asked: object) -> object:
        log.contact("Iris", IRIS)
        return look(*asked)

    monkeypatch.setattr(conversations, before, listed_before)
    assert awaiting(log.reader, log.now, "us", Wanted(unlisted=True), 9) == []


def test_reasons_are_read_from_the_few_that_give_them_not_from_all_that_was_exchanged(log: Log) -> None:
    """Flags and cadences are few; what was exchanged grows for years."""
    steps = []
    for size in (1, 4):
        for n in range(100 * size):
            log.contact(f"Guest {size} {n}", f"guest{size}.{n}@hooli.example")
        senders = [f"guest{size}.{n}@hooli.example" for n in range(100 * size)]
        log.mail_batch([{"sender": one, "to": ANA, "days": day} for one in senders for day in (50, 59)])
        _all_read(log)
        with spending(log.connection, 100) as spent:
            assert (list(flagged(log.reader, log.now)), past_cadence(log.reader, log.now, 50)) == ([], [])
        steps.append(spent.steps)
    assert steps[1] <= steps[0] + 5, steps


def test_today_begins_with_who_fell_silent_last_and_stale_with_who_did_so_first(log: Log) -> None:
    for name, first in (("Ida", 1), ("Jon", 9), ("Kim", 5)):
        log.contact(name, f"{name.lower()}@globex.example")
        log.mail_batch(_in_bursts(f"{name.lower()}@globex.example", first, 10, 4))
    _all_read(log)
    assert _told(log, Whom(), "rhythm") == ["Jon", "Kim", "Ida"]
    assert [_name(log, one) for one in _silent(log, 10)] == ["Ida", "Kim", "Jon"]
