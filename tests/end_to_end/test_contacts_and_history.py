"""The address book and the history: whatever changes in one shows at once in the other."""

from __future__ import annotations

import io

import pytest

from household import Household, ago, event, mail, utc_ago


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    """Ana has exchanged with Bob under two addresses, with Eve and Fay at Hooli, and got a
    newsletter."""
    household.add_account("ana", user)
    box = household.dovecot
    box.append(
        user,
        "INBOX",
        [
            mail("Bob Stone <bob@globex.example>", "ana@acme.example", ago(days=9), "b1"),
            mail("Bob <bob@home.example>", "ana@acme.example", ago(days=4), "b2"),
            mail("Eve Hall <eve@hooli.example>", "ana@acme.example", ago(days=8), "e1"),
            mail("Fay <fay@hooli.example>", "ana@acme.example", ago(days=7), "f1"),
            mail("News <news@shop.example>", "ana@acme.example", ago(days=1), "n1", List_Unsubscribe="<https://x>"),
        ],
    )
    box.append(user, "Sent", [mail("ana@acme.example", "eve@hooli.example", ago(days=6), "o1", In_Reply_To="<e1>")])
    household.ok("sync")
    return household


def _names(household: Household) -> list[str]:
    return sorted(one["name"] for one in household.ok("contacts", "list"))


def test_unmatched_lists_people_and_those_who_answer_first(ana: Household) -> None:
    found = ana.ok("unmatched")
    assert [one["address"] for one in found] == [
        "eve@hooli.example",
        "bob@home.example",
        "fay@hooli.example",
        "bob@globex.example",
    ]
    assert (found[0]["name"], found[0]["inbound"], found[0]["outbound"], found[0]["two_way"]) == (
        "Eve Hall",
        1,
        1,
        True,
    )
    ana.ok("contacts", "add", "--from-unmatched", "2")
    assert _names(ana) == ["Bob"]
    ana.ok("contacts", "add", "--all-two-way", "--min-exchanges", "2")
    assert _names(ana) == ["Bob", "Eve Hall"]
    assert ana.run("contacts", "add", "--from-unmatched", "9").code == 6
    assert ana.run("contacts", "add").code == 2


def test_who_was_merged_and_removed_is_said_by_name(ana: Household) -> None:
    ana.import_contacts("Bob Stone,bob@globex.example,Globex", "Bobby,bob@home.example,")
    merged = ana.run("contacts", "merge", "Bob Stone", "Bobby").out
    assert "Bobby <bob@home.example> merged; now: #" in merged
    assert "Bob Stone <bob@globex.example, bob@home.example>" in merged
    assert "No contact any more: #" in (removed := ana.run("contacts", "remove", "bob").out)
    assert "Bob Stone <bob@globex.example, bob@home.example>. Addresses in the log that are unlisted now: 2." in removed


def test_merging_moves_dates_forward_and_removing_moves_them_back(ana: Household) -> None:
    ana.import_contacts("Bob Stone,bob@globex.example,Globex", "Bobby,bob@home.example,")
    assert ana.last("stone")["last_touch"] == utc_ago(days=9)
    assert ana.ok("contacts", "merge", "Bob Stone", "Bobby")["rematched"] == 1
    assert _names(ana) == ["Bob Stone"]
    assert ana.last("bob")["last_touch"] == utc_ago(days=4)
    again = ana.import_contacts("Bob Stone,bob@globex.example,Globex", "Bobby,bob@home.example,")
    assert (again["added"], again["updated"]) == (0, 0)
    assert _names(ana) == ["Bob Stone"]
    ana.ok("contacts", "remove", "bob")
    assert _names(ana) == []
    assert {one["address"] for one in ana.ok("unmatched")} >= {"bob@globex.example", "bob@home.example"}
    assert ana.ok("check")["differences"] == 0


def test_an_id_is_never_given_twice(ana: Household) -> None:
    ana.import_contacts("Bob,bob@globex.example,", "Eve,eve@hooli.example,")
    eve = ana.last("eve")
    ana.ok("contacts", "forget", "eve", "--yes")
    ana.ok("contacts", "add", "Zoe", "zoe@other.example")
    assert ana.last("zoe")["id"] > eve["id"]
    assert ana.run("why", str(eve["last_touch_activity"])).code == 6


