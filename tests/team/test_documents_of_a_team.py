"""What documents messages came with: kept where that is wanted, and told like subjects."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from colleagues import Colleagues
from kept_bytes import kept

from config_lines import head
from store.database import open_for_reading

BOB, TOM, ANA, BEN = "bob@globex.example", "tom@initech.example", "ana@acme.example", "ben@acme.example"
PDF = {"name": "Lease 2026.pdf", "type": "application/pdf", "size": 600}
LINKED = {"name": "plan.xlsx", "type": "message/external-body", "size": None, "link": "https://f.example/plan.xlsx"}


def put(colleagues: Colleagues, name: str, sender: str, to: str, file: str = "Lease 2026.pdf", **more: str) -> None:
    """A letter with a document and a link to another in this account's folder."""
    more = {"message_id": f"{crc32(file.encode())}@x.example", **more}
    colleagues.receive(name, sender, to, 5, MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b0", **more)
    folder = colleagues.folder / name
    path = max(folder.iterdir(), key=lambda one: int(one.stem))
    parts = [
        "Content-Type: text/plain\r\n\r\nnobody's business",
        f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{file}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n" + ("A" * 76 + "\r\n") * 10 + "A" * 40,
        'Content-Type: message/external-body; access-type=URL; URL="https://f.example/plan.xlsx"\r\n\r\n',
    ]
    header = path.read_bytes().partition(b"\r\n\r\n")[0]
    body = "".join(f"--b0\r\n{one}\r\n" for one in parts) + "--b0--\r\n"
    path.write_bytes(header + b"\r\n\r\n" + body.encode())


@pytest.fixture
def keeping(colleagues: Colleagues) -> Colleagues:
    """They keep what documents are called; Ana has a letter of Bob's with one, and both list
    him."""
    colleagues.top = head("log.db", store_attachments=True)
    put(colleagues, "ana", f"Bob Stone <{BOB}>", ANA, message_id="b1@globex.example", subject="The lease")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB, "--company", "Globex")
    return colleagues


def attached(colleagues: Colleagues, who: str) -> list[list[dict[str, Any]]]:
    return [one["attachments"] for one in colleagues.ok(who, "log", "bob")]


def rows(folder: Path) -> int:
    with closing(open_for_reading(folder / "log.db")) as log:
        (count,) = log.execute("SELECT count(*) FROM attachment").fetchone()
    return int(count)


def test_every_answer_about_the_letter_tells_its_documents(keeping: Colleagues) -> None:
    assert attached(keeping, "ana") == [[PDF, LINKED]]
    (activity,) = [one["activity"] for one in keeping.ok("ana", "log")]
    assert keeping.ok("ana", "why", str(activity))["attachments"] == [PDF, LINKED]
    assert keeping.ok("ana", "contacts", "dossier", "bob")["activities"][0]["attachments"] == [PDF, LINKED]
    (line,) = keeping.run("ana", "export").out.splitlines()
    assert json.loads(line)["attachments"] == [PDF, LINKED]
    (cells,) = csv.DictReader(io.StringIO(keeping.run("ana", "log", "--csv").out))
    assert cells["attachments"] == "Lease 2026.pdf; plan.xlsx"
    table = keeping.run("ana", "log").out
    assert "Lease 2026.pdf (600 bytes), plan.xlsx" in table
    told = keeping.run("ana", "why", str(activity)).out
    assert "attached  Lease 2026.pdf (600 bytes)\n" in told
    assert "attached  plan.xlsx, https://f.example/plan.xlsx\n" in told


def test_without_the_option_nothing_is_kept_and_it_can_be_turned_off(colleagues: Colleagues) -> None:
    put(colleagues, "ana", BOB, ANA)
    colleagues.sync()
    assert (rows(colleagues.folder), colleagues.ok("ana", "log")[0]["attachments"]) == (0, [])
    colleagues.top = head("log.db", store_attachments=True)
    put(colleagues, "ana", BOB, ANA, message_id="later@x.example")
    colleagues.sync()
    assert rows(colleagues.folder) == 2  # of what was read before, nothing is known
    colleagues.top = head("log.db")
    colleagues.configure()
    assert [one["attachments"] for one in colleagues.ok("ana", "log")] == [[], []]
    assert rows(colleagues.folder) == 0


