"""Files as a source: what was exported elsewhere counts like what is read from a server."""

from __future__ import annotations

import pytest

from config_lines import files
from household import NOW, Household, ago, event, mail, utc_ago


def test_mail_and_calendar_files_are_read_like_a_server(household: Household) -> None:
    mailbox = household.folder / "Archive.mbox"
    messages = [
        mail("bob@globex.example", "ana@acme.example", ago(days=d), f"m{d}").replace(b"\r\n", b"\n") for d in (9, 5)
    ]
    mailbox.write_bytes(
        b"".join(f"From x {NOW:%a %b %d %H:%M:%S %Y}\n".encode() + message + b"\n\n" for message in messages)
    )
    (household.folder / "calendar.ics").write_text(event("met", ago(days=3), "bob@globex.example"))
    household.set_account("ana", files("Archive.mbox", "calendar.ics"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    assert household.ok("sync")["accounts"][0]["new"] == 3
    bob = household.last("bob")
    assert bob["last_inbound"] == utc_ago(days=5)
    assert bob["last_touch_kind"] == "meeting"
    assert household.ok("why", "<m5>")["sightings"] == [{"account": "ana", "place": "Archive.mbox"}]
    assert household.ok("sync")["accounts"][0]["read"] == 0
    (household.folder / "Archive.mbox").unlink()
    outcome = household.run("sync")
    assert outcome.code == 1
    assert household.last("bob")["last_inbound"] == bob["last_inbound"]
    assert household.ok("check")["differences"] == 0


def test_a_pass_counts_what_it_skipped_as_status_names_it(household: Household) -> None:
    endless = event("endless", ago(days=3), "bob@globex.example", RRULE="FREQ=SECONDLY")
    twice = endless.replace(
        "BEGIN:VEVENT", "BEGIN:VEVENT\r\nDTSTART:nonsense\r\nUID:endless\r\nEND:VEVENT\r\nBEGIN:VEVENT"
    )
    (household.folder / "broken.ics").write_text(twice, newline="")
    (household.folder / "none.ics").write_text("nothing")
    household.set_account("ana", files("broken.ics", "none.ics"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    (report,) = household.ok("sync")["accounts"]
    (source,) = household.ok("status")["accounts"]
    assert report["skipped"] == source["skipped"] == len(source["skipped_items"]) == 2


@pytest.mark.parametrize("names", [("a-invitation", "b-cancellation"), ("b-invitation", "a-cancellation")])
def test_of_an_invitation_and_its_cancellation_in_two_files_the_newer_one_holds(
    household: Household, names: tuple[str, str]
) -> None:
    folder = household.folder / "saved"
    folder.mkdir()
    invitation, cancellation = names
    held = event("met", ago(days=9), "bob@globex.example", SEQUENCE="0")
    cancelled = event("met", ago(days=9), "bob@globex.example", SEQUENCE="1", STATUS="CANCELLED")
    (folder / f"{invitation}.ics").write_text(held)
    (folder / f"{cancellation}.ics").write_text(cancelled)
    household.set_account("ana", files("saved"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    assert household.last("bob")["last_meeting"] is None
    (folder / f"{cancellation}.ics").unlink()
    household.ok("sync")
    assert household.last("bob")["last_touch_kind"] == "meeting"
    (folder / f"{cancellation}.ics").write_text(
        cancelled.replace("CANCELLED", "CONFIRMED").replace("SEQUENCE:1", "SEQUENCE:2")
    )
    household.ok("sync")
    assert household.last("bob")["last_touch_kind"] == "meeting"
    assert household.ok("check")["differences"] == 0
