"""A contact's name, company, owner, tags and addresses can be changed, and what hangs on them
follows."""

from __future__ import annotations

import pytest

from household import Household, ago, mail, utc_ago


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    household.receive(
        user,
        mail("Bob Stone <bob@globex.example>", "ana@acme.example", ago(days=9), "b1"),
        mail("Bob <bob@home.example>", "ana@acme.example", ago(days=4), "b2"),
        mail("Kim <kim@initech.example>", "ana@acme.example", ago(days=3), "k1"),
    )
    path = household.folder / "tagged.csv"
    path.write_text(
        'name,email,company,tags\nBob,bob@globex.example;bob@home.example,Globex,"VIP; berlin ::: * myContacts"\n'
        "Eve,eve@hooli.example,Hooli,\n"
    )
    household.ok("contacts", "import", str(path))
    household.ok("sync")
    return household


def test_name_company_and_owner_are_changed(ana: Household) -> None:
    edited = ana.ok(
        "contacts", "edit", "bob", "--name", "Robert", "--company", "Initech", "--owner", "ana@acme.example"
    )
    assert (edited["name"], edited["company"], edited["owner"]) == ("Robert", "Initech", "Ana")
    assert ana.last("robert")["last_touch"] == utc_ago(days=4)
    assert ana.ok("contacts", "edit", "robert", "--company", "", "--owner", "")["company"] is None
    for wrong in ([], ["--name", " "], ["--tag", "a,b"]):
        assert ana.run("contacts", "edit", "robert", *wrong).code == 2, wrong
    assert ana.ok("check")["differences"] == 0


def test_tags_come_with_an_import_and_narrow_every_list(ana: Household) -> None:
    assert ana.last("bob")["tags"] == ["berlin", "VIP"]
    assert ana.ok("contacts", "edit", "eve", "--tag", "vip", "--tag", "new")["tags"] == ["new", "vip"]
    assert ana.ok("contacts", "edit", "eve", "--tag", "NEW")["tags"] == ["new", "vip"]
    assert {one["name"] for one in ana.ok("last", "--tag", "Vip")} == {"Bob", "Eve"}
    assert [one["name"] for one in ana.ok("contacts", "list", "--tag", "berlin")] == ["Bob"]
    assert {one["participants"][0]["address"] for one in ana.ok("log", "--tag", "berlin")} >= {"bob@globex.example"}
    for narrowed in (["--tag", "berlin"], ["--company", "globex"]):
        assert {one["name"] for one in ana.ok("today", *narrowed)["reasons"]} == {"Bob"}
    assert ana.ok("today", "--tag", "new")["reasons"] == []
    assert ana.run("log", "kim@initech.example").code == 0
    assert ana.run("log", "kim@initech.example", "--tag", "berlin").code == 6, "nobody unlisted has a tag"
    for command in (
        "today", "stale", "upcoming", "awaiting", "last", "log", "contacts list", "companies list", "unmatched",
        "export", "last --company",
    ):  # fmt: skip
        assert ana.run(*command.split(), "--tag", "berlin").code == 0
        refused = ana.run(*command.split(), "--tag", "nothing")
        assert (refused.code, "berlin, new, VIP" in refused.err) == (6, True), refused
    assert ana.ok("contacts", "edit", "eve", "--untag", "VIP")["tags"] == ["new"]
    ana.ok("contacts", "merge", "bob", "eve")
    assert ana.last("bob")["tags"] == ["berlin", "new", "VIP"]


def test_a_tag_narrows_companies_their_strangers_and_an_export(ana: Household, user: str) -> None:
    ana.receive(
        user,
        mail("Joe <joe@globex.example>", "ana@acme.example", ago(days=2), "j1"),
        mail("Kim <kim@initech.example>", "ana@acme.example", ago(days=1), "k2", cc="Bob <bob@globex.example>"),
        mail("Eve <eve@hooli.example>", "ana@acme.example", ago(days=1), "e1"),
    )
    ana.ok("sync")
    ana.ok("companies", "add", "Globex", "globex.example")
    assert [one["name"] for one in ana.ok("companies", "list")] == ["Globex", "Hooli"]
    assert [one["name"] for one in ana.ok("companies", "list", "--tag", "vip")] == ["Globex"]
    assert [one["name"] for one in ana.ok("last", "--company", "--tag", "vip")] == ["Globex"]
    assert {one["address"] for one in ana.ok("unmatched")} == {"joe@globex.example", "kim@initech.example"}
    assert {one["address"] for one in ana.ok("unmatched", "--tag", "vip")} == {"joe@globex.example"}
    exported = ana.run("export", "--tag", "vip").out.splitlines()
    assert [one.split('"message_id": "<')[1][:2] for one in exported] == ["b1", "b2", "k2"]


def test_an_address_that_is_taken_away_takes_its_mail_and_leaves_the_notes(ana: Household) -> None:
    ana.ok("contacts", "alias", "eve", "kim@initech.example")
    ana.ok("note", "bob", "call", "--at", utc_ago(days=1))
    ana.ok("contacts", "alias", "bob", "bob@globex.example", "--remove")
    bob = ana.last("bob")
    assert (bob["emails"], bob["last_inbound"], bob["last_meeting"]) == (
        ["bob@home.example"],
        utc_ago(days=4),
        utc_ago(days=1),
    )
    assert bob["touches"] == 2
    assert ana.ok("check")["differences"] == 0
    for wrong in ("bob@home.example", "zoe@other.example"):
        refused = ana.run("contacts", "alias", "bob", wrong, "--remove")
        assert refused.code == 2, wrong
