"""Whatever our own code stumbles over: that item is left out and named, and everything else goes
on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

import capture.files.message
import lasttouch.passes.pipeline
import lasttouch.passes.storing
from activity.facts import Facts
from capture.mail.headers import parse_header
from config_lines import files
from household import Household
from lasttouch.passes.source_pass import SourcePass
from matchers.message import judge_mail
from matchers.policy import Policy
from store import ingest

GOOD = [f"good{number}" for number in range(6)]


def eml(name: str, sender: str = "bob@globex.example") -> str:
    return (
        f"From: {sender}\nTo: ana@acme.example\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n"
        f"Message-ID: <{name}@globex.example>\nSubject: {name}\n\nHello\n"
    )


@pytest.fixture
def two_folders(household: Household, user: str) -> Iterator[Household]:
    """Ana's folder has mail that nobody can read, between good mail; ben's is read after it."""
    for owner, names in (("ana", [*GOOD[:3], "culprit", *GOOD[3:]]), ("ben", ["later"])):
        folder = household.folder / owner
        folder.mkdir()
        for name in names:
            (folder / f"{name}.eml").write_text(eml(name))
        household.set_account(owner, files(str(folder)))
    household.import_contacts("Bob,bob@globex.example,Globex")
    return household


def activities(household: Household) -> set[str]:
    with sqlite3.connect(household.database) as log:
        return {identity.strip("<>").partition("@")[0] for (identity,) in log.execute("SELECT identity FROM activity")}


def check_that_only_the_culprit_is_missing(household: Household) -> None:
    assert household.run("sync").code == 0
    assert activities(household) == {*GOOD, "later"}
    ((item, reason),) = skipped(household)
    assert item == "<culprit@globex.example>"
    assert reason.startswith("a mistake of ours: ")
    outcome = household.run("status", "--check")
    assert outcome.code == 1
    assert "<culprit@globex.example>" in outcome.err
    assert household.ok("check")["differences"] == 0
    assert household.run("sync").code == 0
    assert activities(household) == {*GOOD, "later"}


def skipped(household: Household) -> list[tuple[str, str]]:
    with sqlite3.connect(household.database) as log:
        return log.execute("SELECT item, reason FROM skipped").fetchall()


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), RecursionError(), sqlite3.IntegrityError("x")])
def test_a_message_that_cannot_be_judged_is_left_out(
    two_folders: Household, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def judge(facts: Facts, policy: Policy) -> Any:
        if "culprit" in facts.identity:
            raise error
        return judge_mail(facts, policy)

    monkeypatch.setattr(lasttouch.passes.storing, "judge_mail", judge)
    check_that_only_the_culprit_is_missing(two_folders)


def test_a_message_that_cannot_be_stored_is_left_out(two_folders: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    write = ingest.write

    def stumbles(connection: Any, place: int, entries: Any, *rest: Any) -> Any:
        written = write(connection, place, entries, *rest)
        if any("culprit" in entry.facts.identity for entry in entries):
            raise LookupError("culprit")
        return written

    monkeypatch.setattr(ingest, "write", stumbles)
    check_that_only_the_culprit_is_missing(two_folders)


@pytest.mark.parametrize("error", [IndexError, MemoryError])
def test_a_message_that_cannot_be_parsed_is_left_out(
    two_folders: Household, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def parse(block: bytes, *rest: Any) -> Any:
        if b"culprit" in block:
            raise error
        return parse_header(block, *rest)

    monkeypatch.setattr(capture.files.message, "parse_header", parse)
    assert two_folders.run("sync").code == 0
    assert activities(two_folders) == {*GOOD, "later"}
    assert [(item, reason[:18]) for item, reason in skipped(two_folders)] == [("culprit.eml", "a mistake of ours:")]


def test_where_nothing_can_be_stored_the_source_fails_and_is_read_anew_later(
    two_folders: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = two_folders.folder / "ana"
    for number in range(60):
        (folder / f"more{number}.eml").write_text(eml(f"more{number}"))

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(lasttouch.passes.storing, "judge_mail", fails)
        two_folders.accounts.pop("ben")
        two_folders.write_config()
        assert two_folders.run("sync").code == 1
        (source,) = two_folders.ok("status")["accounts"]
        assert source["error_code"] == "our-mistake"
        assert source["last_success"] is None
    assert two_folders.run("sync").code == 0
    assert {f"more{number}" for number in range(60)} <= activities(two_folders) | {
        item.strip("<>").partition("@")[0] for item, _ in skipped(two_folders)
    }


def test_a_source_that_our_code_cannot_read_delays_no_other(
    two_folders: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = lasttouch.passes.pipeline._ActivityPass.read

    def stumbles(self: SourcePass) -> None:
        if self.row.account == "ana":
            raise MemoryError
        read(self)  # type: ignore[arg-type]

    monkeypatch.setattr(lasttouch.passes.pipeline._ActivityPass, "read", stumbles)
    outcome = two_folders.run("sync")
    assert outcome.code == 4
    assert activities(two_folders) == {"later"}
    ana, ben = two_folders.ok("status")["accounts"]
    assert ana["error_code"] == "our-mistake"
    assert "MemoryError" in ana["error"]
    assert ben["error"] is None
    assert two_folders.run("status", "--check").code == 1


@pytest.mark.parametrize("claim", ["meeting:standup", "<meeting:standup>", "hash:0123456789abcdef0123456789abcdef"])
@pytest.mark.parametrize("mail_first", [False, True])
def test_mail_that_bears_the_name_of_a_meeting_is_mail(household: Household, claim: str, mail_first: bool) -> None:
    folder = household.folder / "files"
    folder.mkdir()
    mail, calendar = folder / "claim.eml", folder / "work.ics"
    household.set_account("ana", files(str(folder)))
    household.import_contacts("Bob,bob@globex.example,Globex", "Eve,eve@rival.example,Rival")
    given = [(mail, eml("x", "eve@rival.example").replace("<x@globex.example>", claim)), (calendar, STANDUP)]
    for path, text in given if mail_first else reversed(given):
        path.write_text(text)
        assert household.run("sync").code == 0
    assert household.last("bob")["last_meeting"] == "2026-03-03T09:00:00Z"
    assert household.last("eve")["last_inbound"] == "2026-03-02T10:00:00Z"
    assert household.last("eve")["last_meeting"] is None
    assert household.ok("check")["differences"] == 0


STANDUP = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:standup
DTSTAMP:20260301T000000Z
DTSTART:20260303T090000Z
DTEND:20260303T100000Z
ORGANIZER:mailto:ana@acme.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@globex.example
END:VEVENT
END:VCALENDAR
"""
