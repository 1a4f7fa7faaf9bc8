"""An address book on a server: its contacts come, change and go with it."""

from __future__ import annotations

from household import Household, ago, mail


def _card(uid: str, name: str, *emails: str) -> str:
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", *(f"EMAIL:{email}" for email in emails)]
    return "\r\n".join([*lines, "END:VCARD", ""])


def test_contacts_come_change_and_go_with_the_address_book(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.add_carddav("ana", user)
    household.dovecot.append(user, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=4), "b1")])
    household.import_contacts("Dan,dan@initech.example,Initech")
    put, delete = household.radicale.put, household.radicale.delete
    put(user, "people", "bob.vcf", _card("u1", "Bob Stone", "bob@globex.example"))
    put(user, "people", "eve.vcf", _card("u2", "Eve", "eve@hooli.example"))
    put(user, "people", "dan.vcf", _card("u3", "Dan", "dan@initech.example"))
    report = household.ok("sync")["accounts"]
    assert [(one["source"], one["read"], one["new"]) for one in report] == [("carddav", 3, 2), ("imap", 1, 1)]
    assert household.last("bob")["last_inbound"] is not None
    assert [one["read"] for one in household.ok("sync")["accounts"]] == [0, 0]
    # a card that changes
    put(user, "people", "bob.vcf", _card("u1", "Robert Stone", "bob@globex.example", "rob@home.example"))
    household.ok("sync")
    assert household.last("robert")["emails"] == ["bob@globex.example", "rob@home.example"]
    # a card that moves
    delete(user, "people", "eve.vcf")
    put(user, "people", "eve-hall.vcf", _card("u2", "Eve", "eve@hooli.example"))
    household.ok("sync")
    assert "Eve" in {one["name"] for one in household.ok("contacts", "list")}
    # cards that go: who has touches stays, marked; who was listed by the user stays; the others go
    for name in ("bob.vcf", "eve-hall.vcf", "dan.vcf"):
        delete(user, "people", name)
    household.ok("sync")
    left = {one["name"]: one["vanished"] is not None for one in household.ok("contacts", "list")}
    assert left == {"Robert Stone": True, "Dan": False}
    # and come back
    put(user, "people", "bob.vcf", _card("u1", "Robert Stone", "bob@globex.example"))
    household.ok("sync")
    assert not any(one["vanished"] for one in household.ok("contacts", "list"))
    assert household.ok("check")["differences"] == 0


def test_an_address_book_that_cannot_be_read_changes_no_contact(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.add_carddav("ana", user)
    household.radicale.put(user, "people", "eve.vcf", _card("u2", "Eve", "eve@hooli.example"))
    household.ok("sync")
    household.accounts["ana"] = household.accounts["ana"].replace("CALENDAR_PASSWORD", "NO_SUCH_VARIABLE")
    household.write_config()
    assert household.run("sync").code == 4
    assert [one["name"] for one in household.ok("contacts", "list")] == ["Eve"]
    assert household.ok("last")[0]["seen_through"] is not None
