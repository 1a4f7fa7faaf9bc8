"""What the user says of contacts and activities is kept as it was said, and ends when it says it
ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lasttouch.keeping import contact_changes, forgetting
from store import own_words, said
from store.companies import company_ids
from store.finding import find_activity
from store.own_words import Speaker
from store.rows import timestamp
from store.transactions import writing

if TYPE_CHECKING:
    from fed_log import Log

ANA, BOB, EVE, FAY = "ana@acme.example", "bob@globex.example", "eve@hooli.example", "fay@initech.example"


def say(log: Log, contact_id: int, kind: str, days: float, value: int | None = None) -> None:
    with writing(log.connection):
        own_words.say_of_contact(log.connection, log.reader, contact_id, kind, Speaker(log.day(days), None), value)


def test_a_snooze_lasts_until_its_end_or_until_they_write(log: Log) -> None:
    bob, eve, fay = log.contact("Bob", BOB), log.contact("Eve", EVE), log.contact("Fay", FAY)
    log.mail(BOB, ANA, 10)
    for contact_id in (bob, eve):
        say(log, contact_id, "snooze", 20, timestamp(log.day(34)))
    log.mail(ANA, BOB, 25)
    assert said.snoozed(log.reader, [bob, eve, fay], log.day(19)) == {}
    assert said.snoozed(log.reader, [bob, eve, fay], log.day(30)) == {bob: log.day(34), eve: log.day(34)}
    log.mail(BOB, ANA, 28)
    assert said.snoozed(log.reader, [bob, eve], log.day(27)) == {bob: log.day(34), eve: log.day(34)}
    assert said.snoozed(log.reader, [bob, eve], log.day(30)) == {eve: log.day(34)}
    assert said.snoozed(log.reader, [bob, eve], log.day(34)) == {}


def test_a_message_from_before_the_word_that_was_read_after_it_ends_a_snooze_too(log: Log) -> None:
    bob = log.contact("Bob", BOB)
    log.mail(BOB, ANA, 10)
    say(log, bob, "snooze", 20, timestamp(log.day(34)))
    log.mail(BOB, ANA, 19)
    assert said.snoozed(log.reader, [bob], log.day(21)) == {}


def test_done_with_somebody_reaches_as_far_as_what_was_known_of_them(log: Log) -> None:
    bob, eve = log.contact("Bob", BOB), log.contact("Eve", EVE)
    log.mail(BOB, ANA, 10)
    log.meet(BOB, 60)
    say(log, bob, "done", 20)
    say(log, eve, "done", 20)
    done = said.done(log.reader, [bob, eve])
    assert done[bob].through == log.day(10)
    assert done[eve].through == log.day(20)
    assert done[bob].at == log.day(20)


def test_a_message_that_is_done_is_so_for_its_conversation_until_a_newer_one_comes(log: Log) -> None:
    log.contact("Bob", BOB)
    first = log.mail(BOB, ANA, 10)
    second = find_activity(log.reader, log.mail(BOB, ANA, 11, answers=first))
    asked = find_activity(log.reader, first)
    assert asked is not None
    assert second is not None
    assert own_words.newest_of_conversation(log.reader, asked) == second
    with writing(log.connection):
        own_words.say_of_activities(log.connection, [asked, second], "done", Speaker(log.day(12), None))
    third = find_activity(log.reader, log.mail(BOB, ANA, 13, answers=first))
    assert third is not None
    assert set(said.done_activities(log.reader, [asked, second, third])) == {asked, second}
    assert log.differences() == 0
    assert set(said.done_activities(log.reader, [asked, second, third])) == {asked, second}
    with writing(log.connection):
        assert own_words.unsay_of_activities(log.connection, [second], "done")
        assert not own_words.unsay_of_activities(log.connection, [second], "done")
    assert set(said.done_activities(log.reader, [asked, second, third])) == {asked}
    assert said.confirmed(log.reader, [asked]) == set()


def test_the_nearest_cadence_holds(log: Log) -> None:
    bob, eve, fay = log.contact("Bob", BOB), log.contact("Eve", EVE), log.contact("Fay", FAY)
    contact_changes.add_company(log.agent, "Hooli", ["hooli.example"])
    (hooli,) = company_ids(log.reader, "Hooli")
    with writing(log.connection):
        log.connection.execute("UPDATE contact SET company_id = ? WHERE id IN (?, ?)", (hooli, eve, fay))
        own_words.say_of_company(log.connection, hooli, "cadence", Speaker(log.day(1), None), 60)
    say(log, fay, "cadence", 1, 7)
    by_contact = said.cadences(log.reader, [bob, eve, fay])
    assert by_contact == {eve: said.Cadence(60, "company"), fay: said.Cadence(7, "contact")}
    with writing(log.connection):
        own_words.set_default_cadence(log.connection, 90)
    assert said.cadences(log.reader, [bob, eve])[bob] == said.Cadence(90, "default")
    with writing(log.connection):
        own_words.set_default_cadence(log.connection, None)
        assert own_words.unsay_of_company(log.connection, hooli, "cadence")
    assert said.cadences(log.reader, [bob, eve]) == {}


def test_words_go_with_a_contact_that_is_merged_and_the_later_one_holds(log: Log) -> None:
    bob, other = log.contact("Bob", BOB), log.contact("Bob Stone", "bob@home.example")
    say(log, bob, "cadence", 1, 7)
    say(log, other, "cadence", 2, 30)
    say(log, other, "ignore", 3)
    contact_changes.merge(log.agent, bob, [other])
    assert {(one.kind, one.value) for one in said.of_contacts(log.reader, [bob])[bob]} == {
        ("cadence", 30),
        ("ignore", None),
    }
    assert said.ignored(log.reader, [bob, other]) == {bob}


def test_whoever_is_forgotten_leaves_no_word_behind(log: Log) -> None:
    bob = log.contact("Bob", BOB)
    message = find_activity(log.reader, log.mail(BOB, ANA, 10))
    assert message is not None
    say(log, bob, "snooze", 20, timestamp(log.day(20) + timedelta(days=9)))
    with writing(log.connection):
        own_words.say_of_activities(log.connection, [message], "done", Speaker(log.day(12), None))
        own_words.put_aside(log.connection, [(BOB, BOB)], "Bob", "removed", Speaker(log.day(12), None))
    forgetting.forget(log.agent, [bob], [])
    for table in ("said_of_contact", "said_of_activity", "put_aside"):
        assert log.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
