"""What the owner's mail program says of a message counts, and is followed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from household import Household, ago, mail
from store.database import open_for_reading

BOB, ANA = "Bob <bob@globex.example>", "ana@acme.example"


@pytest.fixture
def user(new_user: Callable[[], str]) -> str:
    return new_user()


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.receive(user, *(mail(BOB, ANA, ago(days=day), f"q{day}", f"Offer {day}") for day in (3, 4, 5)))
    household.ok("sync")
    return household


def _waits(household: Household) -> list[str]:
    return [one["message_id"] for one in household.ok("awaiting", "--on", "us")]


def _marks(household: Household) -> list[tuple[int, int, int]]:
    with contextlib.closing(open_for_reading(household.database)) as log:
        return log.execute("SELECT uid, bits, has_left FROM mark ORDER BY uid").fetchall()


def test_what_is_marked_as_answered_later_is_settled(ana: Household, user: str) -> None:
    assert _waits(ana) == ["<q3>", "<q4>", "<q5>"]
    with ana.dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags([1], [rb"\Answered"])
    ana.ok("sync")
    assert _waits(ana) == ["<q4>", "<q5>"]
    settled = {one["message_id"]: one["settled_by"] for one in ana.ok("awaiting", "--on", "us", "--settled")}
    assert settled == {"<q3>": "your mail program has it as answered", "<q4>": None, "<q5>": None}
    with ana.dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.remove_flags([1], [rb"\Answered"])
    ana.ok("sync")
    assert _waits(ana) == ["<q3>", "<q4>", "<q5>"]


def test_what_is_flagged_is_likely_and_says_so(ana: Household, user: str) -> None:
    with ana.dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags([3], [rb"\Flagged"])
    ana.ok("sync")
    first = ana.ok("awaiting", "--on", "us")[0]
    assert (first["message_id"], first["chance"]) == ("<q5>", 0.9)
    assert first["because"].startswith("you flagged it; ")


def test_what_leaves_the_inbox_is_noticed_and_a_poll_with_nothing_new_writes_nothing(ana: Household, user: str) -> None:
    assert _marks(ana) == [(1, 0, 0), (2, 0, 0), (3, 0, 0)]
    with ana.dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.move([2], "Trash")
    ana.ok("sync")
    assert _marks(ana) == [(1, 0, 0), (2, 0, 1), (3, 0, 0)]
    before = ana.contents()
    ana.ok("sync")
    assert ana.contents() == before


def test_done_settles_and_why_each_line_is_there_is_said(ana: Household) -> None:
    (reason,) = ana.ok("today")["reasons"]
    assert (reason["kind"], reason["name"]) == ("owed", "Bob")
    assert "wrote" in reason["because"]
    ana.ok("done", "bob")
    assert _waits(ana) == []
    assert ana.ok("today")["reasons"] == []
    assert ana.ok("check")["differences"] == 0


def test_an_answer_with_the_same_subject_elsewhere_settles(ana: Household, user: str) -> None:
    ana.dovecot.append(user, "Sent", [mail(ANA, "bob@globex.example", ago(days=2), "a", "Offer 4")])
    ana.ok("sync")
    assert _waits(ana) == ["<q3>", "<q5>"]
