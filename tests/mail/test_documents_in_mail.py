"""What hangs on a message: by IMAP, from real servers and hostile structures, and from files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cyrus_server import CyrusServer
from hypothesis import given
from hypothesis import strategies as st
from letters_with_documents import LETTERS, is_right, multi, part, raw

from activity.attachment import MOST, NAME_CHARACTERS, Attachment, attachment
from activity.batch import Source
from activity.envelope import Envelope
from capture.files.attachments import attachments_of as of_file
from capture.files.source import FileSource
from capture.mail.attachments import attachments_of
from capture.mail.server import MailServer
from capture.mail.source import MailSource
from dovecot_server import DovecotServer

SINCE = date(2020, 1, 1)
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def told(source: Source) -> dict[str, tuple[Attachment, ...]]:
    """Message-ID → the documents of it, by the first word of the id."""
    items = [item for batch in source.batches({}) for item in batch.items]
    return {one.message_id[1:].partition("@")[0]: one.attachments for one in items if isinstance(one, Envelope)}


def wrong(found: dict[str, tuple[Attachment, ...]]) -> dict[str, object]:
    return {name: found.get(name) for name, one in LETTERS.items() if not is_right(found.get(name, ()), one.wanted)}


@pytest.fixture(params=["dovecot", "cyrus"])
def mail_server(request: pytest.FixtureRequest, user: str) -> MailServer:
    imap: DovecotServer | CyrusServer = request.getfixturevalue(request.param)
    imap.append(user, "INBOX", [raw(name).replace(b"\n", b"\r\n") for name in LETTERS])
    return MailServer("127.0.0.1", imap.port, "none", user, lambda: imap.password, None, 20.0)


def test_servers_name_the_documents_of_each_letter(mail_server: MailServer) -> None:
    assert wrong(told(MailSource(mail_server._replace(names_attachments=True), SINCE))) == {}


def test_nobody_who_did_not_ask_is_told(mail_server: MailServer) -> None:
    assert set(told(MailSource(mail_server, SINCE)).values()) == {()}


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_files_name_the_same(tmp_path: Path, newline: bytes) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    for name in LETTERS:
        (folder / f"{name}.eml").write_bytes(raw(name).replace(b"\n", newline))
    assert wrong(told(FileSource([folder], SINCE, now=lambda: NOW, names_attachments=True))) == {}
    assert set(told(FileSource([folder], SINCE, now=lambda: NOW)).values()) == {()}


def test_an_mbox_names_the_same(tmp_path: Path) -> None:
    separator = b"From tom@client.example Mon Mar 02 10:00:00 2026\n"
    (tmp_path / "all.mbox").write_bytes(b"".join(separator + raw(name) + b"\n" for name in LETTERS))
    assert wrong(told(FileSource([tmp_path / "all.mbox"], SINCE, now=lambda: NOW, names_attachments=True))) == {}


def test_a_file_that_is_cut_while_it_is_read_has_an_end(tmp_path: Path) -> None:
    block = b"Content-Type: multipart/mixed; boundary=b\n\n"
    message = block + b"--b\nContent-Type: application/pdf; name=one.pdf\n\n" + b"x\n" * 1000
    (tmp_path / "one.eml").write_bytes(message)
    with (tmp_path / "one.eml").open("rb", buffering=0) as file:
        (found,) = of_file(file, block, 0, len(message) + 10_000)
    assert found.name == "one.pdf"


def test_what_hangs_behind_a_large_document_is_found(tmp_path: Path) -> None:
    text = (
        b"Message-ID: <big@x>\nFrom: tom@client.example\nTo: ana@acme.example\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n"
    )
    kinds = [part("application/pdf", f'"{n}.pdf"', 700_001 + n) for n in range(4)]
    (tmp_path / "big.eml").write_bytes(text + multi("mixed", *kinds).encode())
    found = told(FileSource([tmp_path / "big.eml"], SINCE, now=lambda: NOW, names_attachments=True))["big"]
    assert is_right(found, tuple(Attachment(f"{n}.pdf", "application/pdf", 700_001 + n) for n in range(4)))


HOSTILE = {
    "name of control characters": (b'"a\x1b[2J\x07b.pdf"', "a [2J b.pdf"),
    "line ends within": (b'"a\tb\x0bc.pdf"', "a b c.pdf"),
    "raw 8 bit": (b'"Gr\xfc\xdfe.pdf"', "Grüße.pdf"),
    "raw UTF-8": ('"Grüße.pdf"'.encode(), "Grüße.pdf"),
    "turned round stays, for the last step to show": ('"\u202efdp.exe"'.encode(), "\u202efdp.exe"),
    "only a path": (b'"///"', ""),
    "a path of Windows": (rb'"C:\\docs\\x.pdf"', "x.pdf"),
    "unknown character set": (b'"=?x-none?Q?a?=.pdf"', "=?x-none?Q?a?=.pdf"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_name_becomes_one_line_without_a_path(case: str) -> None:
    name, wanted = HOSTILE[case]
    structure = b'("application" "pdf" NIL NIL NIL "base64" 780 NIL ("attachment" ("filename" ' + name + b")) NIL)"
    assert attachments_of(b"BODYSTRUCTURE " + structure + b" ") == (Attachment(wanted, "application/pdf", 570),)


@pytest.mark.parametrize(
    "parameters",
    [
        b'("filename*" "x")', b'("filename*0*" "utf-8\'\'a" "filename*" "zip\'\'b")', b'("filename*" "zip\'\'%00")',
        b'("filename*" "idna\'\'%ff")', b'("filename")', b'(NIL NIL)', b'("filename" NIL)', b'NIL', b'("x" ("x"))',
        b'("filename*99999999999999999999*" "x")',
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_read_takes_nothing_else_with_it(parameters: bytes) -> None:
    structure = b'("image" "png" NIL NIL NIL "base64" 780 NIL ("attachment" ' + parameters + b") NIL)"
    (found,) = attachments_of(b"BODYSTRUCTURE " + structure + b" ")
    assert (found.type, found.size) == ("image/png", 570)


@pytest.mark.parametrize("names_attachments", [False, True])
@pytest.mark.parametrize(
    "field",
    [
        b"application/pdf; name*0=a; name*=b",
        b"application/pdf; name*" + b"9" * 5000 + b"=a",
        b"text/calendar; method*0=REQ; method*=UEST",
        b"multipart/mixed; boundary*0=a; boundary*=b",
        b"multipart/mixed; boundary*=\0''a",
        b"image/png\nContent-Disposition: attachment; filename*1*=a; filename*=b",
    ],
)
def test_parameters_that_do_not_go_together_keep_no_message_of_a_file_from_being_read(
    tmp_path: Path, field: bytes, names_attachments: bool
) -> None:
    head = b"From nobody Thu Jan  1 00:00:00 2026\nFrom: a@x.example\nTo: b@y.example\nMessage-ID: <%d@x.example>\n"
    whole = head % 1 + b"Content-Type: " + field + b"\n\nx\n\n"
    within = b"Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: " + field + b"\n\nx\n--c--\n\n"
    (tmp_path / "all.mbox").write_bytes(whole + head % 2 + within + head % 3 + b"\nx\n")
    source = FileSource([tmp_path / "all.mbox"], SINCE, now=lambda: NOW, names_attachments=names_attachments)
    assert set(told(source)) == {"1", "2", "3"}


@pytest.mark.parametrize(
    "structure",
    [b"(((((", b"BODYSTRUCTURE (" * 3000, b'BODYSTRUCTURE ("application" "x" ) ', b"name", None, (), ((),), 7],
)
def test_what_is_no_structure_names_nothing(structure: object) -> None:
    assert attachments_of(structure) == ()


def test_of_a_thousand_documents_the_first_are_told() -> None:
    one = b'("application" "pdf" ("name" "x.pdf") NIL NIL "base64" 78 NIL NIL NIL)'
    assert len(attachments_of(b"BODYSTRUCTURE (" + one * 1000 + b' "mixed") ')) == MOST


@given(st.text(), st.text(), st.integers(), st.text())
def test_whatever_is_told_is_short_and_on_one_line(name: str, kind: str, size: int, link: str) -> None:
    one = attachment(name * 50, kind, size, link)
    assert len(one.name) <= NAME_CHARACTERS
    assert not set(one.name) & set("/\\\n\r\x00\x1b\x85\u2028")
    assert one.type.isascii()
    assert one.type.isprintable()
    assert one.size is None or one.size >= 0
    assert not one.link or one.link.startswith(("http://", "https://"))
