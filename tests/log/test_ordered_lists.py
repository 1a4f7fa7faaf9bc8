"""Lists in order that come from caches are what the activities say, whether the caches are up to
date or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from lasttouch.keeping import contact_changes, forgetting
from store import awaiting as conversations
from store.awaiting import PAGE, Order, Waiting
from store.finding import find_activity
from store.people import people
from store.silence import longest_silent, never_touched, past_rhythm
from store.threads import THEM, US, waiting, waiting_among, waiting_then
from store.timeline import newest
from store.unmatched import unmatched

if TYPE_CHECKING:
    from fed_log import Log

ANA, BOB, EVE, FAY = "ana@acme.example", "bob@globex.example", "eve@hooli.example", "fay@initech.example"


@pytest.fixture(params=["derived", "not derived yet"])
def settled(request: pytest.FixtureRequest, log: Log) -> Callable[[], None]:
    """Brings the caches up to date, or does not."""
    return log.agent.refresh if request.param == "derived" else lambda: None


def test_the_longest_silent_come_first(log: Log, settled: Callable[[], None]) -> None:
    bob, eve, _never = log.contact("Bob", BOB), log.contact("Eve", EVE), log.contact("Fay", FAY)
    log.mail(BOB, ANA, 10)
    log.mail(ANA, EVE, 5)
    settled()
    assert [one for one, _ in longest_silent(log.reader, log.now, 10)] == [eve, bob]
    assert longest_silent(log.reader, log.now, 1) == [(eve, int(log.day(5).timestamp()))]
    assert [one for one, _ in longest_silent(log.reader, log.now, 10, before=log.day(7))] == [eve]
    log.mail(EVE, ANA, 20)
    assert [one for one, _ in longest_silent(log.reader, log.now, 10)] == [bob, eve]
    assert log.differences() == 0


def test_who_was_never_touched_comes_in_the_order_of_being_listed(log: Log, settled: Callable[[], None]) -> None:
    bob, eve, fay = log.contact("Bob", BOB), log.contact("Eve", EVE), log.contact("Fay", FAY)
    log.mail(EVE, ANA, 5)
    log.meet(FAY, 200)
    settled()
    assert never_touched(log.reader, log.now, 9) == [bob, fay]
    assert never_touched(log.reader, log.now, 1) == [bob]
    log.mail(ANA, BOB, 6)
    assert never_touched(log.reader, log.now, 9) == [fay]
    assert log.differences() == 0
    assert [one for one, _ in longest_silent(log.reader, log.now, 9)] == [eve, bob]


def test_the_longest_past_their_own_rhythm_come_first(log: Log, settled: Callable[[], None]) -> None:
    bob, eve, fay = log.contact("Bob", BOB), log.contact("Eve", EVE), log.contact("Fay", FAY)
    for day in (10, 20, 30, 40, 50):
        log.mail(BOB, ANA, day)
    for day in (5, 6, 20, 21, 22, 35):
        log.mail(EVE, ANA, day)
    for day in (10, 30, 50, 70, 90):
        log.mail(FAY, ANA, day)
    settled()
    assert past_rhythm(log.reader, log.now, 10) == [
        (eve, int(log.day(35 + 22.5).timestamp())),
        (bob, int(log.day(50 + 15).timestamp())),
    ]
    latest = past_rhythm(log.reader, log.now, 10, latest_first=True)
    assert latest == past_rhythm(log.reader, log.now, 10)[::-1]
    assert past_rhythm(log.reader, log.now, 1, latest_first=True) == latest[:1]
    (found,) = people(log.reader, log.now, [fay])
    assert found.usual_gap is not None
    assert (found.usual_gap.days, found.overdue_at) == (20, log.day(120))


def test_strangers_are_counted_until_they_are_contacts(log: Log, settled: Callable[[], None]) -> None:
    log.mail(BOB, ANA, 1)
    log.mail(BOB, ANA, 2)
    log.mail(BOB, ANA, 3)
    asked = log.mail(EVE, ANA, 4)
    log.mail(ANA, EVE, 5, answers=asked)
    log.meet(FAY, 100.5)
    settled()
    found = unmatched(log.reader, log.now)
    assert [(one.address, one.inbound, one.outbound) for one in found] == [(EVE, 1, 1), (BOB, 3, 0)]
    assert (found[0].first_touch, found[0].last_touch) == (log.day(4), log.day(5))
    assert [one.address for one in unmatched(log.reader, log.now, 1)] == [EVE]
    log.now = log.day(101)
    found = unmatched(log.reader, log.now)
    assert [(one.address, one.meetings) for one in found] == [(EVE, 0), (FAY, 1), (BOB, 0)], "the meeting has begun"
    log.mail(BOB, ANA, 6)
    assert unmatched(log.reader, log.now)[2].inbound == 4
    eve = log.contact("Eve", EVE)
    assert [one.address for one in unmatched(log.reader, log.now)] == [FAY, BOB]
    contact_changes.remove(log.agent, [eve])
    assert [one.address for one in unmatched(log.reader, log.now)] == [EVE, FAY, BOB]
    assert log.differences() == 0


def test_a_conversation_waits_for_whoever_did_not_write_last(log: Log) -> None:
    asked = log.mail(BOB, ANA, 1)
    offered = log.mail(ANA, EVE, 2)
    log.mail(FAY, "ben@other.example", 3, cc=ANA)
    assert _ids(log, US) == [asked]
    assert _ids(log, THEM) == [offered]
    answer = log.mail(ANA, BOB, 4, answers=asked)
    assert (_ids(log, US), _ids(log, THEM)) == ([], [offered, answer])
    log.mail(BOB, ANA, 5, answers=answer, signs={"auto-submitted": "auto-replied"})
    assert (_ids(log, US), _ids(log, THEM)) == ([], [offered, answer]), "an automatic reply is none"
    again = log.mail(BOB, ANA, 6, answers=asked)
    later = log.mail(EVE, ANA, 7)
    assert (_ids(log, US), _ids(log, THEM)) == ([again, later], [offered])
    assert _ids(log, US, limit=1) == [again]
    assert _ids(log, US, newest_first=True) == [later, again]
    assert log.differences() == 0


def test_what_came_at_one_instant_has_an_order_too(log: Log) -> None:
    """Else a page may show some of it twice and some never."""
    for _ in range(8):
        log.mail(BOB, ANA, 1)
    in_time = waiting(log.reader, US, 99)
    assert in_time == sorted(in_time, key=lambda one: (one.at, one.conversation, one.activity_id))
    assert waiting(log.reader, US, 99, newest_first=True) == in_time[::-1]
    assert waiting(log.reader, US, 5) == in_time[:5]
    assert waiting_then(log.reader, US, int(log.day(2).timestamp()), newest_first=False) == in_time
    assert waiting_among(log.reader, US, [one.activity_id for one in in_time], newest_first=False) == in_time


def _waiting(log: Log, order: Order = "newest") -> list[Waiting]:
    found = list(conversations.awaiting(log.reader, log.now, "us", order))
    return list(conversations.told(log.reader, conversations.settled(log.reader, "us", log.now, found)))


def test_what_waits_goes_on_beyond_the_first_page(log: Log) -> None:
    asked = [log.mail(BOB, ANA, day) for day in range(PAGE + 6)]
    log.mail(ANA, BOB, 90, answers=asked[3])
    log.meet(EVE, 95)
    asked.append(log.mail(EVE, ANA, 91))
    log.now = log.day(92)
    found = _waiting(log, "oldest")
    assert [one.message_id for one in found] == [*asked[:3], *asked[4:]]
    assert _waiting(log) == found[::-1]
    assert {(one.others[0].address, one.accounts, one.read_through) for one in found[:-1]} == {
        (BOB, (("ana", "Ana"),), None)
    }
    log.now = log.day(96)
    settled_by = {one.message_id: one.settled_by for one in _waiting(log)}
    assert settled_by.pop(asked[-1]) == "a meeting since"
    assert list(settled_by) == [*asked[4:-1][::-1], *asked[:3][::-1]]


def test_a_question_found_after_its_answer_does_not_wait(log: Log) -> None:
    log.mail(ANA, BOB, 4, answers="<asked@x.example>")
    log.mail(BOB, ANA, 1, message_id="<asked@x.example>")
    assert _ids(log, US) == []
    assert log.differences() == 0


def test_an_answer_that_came_back_leaves_the_question_open(log: Log) -> None:
    asked = log.mail(BOB, ANA, 1)
    answer = log.mail(ANA, BOB, 2, answers=asked)
    signs = {"x-failed-recipients": BOB, "auto-submitted": "auto-replied"}
    log.mail("mailer-daemon@mx.example", ANA, 3, answers=answer, signs=signs)
    assert _ids(log, US) == [asked]
    assert log.differences() == 0


def test_an_answer_follows_the_other_direction_in_its_own_conversation(log: Log) -> None:
    bob = log.contact("Bob", BOB, "bob@home.example")

    def last_two_way() -> object:
        (found,) = people(log.reader, log.now, [bob])
        return found.last_two_way

    asked = log.mail(ANA, BOB, 1)
    log.mail(BOB, ANA, 2)
    assert last_two_way() is None, "another conversation"
    log.mail(BOB, ANA, 1, answers=asked)
    assert last_two_way() is None, "at the same time is no answer"
    log.mail("bob@home.example", ANA, 0.5, answers=asked)
    assert last_two_way() == log.day(1), "the root came after what refers to it"
    log.mail("bob@home.example", ANA, 3, answers=asked)
    log.mail(EVE, ANA, 4, answers=asked)
    assert last_two_way() == log.day(3)


def test_an_alias_brings_its_history_at_once(log: Log) -> None:
    bob = log.contact("Bob", BOB)
    log.mail(BOB, ANA, 1)
    log.mail("bob@home.example", ANA, 2)
    log.agent.refresh()
    contact_changes.add_alias(log.agent, bob, ["bob@home.example"])
    (found,) = people(log.reader, log.now, [bob])
    assert (found.last_touch, found.touches) == (log.day(2), 2)
    assert unmatched(log.reader, log.now) == []


def test_who_is_erased_is_in_no_list(log: Log) -> None:
    bob = log.contact("Bob", BOB)
    log.mail(BOB, ANA, 1)
    log.mail(EVE, ANA, 2)
    log.agent.refresh()
    forgetting.forget(log.agent, [bob], [EVE])
    assert (_ids(log, US), unmatched(log.reader, log.now), longest_silent(log.reader, log.now, 9)) == (
        [],
        [],
        [],
    )
    for table in ("thread", "contact_touch"):
        assert log.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert log.connection.execute("SELECT count(*) FROM stranger WHERE last_touch IS NOT NULL").fetchone() == (0,)


def test_check_finds_what_is_wrong_in_every_cache(log: Log) -> None:
    log.contact("Bob", BOB)
    log.mail(BOB, ANA, 1)
    log.mail(EVE, ANA, 2)
    log.agent.refresh()
    for spoiled in (
        "UPDATE contact_touch SET usual_gap = 5",
        "UPDATE stranger SET inbound = 7 WHERE inbound = 1",
        "DELETE FROM stranger WHERE inbound = 1",
        "UPDATE thread SET waits_for = 2 WHERE at = (SELECT min(at) FROM thread)",
        "DELETE FROM thread WHERE at = (SELECT min(at) FROM thread)",
    ):
        log.connection.execute(spoiled)
        assert log.differences() == 1, spoiled
        assert log.differences() == 0, spoiled


def test_a_timeline_merges_the_addresses_and_kinds_of_a_contact(log: Log) -> None:
    bob = log.contact("Bob", BOB, "bob@home.example")
    log.mail(BOB, ANA, 1)
    log.mail("bob@home.example", ANA, 2)
    log.mail(ANA, BOB, 3, cc="bob@home.example")
    log.mail(BOB, ANA, 4, signs={"auto-submitted": "auto-generated"})
    log.meet(BOB, 5)
    log.mail(EVE, ANA, 6)
    log.meet(BOB, 200)
    found = newest(log.reader, log.now, 10, [bob])
    assert [one.at for one in found] == [log.day(day) for day in (5, 4, 3, 2, 1)]
    assert [one.id for one in newest(log.reader, log.now, 2, [bob])] == [one.id for one in found[:2]]
    assert [(part.role, part.address, part.touch, part.contact) for part in found[2].parts] == [
        ("from", ANA, None, None), ("to", BOB, "outbound", "Bob"), ("cc", "bob@home.example", "outbound", "Bob"),
    ]  # fmt: skip


def _ids(log: Log, waits_for: int, limit: int = 9, newest_first: bool = False) -> list[str]:
    """The Message-IDs of what waits."""
    found = waiting(log.reader, waits_for, limit, newest_first)
    identity = "SELECT identity FROM activity WHERE id = ?"
    names = [log.connection.execute(identity, (one.activity_id,)).fetchone()[0] for one in found]
    assert [find_activity(log.reader, name) for name in names] == [one.activity_id for one in found]
    return names