def test_an_alias_knows_its_history(ana: Household) -> None:
    ana.import_contacts("Bob Stone,bob@globex.example,Globex")
    assert ana.ok("contacts", "alias", "stone", "bob@home.example")["rematched"] == 1
    assert ana.last("bob")["last_touch"] == utc_ago(days=4)


def test_an_address_of_two_contacts_counts_for_neither_until_they_are_merged(ana: Household) -> None:
    ana.import_contacts("Bob,bob@globex.example,", "Carol,bob@globex.example,")
    assert [one["last_touch"] for one in ana.ok("last")] == [None, None]
    proof = ana.ok("why", "<b1>")
    assert proof["participants"][0]["rule"] == "ambiguous"
    assert "more than one contact" in proof["not_counted_because"]
    assert ana.run("contacts", "show", "bob@globex.example").code == 0
    ana.ok("contacts", "merge", "Bob", "Carol")
    assert ana.last("bob")["last_touch"] == utc_ago(days=9)


def test_adding_somebody_with_another_s_address_takes_nobody_s_name(ana: Household) -> None:
    ana.import_contacts("Bob Stone,bob@globex.example,")
    added = ana.ok("contacts", "add", "Carol Lee", "bob@globex.example", "carol@globex.example")
    assert (added["added"], added["updated"]) == (1, 0)
    assert added["shared"] == [{"address": "bob@globex.example", "names": ["Bob Stone", "Carol Lee"]}]
    assert ana.ok("why", "<b1>")["participants"][0]["rule"] == "ambiguous"
    said = ana.run("contacts", "add", "Dan Roe", "bob@globex.example").out
    assert "bob@globex.example is listed for Bob Stone and Carol Lee and Dan Roe" in said


def test_adding_somebody_who_is_known_by_a_like_name_is_no_second_contact(ana: Household) -> None:
    ana.import_contacts("Bob,bob@globex.example,", "eve@hooli.example,eve@hooli.example,")
    added = ana.ok("contacts", "add", "Bob Stone", "bob@globex.example")
    assert (added["added"], added["updated"], added["shared"]) == (0, 1, [])
    assert ana.ok("contacts", "add", "Eve Hall", "eve@hooli.example")["added"] == 0
    assert _names(ana) == ["Bob Stone", "Eve Hall"]


def test_importing_again_updates_and_never_duplicates(ana: Household) -> None:
    first = ana.import_contacts("Bob,bob@globex.example,Globex", "Eve,eve@hooli.example,Hooli")
    assert (first["added"], first["rematched"]) == (2, 3)
    again = ana.import_contacts("Bob,bob@globex.example,Globex", "Eve,eve@hooli.example,Hooli")
    assert (again["added"], again["updated"], again["unchanged"], again["rematched"]) == (0, 0, 2, 0)
    changed = ana.import_contacts("Robert,bob@globex.example;bob@home.example,Globex", "Eve,eve@hooli.example,")
    assert (changed["added"], changed["updated"]) == (0, 1)
    assert ana.last("robert")["last_touch"] == utc_ago(days=4)
    assert ana.last("eve")["company"] == "Hooli"


def test_an_export_can_be_imported(ana: Household) -> None:
    ana.import_contacts("Bob,bob@globex.example;bob@home.example,Globex", "Eve,eve@hooli.example,Hooli")
    for arguments, suffix in (((), "csv"), (("--vcard",), "vcf")):
        path = ana.folder / f"export.{suffix}"
        path.write_text(ana.run("contacts", "export", *arguments).out)
        again = ana.ok("contacts", "import", str(path))
        assert (again["added"], again["unchanged"], again["problems"]) == (0, 2, [])
    assert ana.ok("contacts", "export")[0]["last_touch"] is not None


def test_who_is_forgotten_leaves_no_trace_and_stays_away(ana: Household, user: str) -> None:
    ana.import_contacts("Bob Stone,bob@globex.example;bob@home.example,Globex", "Eve,eve@hooli.example,Hooli")
    both = mail(
        "eve@hooli.example", "ana@acme.example", ago(days=3), "shared", "ask Bob Stone", Cc="bob@globex.example"
    )
    ana.dovecot.append(user, "INBOX", [both])
    ana.ok("sync")
    backup = ana.database.read_bytes()
    report = ana.ok("contacts", "forget", "stone", "--yes")
    assert (report["deleted"], report["struck"]) == (2, 1)
    _assert_no_trace(ana)
    assert ana.last("eve")["last_touch"] == utc_ago(days=3)
    # a full resync, and a mailbox that starts over
    ana.configure('backfill = "9y"')
    ana.ok("sync")
    with ana.dovecot.client(user) as client:
        client.rename_folder("INBOX", "Old")
    ana.ok("sync")
    _assert_no_trace(ana)
    # an import passes over him
    assert ana.import_contacts("Bob Stone,bob@globex.example,Globex")["erased"] == 1
    (ana.folder / "contacts.csv").unlink()
    # a restored backup
    for path in ana.folder.glob("lasttouch.db-*"):
        path.unlink()
    ana.database.write_bytes(backup)
    assert b"bob@globex" in ana.database.read_bytes()
    ana.ok("sync")
    _assert_no_trace(ana)
    assert ana.ok("check")["differences"] == 0


