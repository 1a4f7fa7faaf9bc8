"""Whoever was removed or ignored comes back when asked for by name, and never by itself."""

from __future__ import annotations

import pytest

from household import Household, ago, mail

OLIVIA = ("BEGIN:VCARD", "VERSION:3.0", "UID:o1", "FN:Olivia Park", "EMAIL:olivia@hooli.example", "END:VCARD", "")


@pytest.fixture
def home(household: Household, user: str) -> Household:
    """Ana exchanges both ways with Olivia at Hooli, with a friend at a free mailbox, and with Raj,
    who is new."""
    household.head += 'contacts_from = "two-way"\n'
    household.add_account("ana", user)
    household.add_carddav("ana", user)
    household.radicale.put_card(user, "people", "olivia.vcf", "\r\n".join(OLIVIA))
    people = {"olivia@hooli.example": "Olivia Park", "mia@gmail.com": "Mia", "raj@initech.example": "Raj Rao"}
    for number, (address, name) in enumerate(people.items()):
        household.receive(user, mail(f"{name} <{address}>", "ana@acme.example", ago(days=8), f"in{number}"))
        sent = mail("ana@acme.example", address, ago(days=7), f"out{number}", In_Reply_To=f"<in{number}>")
        household.dovecot.append(user, "Sent", [sent])
    household.ok("sync")
    return household


def _names(household: Household) -> list[str]:
    return sorted(one["name"] for one in household.ok("contacts", "list"))


def test_whoever_is_removed_stays_away_from_every_side(home: Household, user: str) -> None:
    assert _names(home) == ["Olivia Park", "Raj Rao"]
    home.ok("contacts", "remove", "olivia")
    home.ok("contacts", "remove", "raj")
    more = "\r\n".join((*OLIVIA[:4], "EMAIL:olivia@home.example", *OLIVIA[4:]))
    home.radicale.put_card(user, "people", "olivia.vcf", more)
    home.receive(user, mail("Raj Rao <raj@initech.example>", "ana@acme.example", ago(days=1), "again"))
    home.ok("sync")
    imported = home.import_contacts("Raj Rao,raj@initech.example,Initech", "Zoe,zoe@other.example,")
    assert (imported["added"], imported["put_aside"]) == (1, 1)
    assert "1 passed over" in home.run("contacts", "import", str(home.folder / "contacts.csv")).out
    assert home.ok("contacts", "add", "--all-two-way")["put_aside"] >= 2
    assert "Raj Rao" not in _names(home)
    assert "Olivia Park" not in _names(home)
    assert home.ok("check")["differences"] == 0
    assert [one["word"] for one in home.ok("why", "raj@initech.example")[0]["said"]] == ["removed"]
    home.ok("contacts", "add", "Raj Rao", "raj@initech.example")
    assert "Raj Rao" in _names(home)
    assert home.import_contacts("Raj Rao,raj@initech.example,Initech")["put_aside"] == 0


def test_somebody_else_with_an_address_of_whoever_was_removed_is_taken_in(home: Household) -> None:
    home.ok("contacts", "remove", "olivia")
    imported = home.import_contacts("Carol Lee,carol@hooli.example; olivia@hooli.example,Hooli")
    assert (imported["added"], imported["put_aside"]) == (1, 0)


def test_whoever_is_ignored_is_in_no_list_and_no_contact_is_made_of_them(home: Household, user: str) -> None:
    assert "mia@gmail.com" in [one["address"] for one in home.ok("unmatched")]
    home.ok("ignore", "mia@gmail.com")
    home.ok("ignore", "raj")
    assert "mia@gmail.com" not in [one["address"] for one in home.ok("unmatched")]
    assert [one["name"] for one in home.ok("last")] == ["Olivia Park"]
    assert home.last("raj")["name"] == "Raj Rao"
    home.ok("contacts", "remove", "raj")
    home.receive(user, mail("Raj Rao <raj@initech.example>", "ana@acme.example", ago(days=1), "again"))
    home.ok("sync")
    assert _names(home) == ["Olivia Park"]
    assert "raj@initech.example" not in [one["address"] for one in home.ok("unmatched")]
    home.ok("ignore", "raj@initech.example", "--undo")
    home.ok("ignore", "mia@gmail.com", "--undo")
    home.ok("sync")
    assert _names(home) == ["Olivia Park", "Raj Rao"]


def test_a_private_mailbox_is_proposed_and_a_company_is_made_of_a_domain(home: Household) -> None:
    assert home.last("raj")["company"] == "Initech"
    assert {one["name"]: one["domains"] for one in home.ok("companies", "list")}["Initech"] == ["initech.example"]
    assert "Mia" not in _names(home)
    imported = home.import_contacts("Raj Rao,raj@initech.example,Initech Systems")
    assert imported["updated"] == 1
    firms = {one["name"]: one["domains"] for one in home.ok("companies", "list")}
    assert firms["Initech Systems"] == ["initech.example"]
    assert "Initech" not in firms
    home.import_contacts("Ida,ida@initech.example,Initech Labs")
    firms = {one["name"]: one["domains"] for one in home.ok("companies", "list")}
    assert firms["Initech Systems"] == ["initech.example"], "what was listed gives way to nothing"
    assert home.ok("check")["differences"] == 0


def test_an_address_under_a_rule_takes_its_contact_along(home: Household) -> None:
    home.ok("contacts", "alias", "olivia", "olivia@home.example")
    home.ok("snooze", "raj", "2w")
    home.configure('never_log = ["*@initech.example", "olivia@home.example"]')
    home.ok("sync")
    assert _names(home) == ["Olivia Park"]
    assert home.last("olivia")["emails"] == ["olivia@hooli.example"]
    imported = home.import_contacts("Raj Rao,raj@initech.example,Initech")
    assert (imported["added"], imported["erased"]) == (0, 1)
    assert home.run("contacts", "add", "Raj", "raj@initech.example", "--json").code == 0
    assert _names(home) == ["Olivia Park"]
