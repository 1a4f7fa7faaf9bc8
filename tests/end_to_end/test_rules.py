"""Rules can be tried before they hold, and hold for the whole history once they do."""

from __future__ import annotations

import pytest
from kept_bytes import kept

from household import Household, ago, event, mail


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user, caldav=True)
    household.receive(
        user,
        mail("Bob <bob@globex.example>", "ana@acme.example", ago(days=9), "b1"),
        mail("Saul <saul@law.example>", "ana@acme.example", ago(days=5), "s1", "the case of Bob"),
        mail("Ana at home <ana@home.example>", "bob@globex.example", ago(days=4), "o1"),
    )
    household.radicale.put(user, "work", "m", event("m", ago(days=3), "ana@acme.example", "saul@law.example"))
    household.import_contacts("Bob,bob@globex.example,Globex", "Saul,saul@law.example,")
    household.ok("sync")
    return household


def test_a_rule_is_tried_without_changing_anything(ana: Household) -> None:
    before = ana.contents()
    tried = ana.ok("rules", "test", "--never-log", "law.example")
    assert [one["after"] for one in tried["activities"]] == [None, None]
    assert {(one["name"], one["field"]) for one in tried["dates"]} >= {
        ("Saul", "last_inbound"),
        ("Saul", "last_meeting"),
    }
    assert ana.contents() == before
    assert "activities" in ana.run("rules", "test", "--never-log", "law.example").out
    assert ana.run("rules", "test").code == 2


def test_an_own_address_is_tried(ana: Household) -> None:
    tried = ana.ok("rules", "test", "--own-address", "ana@home.example")
    (changed,) = tried["activities"]
    assert (changed["before"]["direction"], changed["after"]["direction"]) == ("inbound", "outbound")
    assert {one["field"] for one in tried["dates"] if one["name"] == "Bob"} >= {"last_outbound", "last_copied"}


def test_a_never_log_rule_erases_what_was_stored_before_it(ana: Household) -> None:
    ana.configure('never_log = ["law.example"]')
    ana.ok("sync")
    (ana.folder / "contacts.csv").unlink()
    assert ana.run("last", "saul").code == 6, "the contact is gone with his address"
    assert {one["message_id"] for one in ana.ok("log")} == {"<b1>", "<o1>"}
    content = kept(ana.database)
    for word in (b"the case", b"s1>"):
        assert word not in content
    assert ana.ok("check")["differences"] == 0


def test_whoever_answers_becomes_a_contact_by_itself(household: Household, user: str) -> None:
    household.head += 'contacts_from = "two-way"\n'
    household.add_account("ana", user)
    household.receive(
        user,
        mail("Eve Hall <eve@hooli.example>", "ana@acme.example", ago(days=8), "e1"),
        mail("Cold Caller <x@sales.example>", "ana@acme.example", ago(days=2), "c1"),
    )
    household.dovecot.append(user, "Sent", [mail("ana@acme.example", "eve@hooli.example", ago(days=6), "o1")])
    household.ok("sync")
    assert [one["name"] for one in household.ok("last")] == ["Eve Hall"]
    assert household.last("eve")["touches"] == 2