def test_colleagues_are_told_where_they_are_told_subjects(keeping: Colleagues) -> None:
    for level, told in (("dates", []), ("who", [[]]), ("subjects", [[PDF, LINKED]])):
        keeping.accounts["ana"]["share"] = level
        keeping.sync()
        assert attached(keeping, "ben") == told
        assert ("Lease 2026" in keeping.run("ben", "export").out) is (level == "subjects")
    keeping.ok("ana", "sharing", "private", "bob")
    assert attached(keeping, "ben") == []
    assert attached(keeping, "ana") == [[PDF, LINKED]]


def test_ones_own_copy_tells_whatever_others_share(keeping: Colleagues) -> None:
    put(keeping, "ben", f"Bob Stone <{BOB}>", f"{ANA}, {BEN}", message_id="b1@globex.example", subject="The lease")
    keeping.sync()
    assert attached(keeping, "ben") == [[PDF, LINKED]]


def test_whoever_is_forgotten_stands_in_no_name_of_a_document(keeping: Colleagues) -> None:
    put(keeping, "ana", TOM, f"{ANA}, {BOB}", file="Offer for Bob Stone.pdf")
    put(keeping, "ana", TOM, f"{ANA}, {BEN}", file=f"{BOB}.pdf")
    put(keeping, "ana", TOM, f"{ANA}, {BEN}", file="about bob stone.pdf")
    put(keeping, "ana", TOM, f"{ANA}, {BEN}", file="Plain.pdf")
    keeping.sync()
    assert keeping.direct("contacts", "forget", BOB, "--yes", "--reason", "asked").code == 0
    told = [[one["name"] for one in letter["attachments"]] for letter in keeping.ok("ana", "log")]
    assert sorted(told, key=str) == [["Plain.pdf", "plan.xlsx"], [None, "plan.xlsx"], [None, "plan.xlsx"], []]
    assert b"plain.pdf" in (content := kept(keeping.folder / "log.db").lower())
    assert b"bob" not in content


def test_what_is_kept_no_longer_leaves_no_document(keeping: Colleagues) -> None:
    keeping.accounts["ana"]["keep"] = "2d"
    keeping.sync()
    assert rows(keeping.folder) == 0


def test_a_retired_account_keeps_no_document(keeping: Colleagues) -> None:
    del keeping.accounts["ana"]
    keeping.users["ana"] = {}
    keeping.configure()
    assert keeping.direct("accounts", "retire", "ana", "--keep", "dates", "--yes").code == 0
    assert rows(keeping.folder) == 0


def test_the_report_says_that_names_are_kept(keeping: Colleagues) -> None:
    report = json.loads(keeping.direct("privacy", "report", "--json").out)
    (mail,) = [one["kept"] for one in report["fields"] if one["of"] == "mail"]
    assert "names, types and sizes of attachments" in mail
    keeping.top = head("log.db")
    keeping.configure()
    report = json.loads(keeping.direct("privacy", "report", "--json").out)
    assert "of attachments" not in report["fields"][0]["kept"]


def test_a_hostile_name_is_harmless_in_every_form(colleagues: Colleagues) -> None:
    colleagues.top = head("log.db", store_attachments=True)
    put(colleagues, "ana", BOB, ANA, file="=cmd|'calc'!A0 \x1b]0;x\x07 \u202efdp.exe <b>")
    put(colleagues, "ana", BOB, ANA, file="x" * 10_000 + ".pdf")
    colleagues.sync()
    for arguments in (("log",), ("log", "--csv"), ("log", "--json"), ("export",), ("why", "1")):
        out = colleagues.run("ana", *arguments).out
        assert not set(out) & set("\x1b\x07\u202e")
        assert "x" * 300 not in out
    cells = [one["attachments"] for one in csv.DictReader(io.StringIO(colleagues.run("ana", "log", "--csv").out))]
    assert any(one.startswith("'=cmd") for one in cells)