def test_who_is_forgotten_goes_from_calendars_too(household: Household, user: str) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    put = household.radicale.put
    put(user, "work", "a", event("a", ago(days=3), "ana@acme.example", "bob@globex.example", SUMMARY="Bob Stone"))
    put(user, "work", "b", event("b", ago(days=2), "ana@acme.example", "bob@globex.example", "eve@hooli.example"))
    household.ok("sync")
    household.import_contacts("Bob Stone,bob@globex.example,Globex", "Eve,eve@hooli.example,Hooli")
    household.ok("contacts", "forget", "bob@globex.example", "--yes")
    (household.folder / "contacts.csv").unlink()
    _assert_no_trace(household)
    assert household.last("eve")["last_meeting"] == utc_ago(days=2)
    put(
        user, "work", "b", event("b", ago(days=2), "ana@acme.example", "bob@globex.example", "eve@hooli.example", X="1")
    )
    household.ok("sync")
    _assert_no_trace(household)
    assert household.ok("check")["differences"] == 0


def test_what_waited_because_of_whoever_is_erased_is_put_where_it_belongs(household: Household, user: str) -> None:
    """What went to two answers nothing that was Bob's alone; once Eve is struck from it, it does."""
    household.add_account("ana", user)
    household.receive(
        user,
        mail("ana@acme.example", "bob@globex.example", ago(days=5), "first"),
        mail("ana@acme.example", "bob@globex.example, eve@hooli.example", ago(days=4), "second", In_Reply_To="<first>"),
    )
    household.ok("sync")
    household.import_contacts("Eve,eve@hooli.example,Hooli")
    assert household.ok("contacts", "forget", "eve", "--yes")["struck"] == 1
    assert household.ok("check")["differences"] == 0


def _assert_no_trace(household: Household) -> None:
    (household.folder / "contacts.csv").unlink(missing_ok=True)
    (household.folder / "export.csv").unlink(missing_ok=True)
    for path in household.folder.iterdir():
        content = path.read_bytes().lower()
        for word in (b"bob@", b"bob", b"stone"):  # the company they were at is nobody in person
            assert word not in content, f"{word!r} in {path.name}"


def test_who_stands_in_a_file_twice_is_one_contact(ana: Household) -> None:
    rows = [
        "bob@globex.example,bob@globex.example,",
        "Bob Stone,Bob@Globex.example,Globex",
        "bob stone,bob@globex.example;bob@home.example,Initech",
        ",bob@home.example,",
        "Eve,shared@hooli.example,Hooli",
        "Fay,shared@hooli.example,Hooli",
    ]
    first = ana.import_contacts(*rows)
    assert (first["added"], _names(ana)) == (3, ["Bob Stone", "Eve", "Fay"]), "an address does not make two names one"
    bob = ana.last("bob")
    assert (bob["company"], bob["touches"], bob["last_touch"]) == ("Globex", 2, utc_ago(days=4))
    before = ana.contents()
    again = ana.import_contacts(*rows)
    assert (again["added"], again["updated"]) == (0, 0)
    assert ana.contents() == before
    assert ana.import_contacts("bob@globex.example,bob@globex.example,", "Bob Stone,bob@globex.example,New")["updated"]
    assert ana.last("bob")["company"] == "New"


def test_nobody_is_erased_where_nobody_could_be_asked(ana: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    ana.import_contacts("Bob,bob@globex.example,Globex")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    outcome = ana.run("contacts", "forget", "bob")
    assert (outcome.code, "--yes is needed" in outcome.err, _names(ana)) == (2, True, ["Bob"])
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert (ana.run("contacts", "forget", "bob").code, _names(ana)) == (0, [])
