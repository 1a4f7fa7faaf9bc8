"""Fault 15: mail and calendars broken in every way a generator thinks of; no crash, and no sibling
is lost."""

from __future__ import annotations

import os
import random

import pytest

from activity.contact import ContactEntry
from capture.contact_files.cards import read_cards
from capture.contact_files.contents import RowProblem
from config_lines import files
from household import Household, ago, event, mail
from scripted_collections import card

PIECES = [
    b"\r\n", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\x80\xa0", b":", b";", b",", b"<", b">", b"(" * 500, b'"', b"\\",
    b"@", b"=?utf-8?b?",
    b"=?utf-8?q?=00=1B=F0?=", b"=?x-unknown?q?a?=", b"?=", b" " * 998, b"\r\n ", b"\r\n\t", b"\r\n\r\n",
    b"--b\r\n", b"MIME-Version: 1.0\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"From: ", b"Date: Thu, 31 Feb 1970 25:61:61 +9999\r\n",
    b"Date: 1 Jan 9999 00:00:00 GMT\r\n",
    "\u202e\u2066".encode(), "é".encode("latin-1"), b"a@b@c", b"undisclosed-recipients:;", b"x" * 5000,
    b"%s%n{0}", b"'; DROP TABLE activity;--",
]  # fmt: skip
CALENDAR_PIECES = [
    *PIECES, b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n",
    b"RRULE:FREQ=SECONDLY\r\n",
    b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n", b"DTSTART:99991231T235959Z\r\n",
    b"DTSTART;TZID=Nowhere/None:20260101T000000\r\n",
    b"EXDATE:20260230\r\n", b"DURATION:-P99999999D\r\n", b"ATTENDEE:mailto:\r\n",
    b"RDATE;VALUE=PERIOD:20260101T000000Z/PT0S\r\n",
]  # fmt: skip
MANY = 300


def _broken(chance: random.Random, whole: bytes, pieces: list[bytes]) -> bytes:
    """Some places of it taken out, doubled, or with something put in."""
    text = bytearray(whole)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                text[place:place] = chance.choice(pieces)
            case 1:
                del text[place : place + chance.choice([1, 7, 60])]
            case 2:
                text[place:place] = text[place : place + chance.choice([1, 7, 60])]
            case 3 if text:
                text[min(place, len(text) - 1)] = chance.randrange(256)
    return bytes(text)


@pytest.mark.timeout(300)
def test_broken_messages_cost_only_themselves(household: Household) -> None:
    chance = random.Random(15)
    folder = household.folder / "mail"
    folder.mkdir()
    for number in range(MANY):
        whole = mail(
            '"Bob, the =?utf-8?q?B=C3=BCilder?=" <bob@globex.example>', "ana@acme.example, Eve <eve@x.example>",
            ago(days=number + 1), f"broken{number}@x", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", References="<a@x> <b@x>",
            Received="by mx; Sun, 22 Nov 2026 10:00:00 +0000", Auto_Submitted="no", Content_Type="text/plain",
        )  # fmt: skip
        (folder / f"{number:04}-broken.eml").write_bytes(_broken(chance, whole, PIECES))
        sibling = mail("bob@globex.example", "ana@acme.example", ago(days=number + 1), f"sibling{number}")
        (folder / f"{number:04}-sibling.eml").write_bytes(sibling)
    for path in folder.iterdir():
        os.utime(path, (ago(days=1).timestamp(),) * 2)  # not as if somebody were writing them still
    with_files(household, "mail")
    report = household.ok("sync")["accounts"][0]
    assert report["error"] is None
    assert report["read"] + report["skipped"] == 2 * MANY
    log = household.contents()
    identities = {row[0] for row in log["activities"]}
    assert {f"<sibling{number}>" for number in range(MANY)} <= {f"<{one.strip('<>')}>" for one in identities}
    assert len(identities) > MANY * 1.5  # most of the broken ones can be read all the same
    assert household.ok("check")["differences"] == 0
    for words in (["last"], ["log"], ["unmatched"], ["export"], ["awaiting", "--all"]):
        assert household.run(*words).code == 0


@pytest.mark.timeout(300)
def test_broken_meetings_cost_only_themselves(household: Household) -> None:
    chance = random.Random(12)
    folder = household.folder / "meetings"
    folder.mkdir()
    many = MANY // 2
    for number in range(many):
        whole = event(
            f"broken{number}", ago(days=number + 1), "bob@globex.example;PARTSTAT=ACCEPTED",
            RRULE="FREQ=WEEKLY;COUNT=3", SUMMARY="Grüße", organizer="ana@acme.example",
        ).encode()  # fmt: skip
        (folder / f"{number:04}-broken.ics").write_bytes(_broken(chance, whole, CALENDAR_PIECES))
        sibling = event(f"sibling{number}", ago(days=number + 1), "bob@globex.example;PARTSTAT=ACCEPTED")
        (folder / f"{number:04}-sibling.ics").write_text(sibling)
    with_files(household, "meetings")
    household.run("sync")
    identities = " ".join(row[0] for row in household.contents()["activities"])
    missing = [number for number in range(many) if f"sibling{number}" not in identities]
    assert missing == []
    (source,) = household.ok("status")["accounts"]
    assert source["skipped"] > 10
    assert len(source["skipped_items"]) == source["skipped"]
    assert household.ok("check")["differences"] == 0


CARD_PIECES = [
    *PIECES, b"BEGIN:VCARD\r\n", b"END:VCARD\r\n", b"EMAIL:", b'EMAIL;TYPE="a:x@y.example', b"N:;;;;\r\n",
    b"KIND:group\r\n", b";ENCODING=QUOTED-PRINTABLE", b";ENCODING=BASE64", b";QUOTED-PRINTABLE", b";CHARSET=nonsense",
    b"item1.", b";PREF=999",
]  # fmt: skip
CARDS = [
    card(
        "bob",
        "FN:Bob Stone",
        "N:Stone;Bob;;;",
        "ORG:Globex\\, Ltd;Sales",
        "item1.EMAIL;TYPE=PREF:b@globex.example",
    ),
    card("jo", "FN;ENCODING=8BIT;ENCODING=QUOTED-PRINTABLE:Jo", "EMAIL:jo@x.example", version="2.1"),
    card("eva", "FN;ENCODING=QUOTED-PRINTABLE:Eva M=C3=BCller", "EMAIL;INTERNET:eva@x.example", version="2.1"),
]


def test_broken_cards_cost_only_themselves() -> None:
    sibling = card("sibling").encode()
    chance = random.Random(15)
    named = 0
    for _ in range(2000):
        broken = _broken(chance, chance.choice(CARDS).encode(), CARD_PIECES)
        for data in (sibling + broken, broken + b"\r\n" + sibling):
            found = list(read_cards(data))
            problems = [one.message for one in found if isinstance(one, RowProblem)]
            assert not [message for message in problems if "mistake" in message], data
            named += bool(problems)
            emails = [email for one in found if isinstance(one, ContactEntry) for email in one.emails]
            assert "sibling@x.example" in emails or problems, data
    assert named > 1000


def with_files(household: Household, path: str) -> None:
    household.set_account("ana", files(path))
    household.import_contacts("Bob,bob@globex.example,Globex")
