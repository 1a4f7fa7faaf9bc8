"""Whose a contact is, and by whom the last touch came about."""

from __future__ import annotations

import pytest

from household import Household, ago, event, mail


@pytest.fixture
def two(household: Household, user: str) -> Household:
    """Ana and Ben both exchange with Bob, Ben more; Eve wrote to Ana alone, Dan to nobody."""
    for name, box in (("ana", user), ("ben", f"{user}b")):
        household.add_account(name, box, caldav=True)
    for number in range(2):
        household.receive(
            f"{user}b", mail("bob@globex.example", "ben@acme.example", ago(days=20 + number), f"b{number}")
        )
    household.receive(user, mail("bob@globex.example", "ana@acme.example", ago(days=30), "a0"))
    household.receive(user, mail("eve@hooli.example", "ana@acme.example", ago(days=9), "e0"))
    path = household.folder / "owned.csv"
    path.write_text(
        "name,email,company,owner\nBob,bob@globex.example,Globex,\nEve,eve@hooli.example,Hooli,\n"
        "Dan,dan@initech.example,Initech,\nKai,kai@umbrella.example,,Ana (ana@acme.example)\n"
    )
    household.ok("contacts", "import", str(path))
    household.ok("sync")
    return household


def test_who_has_no_owner_belongs_to_whose_account_exchanges_most(two: Household, user: str) -> None:
    owners = {one["name"]: one["owner"] for one in two.ok("last")}
    assert owners == {"Bob": "Ben", "Eve": "Ana", "Dan": None, "Kai": "Ana"}
    assert [one["name"] for one in two.ok("last", "--owner", "ben")] == ["Bob"]
    for number in range(2):
        two.receive(user, mail("bob@globex.example", "ana@acme.example", ago(days=5 + number), f"more{number}"))
    two.ok("sync")
    assert two.last("bob")["owner"] == "Ana"
    assert two.ok("check")["differences"] == 0


def test_a_message_that_a_second_account_holds_as_well_counts_for_it_too(two: Household, user: str) -> None:
    for number in range(2):
        copy = mail("bob@globex.example", "ben@acme.example", ago(days=20 + number), f"b{number}")
        two.receive(user, copy)
    two.ok("sync")
    assert two.last("bob")["owner"] == "Ana", "she holds three, he two"
    assert two.ok("check")["differences"] == 0


@pytest.mark.parametrize("word", ["ana", "ANA", "ana@acme.example", "Ana@ACME.example", "an"])
def test_an_owner_is_meant_by_the_account_s_name_the_owner_s_or_an_address(two: Household, word: str) -> None:
    assert {one["name"] for one in two.ok("last", "--owner", word)} == {"Eve", "Kai"}


def test_an_owner_whom_nobody_knows_is_an_error_that_names_those_known(two: Household) -> None:
    for command in ("last", "stale", "today", "awaiting"):
        refused = two.run(command, "--owner", "zoe")
        assert (refused.code, "Ana, Ben" in refused.err) == (6, True), command


def test_owners_in_other_words_are_known_once_their_account_is(two: Household, user: str) -> None:
    two.import_contacts("Lea,lea@soylent.example,Soylent")
    path = two.folder / "owned.csv"
    path.write_text("name,email,owner\nLea,lea@soylent.example,Cleo <cleo@acme.example>\n")
    two.ok("contacts", "import", str(path))
    assert two.last("lea")["owner"] == "Cleo <cleo@acme.example>"
    two.add_account("cleo", f"{user}c")
    two.ok("sync")
    assert two.last("lea")["owner"] == "Cleo"


def test_by_whom_is_who_wrote_else_who_was_written_to(two: Household, user: str) -> None:
    assert (two.last("bob")["last_touch_by"], two.last("bob")["last_touch_account"]) == ("Ben", "ben")
    assert two.last("dan")["last_touch_by"] is None
    sent = mail("ana@acme.example", "bob@globex.example", ago(days=4), "s0", Cc="ben@acme.example")
    two.receive(f"{user}b", sent)
    two.ok("sync")
    assert two.last("bob")["last_touch_by"] == "Ana", "hers, though only his mailbox shows it"
    both = mail("bob@globex.example", "ben@acme.example", ago(days=3), "i0", Cc="ana@acme.example")
    two.receive(user, both)
    two.receive(f"{user}b", both)
    two.ok("sync")
    assert two.last("bob")["last_touch_account"] == "ben"
    held = event(
        "m0",
        ago(days=1),
        "bob@globex.example;PARTSTAT=ACCEPTED",
        "ana@acme.example;PARTSTAT=ACCEPTED",
        organizer="bob@globex.example",
    )
    two.radicale.put(user, "work", "m0.ics", held)
    two.ok("sync")
    bob = two.last("bob")
    assert (bob["last_touch_kind"], bob["last_touch_by"]) == ("meeting", "Ana")
    assert "by Ana (account ana)" in two.run("why", "bob").out
    assert "\tAna\t" in two.run("last", "bob").out
    assert two.ok("last", "bob", "--as-of", "10d")[0]["last_touch_by"] == "Ben"
