"""An address that one card gives up and another has is the other's, whoever is read first and
wherever."""

from __future__ import annotations

import contextlib
import itertools
from datetime import datetime

import pytest

import config_lines
from household import Household, ago, mail, utc
from scripted_collections import ScriptedBook, card
from scripted_dav import Start
from store.database import open_for_reading

DESK = "frontdesk@harbour.example"


def _card(uid: str, name: str, *emails: str) -> str:
    return card(uid, f"FN:{name}", *(f"EMAIL:{email}" for email in emails))


@pytest.fixture
def written(household: Household, user: str) -> datetime:
    """Ana's address book "people" is read with the mail of the front desk, which is Nia's so
    far."""
    household.add_account("ana", user)
    household.add_carddav("ana", user)
    at = ago(days=6)
    household.dovecot.append(user, "INBOX", [mail(DESK, "ana@acme.example", at, "d1")])
    put = household.radicale.put
    put(user, "people", "m-nia.vcf", _card("n1", "Nia Okafor", "nia@harbour.example", DESK))
    put(user, "people", "n-olu.vcf", _card("o1", "Olu Brandt", "olu@harbour.example"))
    household.ok("sync")
    assert (_last(household, "nia"), _last(household, "olu")) == (utc(at), None)
    return at


def _last(household: Household, who: str) -> object:
    (one,) = household.ok("last", who)
    return one["last_inbound"]


@pytest.mark.parametrize(("giver", "taker"), list(itertools.permutations(["a.vcf", "z.vcf"])))
def test_within_one_pass_in_either_order(
    household: Household, user: str, written: datetime, giver: str, taker: str
) -> None:
    put, delete = household.radicale.put, household.radicale.delete
    for name in ("m-nia.vcf", "n-olu.vcf"):
        delete(user, "people", name)
    put(user, "people", giver, _card("n1", "Nia Okafor", "nia@harbour.example"))
    put(user, "people", taker, _card("o1", "Olu Brandt", "olu@harbour.example", DESK))
    household.ok("sync")
    assert (_last(household, "nia"), _last(household, "olu")) == (None, utc(written))
    assert household.ok("last", DESK)[0]["name"] == "Olu Brandt"
    assert household.last("nia")["emails"] == ["nia@harbour.example"]
    assert household.ok("check")["differences"] == 0


@pytest.mark.parametrize("first", ["giver", "taker"])
def test_over_passes_and_across_books(household: Household, user: str, written: datetime, first: str) -> None:
    put = household.radicale.put
    household.radicale.create_address_book(user, "club", "Club")
    changes = {
        "giver": ("people", "m-nia.vcf", _card("n1", "Nia Okafor", "nia@harbour.example")),
        "taker": ("club", "new.vcf", _card("p1", "Pau Serra", DESK)),
    }
    for change in (changes.pop(first), *changes.values()):
        household.radicale.put_card(user, *change)
        household.ok("sync")
    assert (_last(household, "nia"), _last(household, "pau")) == (None, utc(written))
    # who gives it up last had it last, as long as nobody has it
    put(user, "club", "new.vcf", _card("p1", "Pau Serra", "pau@harbour.example"))
    household.ok("sync")
    assert _last(household, "pau") == utc(written)
    # and who takes it again has it
    put(user, "people", "m-nia.vcf", _card("n1", "Nia Okafor", "nia@harbour.example", DESK))
    household.ok("sync")
    assert (_last(household, "nia"), _last(household, "pau")) == (utc(written), None)
    assert household.ok("check")["differences"] == 0


def test_a_card_that_goes_gives_up_what_it_showed(household: Household, user: str, written: datetime) -> None:
    household.radicale.delete(user, "people", "m-nia.vcf")
    household.radicale.put(user, "people", "q.vcf", _card("q1", "Quim Roca", DESK))
    household.ok("sync")
    assert _last(household, "quim") == utc(written)
    assert household.ok("check")["differences"] == 0


@pytest.mark.usefixtures("written")
def test_who_is_forgotten_is_shown_by_no_card(household: Household) -> None:
    household.ok("contacts", "forget", "Nia Okafor", "--yes")
    with contextlib.closing(open_for_reading(household.database)) as log:
        assert log.execute("SELECT email FROM card_address").fetchall() == [("olu@harbour.example",)]


def test_what_two_cards_show_at_once_is_still_nobodys(household: Household, user: str, written: datetime) -> None:
    assert written
    household.radicale.put(user, "people", "n-olu.vcf", _card("o1", "Olu Brandt", "olu@harbour.example", DESK))
    household.ok("sync")
    assert (_last(household, "nia"), _last(household, "olu")) == (None, None)


def test_cards_without_a_uid_are_different_people_in_different_books(household: Household, scripted: Start) -> None:
    for account, name, email in (("ana", "Rui Sato", "rui@tide.example"), ("ben", "Tove Lind", "tove@reef.example")):
        book = ScriptedBook(objects=0)
        book.put("1.vcf", _card("", name, email))
        household.set_account(account, config_lines.carddav(scripted(book).url + "book/"))
    household.ok("sync")
    assert {one["name"] for one in household.ok("contacts", "list")} == {"Rui Sato", "Tove Lind"}


def test_people_of_ours_rooms_and_calendars_are_no_contacts(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.add_carddav("ana", user)
    people = {
        "ben": _card("b", "Ben, of ours", "ben@acme.example", "ben.private@gmail.com"),
        "ana": _card("a", "Ana herself", "ana@acme.example"),
        "team": _card("t", "Team calendar", "c_18fa2@group.calendar.google.com"),
        "room": card("r", "FN:Blue Room", "KIND:location", "EMAIL:blue@harbour.example", version="4.0"),
        "deep": _card("d", "Deep", "deep@lab.acme.example"),
        "nia": _card("n", "Nia Okafor", "nia@harbour.example"),
    }
    for name, text in people.items():
        household.radicale.put(user, "people", f"{name}.vcf", text)
    (report, *_) = household.ok("sync")["accounts"]
    assert (report["source"], report["new"], report["skipped"]) == ("carddav", 1, 0)
    assert [one["name"] for one in household.ok("contacts", "list")] == ["Nia Okafor"]
    imported = household.import_contacts("Ben,ben@acme.example,Acme", "Quim,quim@harbour.example,Harbour")
    assert (imported["added"], imported["ours"], imported["problems"]) == (1, 1, [])
    added = household.run("contacts", "add", "Ben", "ben@acme.example")
    assert added.code == 2
    assert "ben@acme.example is nobody to keep in touch with" in added.err
    assert {one["name"] for one in household.ok("contacts", "list")} == {"Nia Okafor", "Quim"}


def test_what_was_wrong_with_a_card_is_past_once_it_is_given_anew_or_gone(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.add_carddav("ana", user)
    put, delete = household.radicale.put, household.radicale.delete
    put(user, "people", "a.vcf", _card("a", "Nia", "nia at harbour"))
    put(user, "people", "b.vcf", _card("b", "Olu", "olu at harbour"))
    put(user, "people", "c.vcf", card("c", "FN:No Mail", "TEL:1"))

    def skipped() -> list[str]:
        household.ok("sync")
        (source, *_) = household.ok("status")["accounts"]
        return [one["item"] for one in source["skipped_items"]]

    assert skipped() == ["a.vcf", "b.vcf"]
    put(user, "people", "a.vcf", _card("a", "Nia", "nia@harbour.example"))
    assert skipped() == ["b.vcf"]
    delete(user, "people", "b.vcf")
    assert skipped() == []
