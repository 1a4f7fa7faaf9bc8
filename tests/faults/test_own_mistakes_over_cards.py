"""Whatever our own code stumbles over in calendars, cards and lists: that one is named, and
everything else goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

import capture.address_books.reading
import capture.calendar.occurrences
import capture.calendar.reading
import capture.contact_files.cards
import capture.contact_files.table
import capture.files.calendar_files
import lasttouch.keeping.address_book
from config_lines import files
from household import Household, ago, event, utc_ago
from scripted_collections import card
from store import ingest

NAMES = [f"p{number}" for number in range(6)]
NAMED = "a mistake of ours: "


def stumbling(real: Callable[..., Any], over: str) -> Callable[..., Any]:
    """The function, which raises where its arguments speak of `over`."""

    def stumbles(*given: Any, **more: Any) -> Any:
        done = real(*given, **more)
        if over in repr(given):
            raise LookupError(over)
        return done

    return stumbles


def skipped(household: Household) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(household.database)) as log:
        rows = log.execute("SELECT item, reason FROM skipped ORDER BY item").fetchall()
    return [(item, reason[: len(NAMED)]) for item, reason in rows]


def listed(household: Household) -> list[str]:
    return sorted(email for one in household.ok("contacts", "list") for email in one["emails"])


@pytest.fixture
def book(household: Household, user: str) -> Household:
    household.add_account("ana", user, imap=False, caldav=True)
    household.add_carddav("ana", user)
    for name in NAMES:
        household.radicale.put_card(user, "people", f"{name}.vcf", card(name))
    return household


@pytest.mark.parametrize(
    ("module", "function"),
    [
        (capture.address_books.reading, "read_card"),
        (capture.contact_files.cards, "emails_in"),
        (lasttouch.keeping.address_book, "canonical"),
        (lasttouch.keeping.address_book, "is_calendar_address"),
    ],
)
def test_a_card_that_our_code_stumbles_over(
    book: Household, user: str, monkeypatch: pytest.MonkeyPatch, module: Any, function: str
) -> None:
    others = [f"{name}@x.example" for name in NAMES if name != "p2"]
    with monkeypatch.context() as broken:
        broken.setattr(module, function, stumbling(getattr(module, function), "p2@x.example"))
        report = next(one for one in book.ok("sync")["accounts"] if one["source"] == "carddav")
    assert (report["error"], report["new"], report["skipped"]) == (None, 5, 1)
    assert listed(book) == others
    assert skipped(book) == [("p2.vcf", NAMED)]
    assert "p2.vcf" in book.run("status", "--check").err
    assert book.ok("check")["differences"] == 0
    book.radicale.put_card(user, "people", "p2.vcf", card("p2", "FN:P", "EMAIL:p2@x.example"))
    book.ok("sync")
    assert listed(book) == sorted([*others, "p2@x.example"])
    assert skipped(book) == []


CSV = "name,email\n" + "".join(f"{name},{name}@x.example\n" for name in NAMES)
VCARDS = "".join(card(name) for name in NAMES)


@pytest.mark.parametrize(
    ("text", "module", "function"),
    [
        (CSV, capture.contact_files.table, "emails_in"),
        (CSV, lasttouch.keeping.address_book, "canonical"),
        (VCARDS, capture.contact_files.cards, "emails_in"),
        (VCARDS, lasttouch.keeping.address_book, "canonical"),
    ],
)
def test_a_row_that_our_code_stumbles_over(
    household: Household, monkeypatch: pytest.MonkeyPatch, text: str, module: Any, function: str
) -> None:
    household.set_account("ana", files("mail"))
    path = household.folder / "list"
    path.write_text(text, newline="")
    with monkeypatch.context() as broken:
        broken.setattr(module, function, stumbling(getattr(module, function), "p2@x.example"))
        done = household.ok("contacts", "import", str(path))
    assert listed(household) == [f"{name}@x.example" for name in NAMES if name != "p2"]
    (problem,) = done["problems"]
    lines = text.splitlines()[problem["line"] - 1 :]
    assert next(line for line in lines if "@x.example" in line).endswith("p2@x.example")
    assert problem["message"].startswith(NAMED)
    assert done["added"] == 5
    assert household.ok("contacts", "import", str(path))["added"] == 1
    assert household.ok("check")["differences"] == 0


@pytest.mark.parametrize(
    ("module", "function"),
    [(capture.calendar.reading, "strip"), (capture.calendar.occurrences, "expand"), (ingest, "write")],
)
def test_a_calendar_object_that_our_code_stumbles_over(
    household: Household, user: str, monkeypatch: pytest.MonkeyPatch, module: Any, function: str
) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts("Bob,bob@globex.example,Globex")
    for number, name in enumerate(NAMES):
        text = event(name, ago(days=9 - number), "bob@globex.example;PARTSTAT=ACCEPTED", SUMMARY=f"talk {name}")
        household.radicale.put(user, "work", f"{name}.ics", text)
    with monkeypatch.context() as broken:
        broken.setattr(module, function, stumbling(getattr(module, function), "talk p2"))
        assert household.ok("sync")["accounts"][0]["error"] is None
    assert household.last("bob")["touches"] == 5
    assert skipped(household) == [("p2.ics", NAMED)]
    assert household.ok("check")["differences"] == 0


def test_a_deferred_object_that_our_code_stumbles_over_keeps_nobody_off_the_list(
    household: Household, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    for number, name in enumerate(NAMES):
        text = event(name, ago(days=9 - number), "zoe@other.example;PARTSTAT=ACCEPTED", SUMMARY=f"talk {name}")
        household.radicale.put(user, "work", f"{name}.ics", text)
    household.ok("sync")
    with monkeypatch.context() as broken:
        expand = capture.calendar.occurrences.expand
        broken.setattr(capture.calendar.occurrences, "expand", stumbling(expand, "talk p5"))
        household.ok("contacts", "add", "Zoe", "zoe@other.example")
    assert (household.last("zoe")["touches"], household.last("zoe")["last_meeting"]) == (5, utc_ago(days=5))
    assert skipped(household) == [("p5.ics", NAMED)]
    assert "p5.ics" in household.run("status", "--check").err
    assert household.ok("check")["differences"] == 0
    household.radicale.put(user, "work", "p5.ics", event("p5", ago(days=4), "zoe@other.example", SEQUENCE="2"))
    household.ok("sync")
    assert (household.last("zoe")["touches"], household.last("zoe")["last_meeting"]) == (6, utc_ago(days=4))
    assert skipped(household) == []


def test_a_calendar_file_that_our_code_stumbles_over(household: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = household.folder / "calendars"
    folder.mkdir()
    household.set_account("ana", files(str(folder)))
    household.import_contacts("Bob,bob@globex.example,Globex")
    for number, name in enumerate(NAMES):
        (folder / f"{name}.ics").write_text(event(name, ago(days=9 - number), "bob@globex.example", SUMMARY=name))
    stumbles = stumbling(capture.files.calendar_files.objects_of, "SUMMARY:p2")
    monkeypatch.setattr(capture.files.calendar_files, "objects_of", stumbles)
    assert household.ok("sync")["accounts"][0]["error"] is None
    assert household.last("bob")["touches"] == 5
    assert skipped(household) == [("p2.ics", NAMED)]
