"""Bounces: whom they name, and that nothing else of a message is ever asked for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from mail_log import Log, message, server_of

from activity.batch import Skip
from activity.envelope import Envelope
from activity.errors import Unreachable
from capture.mail import reading
from capture.mail.server import MailServer
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from scripted_imap import Box, ScriptedIMAP, Session, header

HUMAN = "This is the mail system at host mx.acme.example.\r\nPrivate words between people.\r\n"
STATUS = (
    "Reporting-MTA: dns; mx.acme.example\r\nX-Postfix-Queue-ID: 4F1B2C\r\n"
    "Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0100 (CET)\r\n\r\n"
    "Final-Recipient: rfc822; {0}\r\nOriginal-Recipient: rfc822;{0}\r\nAction: {1}\r\nStatus: 5.1.1\r\n"
    "Remote-MTA: dns; mx.client.example\r\nDiagnostic-Code: smtp; 550 5.1.1 <{0}>: user unknown\r\n"
)
ORIGINAL = (
    "From: ana@acme.example\r\nTo: gone@client.example\r\nMessage-ID: <lost@acme.example>\r\nX-Note: confidential\r\n"
)


def bounce(
    number: int | str,
    status: str = STATUS.format("gone@client.example", "failed"),
    kind: str = "message/delivery-status",
    encoding: str = "",
    report: str = "delivery-status",
    first: str = "text/plain",
) -> bytes:
    """A bounce as Postfix writes it."""
    parts = [
        f"Content-Description: Notification\r\nContent-Type: {first}; charset=us-ascii\r\n\r\n{HUMAN}",
        f"Content-Description: Delivery report\r\nContent-Type: {kind}\r\n"
        + (f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else "")
        + f"\r\n{status}",
        f"Content-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n{HUMAN}",
    ]
    body = "".join(f"--4F1B2C.1/mx\r\n{part}\r\n" for part in parts) + "--4F1B2C.1/mx--\r\n"
    return message(
        number,
        body,
        From="MAILER-DAEMON@acme.example (Mail Delivery System)",
        Subject=f"Undelivered {number}",
        MIME_Version="1.0",
        Auto_Submitted="auto-replied",
        Content_Type=f'multipart/report; report-type={report};\r\n\tboundary="4F1B2C.1/mx"',
    )


def failed(log: Log, place: str = "INBOX") -> dict[str, tuple[str, ...]]:
    return {one.subject: one.failed_recipients for one in log.seen[place]}


def test_a_bounce_names_whom_it_could_not_reach(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "INBOX", [message(1), bounce(2), bounce(3, STATUS.format("late@client.example", "delayed"))])
    log.sync()
    assert failed(log) == {"Number 1": (), "Undelivered 2": ("gone@client.example",), "Undelivered 3": ()}
    assert log.skipped == []
    assert log.sync() == []


def test_no_other_part_is_ever_fetched(imap: DovecotServer, log: Log, proxy: FaultProxy, user: str) -> None:
    imap.append(user, "INBOX", [bounce(1), bounce(2, HUMAN, kind="text/plain"), message(3, HUMAN)])
    log.sync()
    assert failed(log) == {"Undelivered 1": ("gone@client.example",), "Undelivered 2": (), "Number 3": ()}
    assert b"Private words" not in proxy.received
    assert b"confidential" not in proxy.received
    fetches = [line for line in bytes(proxy.sent).decode().splitlines() if "UID FETCH" in line]
    assert [line.partition("UID FETCH ")[2] for line in fetches[1:]] == [
        "1:2 (UID BODY.PEEK[2.MIME])",
        "1 (UID BODY.PEEK[2]<0.65536>)",
        "1 (UID BODY.PEEK[3.HEADER.FIELDS (MESSAGE-ID)]<0.65536>)",
    ]
    assert {one.subject: one.returned_id for one in log.seen["INBOX"]} == {
        "Undelivered 1": "<lost@acme.example>", "Undelivered 2": "", "Number 3": ""
    }  # fmt: skip


def test_a_bounce_tells_when_its_message_had_come_and_what_it_was_called(
    imap: DovecotServer, log: Log, user: str
) -> None:
    headers_alone = bounce(2).replace(b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers")
    nameless = bounce(3).replace(b"Message-ID: <lost@acme.example>\r\n", b"").replace(b"Arrival-Date", b"X-Arrival")
    imap.append(user, "INBOX", [bounce(1), headers_alone, nameless, message(4)])
    log.sync()
    came = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert [(one.is_report, one.arrival_date, one.returned_id) for one in log.seen["INBOX"]] == [
        (True, came, "<lost@acme.example>"),
        (True, came, "<lost@acme.example>"),
        (True, None, ""),
        (False, None, ""),
    ]


def test_nothing_is_marked_as_seen(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "INBOX", [bounce(1)])
    log.sync()
    with imap.client(user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == [1]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (bounce(1, kind="message/global-delivery-status"), ("gone@client.example",)),
        (bounce(1, kind="Message/Delivery-Status; charset=utf-8"), ("gone@client.example",)),
        (bounce(1, report='"delivery-status"'), ("gone@client.example",)),
        (bounce(1, report="Delivery-Status"), ("gone@client.example",)),
        (bounce(1, base64.encodebytes(STATUS.format("g@x.example", "failed").encode()).decode(), encoding="base64"),
         ("g@x.example",)),
        (bounce(1, STATUS.format("g=40x.ex=\r\nample", "fail=65d"),
                encoding="Quoted-Printable"), ("g@x.example",)),
        (bounce(1, STATUS.format("a@x.example", "failed") + "\r\n" + STATUS.format("b@x.example", "failed")),
         ("a@x.example", "b@x.example")),
        (bounce(1, STATUS.format("a@x.example", "failed") + "\r\nX-Long: " + "x" * 200_000), ("a@x.example",)),
        (bounce(1, ""), ()),
        (bounce(1, "\x00\x01 no fields at all"), ()),
        (bounce(1, kind="text/rfc822-headers"), ()),
        (bounce(1, report="disposition-notification"), ()),  # a read receipt
        (message(1, "one part only\r\n", Content_Type="multipart/report; report-type=delivery-status; boundary=x"), ()),
    ],
)  # fmt: skip
def test_bounces_of_many_kinds(dovecot: DovecotServer, user: str, made: bytes, expected: tuple[str, ...]) -> None:
    dovecot.append(user, "INBOX", [made])
    log = Log(server_of(dovecot, user))
    assert log.try_sync() is None
    (envelope,) = log.seen["INBOX"]
    assert envelope.failed_recipients == expected


STATUS_PART = "Content-Type: message/delivery-status\r\n\r\n" + STATUS.format("gone@client.example", "failed")
TEXT_PART = f"Content-Type: text/plain\r\n\r\n{HUMAN}"


def in_parts(kind: str, *parts: str, boundary: str = "b") -> str:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: {kind}; boundary="{boundary}"\r\n\r\n{body}--{boundary}--\r\n'


REPORT = in_parts("multipart/report; report-type=delivery-status", TEXT_PART, STATUS_PART, boundary="i")
FORWARDED = f"Content-Type: message/rfc822\r\n\r\nSubject: failure\r\n{REPORT}"
ARRANGED = [
    pytest.param(in_parts("multipart/report", TEXT_PART, STATUS_PART), True, id="without its report-type"),
    pytest.param(in_parts("multipart/report; report-type=delivery-status", STATUS_PART, TEXT_PART), True, id="first"),
    pytest.param(
        in_parts("multipart/report; report-type=delivery-status", TEXT_PART, TEXT_PART, STATUS_PART), True, id="third"
    ),
    pytest.param(in_parts("multipart/mixed", TEXT_PART, STATUS_PART), True, id="in a multipart/mixed"),
    pytest.param(in_parts("multipart/mixed", REPORT, TEXT_PART), True, id="behind a gateway with a disclaimer"),
    pytest.param(in_parts("multipart/mixed", TEXT_PART, FORWARDED), False, id="in a message that was passed on"),
]


@pytest.mark.parametrize(("arranged", "names"), ARRANGED)
def test_the_status_part_is_where_the_structure_says(
    imap: DovecotServer, log: Log, proxy: FaultProxy, user: str, arranged: str, names: bool
) -> None:
    made = f"From: MAILER-DAEMON@x.example\r\nSubject: failure\r\nMIME-Version: 1.0\r\n{arranged}".encode()
    imap.append(user, "INBOX", [made, message(2), bounce(3)])
    log.sync()
    expected = ("gone@client.example",)
    assert failed(log) == {"failure": expected if names else (), "Number 2": (), "Undelivered 3": expected}
    assert b"Private words" not in proxy.received


@pytest.mark.parametrize("places", [range(0, 30, 7), range(30), [0], [29], [4, 5]])
def test_bounces_among_pipelined_fetches(
    imap: DovecotServer, log: Log, user: str, monkeypatch: pytest.MonkeyPatch, places: list[int]
) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 5)
    imap.append(user, "INBOX", [bounce(n) if n in places else message(n) for n in range(30)])
    batches = log.sync()
    expected = [f"Undelivered {n}" if n in places else f"Number {n}" for n in range(30)]
    assert log.subjects() == expected
    assert {subject for subject, names in failed(log).items() if names} == {f"Undelivered {n}" for n in places}
    cursors = [batch.cursor for batch in batches if batch.place == "INBOX"]
    assert len(cursors) == 6
    assert cursors == sorted(cursors, key=lambda cursor: int(str(cursor).split(",")[1]))


def test_bounces_are_held_back_until_their_reports_are_there(
    imap: DovecotServer, log: Log, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.mail.fetch.HELD_BYTES", 1000)
    imap.append(user, "INBOX", [bounce(n) if n % 3 == 0 else message(n) for n in range(12)])
    batches = log.sync()
    assert len([batch for batch in batches if batch.place == "INBOX"]) > 2
    assert sorted(subject for subject, names in failed(log).items() if names) == [
        f"Undelivered {n}" for n in (0, 3, 6, 9)
    ]
    assert len(log.subjects()) == 12


# --- servers that will not give the part ---


@pytest.fixture
def bounced() -> Iterator[ScriptedIMAP]:
    kind = "multipart/report; report-type=delivery-status; boundary=x"
    boxes = {
        "INBOX": Box({1: header(1), 2: header(2, Content_Type=kind)}),
        "Work": Box({7: header(7)}),
    }
    with ScriptedIMAP(boxes) as scripted:
        yield scripted


def answering(scripted: ScriptedIMAP, mime: bytes, status: bytes = b"") -> Log:
    """A log of a server that answers these to requests for parts; {tag} is the tag."""

    def answer(session: Session, tag: str, arguments: str) -> None:
        if "HEADER" in arguments:
            return scripted.answer_fetch(session, tag, arguments)
        return session.send((mime if "MIME" in arguments else status).replace(b"{tag}", tag.encode()))

    scripted.scripts["FETCH"] = answer
    return Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, 5.0))


OK = b"{tag} OK done\r\n"
MIME = b"* 2 FETCH (UID 2 BODY[2.MIME] {43}\r\nContent-Type: message/delivery-status\r\n\r\n\r\n)\r\n" + OK


@pytest.mark.parametrize(
    ("mime", "status", "skipped"),
    [
        (b"{tag} NO [CANNOT] no parts here\r\n", b"", 1),
        (b"{tag} BAD what is MIME?\r\n", b"", 1),
        (OK, b"", 0),
        (b"* 2 FETCH (UID 2 BODY[2.MIME] NIL)\r\n" + OK, b"", 0),
        (b'* 2 FETCH (UID 2 BODY[2.MIME] "")\r\n' + OK, b"", 0),
        (b"* 2 FETCH (UID 2 BODY[2.MIME] {3000000}\r\n" + b"x" * 3_000_000 + b")\r\n" + OK, b"", 0),
        (MIME, b"{tag} NO\r\n", 1),
        (MIME, OK, 0),
        (MIME, b"* 2 FETCH (UID 2 BODY[2]<0> NIL)\r\n" + OK, 1),
        (MIME, b"* 2 FETCH (UID 2 BODY[2]<0> {3000000}\r\n" + b"x" * 3_000_000 + b")\r\n" + OK, 1),
        (MIME, b"* 1 FETCH (UID 1 BODY[2]<0> {33}\r\nFinal-Recipient: a@x\r\nAction: fai)\r\n" + OK, 0),
        (
            MIME,
            b"* 2 FETCH (UID 2 BODY[1]<0> {53}\r\n\r\nFinal-Recipient: rfc822;a@x.example\r\nAction: failed)\r\n" + OK,
            1,
        ),
    ],
)
def test_a_report_that_cannot_be_had_costs_only_itself(
    bounced: ScriptedIMAP, mime: bytes, status: bytes, skipped: int
) -> None:
    log = answering(bounced, mime, status)
    assert log.try_sync() is None
    assert log.subjects() == ["Number 1", "Number 2"]
    assert log.subjects("Work") == ["Number 7"]
    assert bounced.connections == 1
    assert all(isinstance(one, Envelope) and one.failed_recipients == () for one in log.seen["INBOX"])
    assert [skip.item for skip in log.skipped] == ["UID 2"] * skipped
    assert all(isinstance(skip, Skip) and "delivery status" in skip.reason for skip in log.skipped)


def test_a_connection_lost_over_a_report_loses_no_message(bounced: ScriptedIMAP) -> None:
    log = answering(bounced, b"* BYE\r\n")
    assert isinstance(log.try_sync(), Unreachable)
    assert "INBOX" not in log.cursors
    assert log.subjects("Work") == ["Number 7"]
    bounced.scripts.clear()
    assert log.try_sync() is None
    assert log.subjects() == ["Number 1", "Number 2"]


def test_what_announces_itself_to_a_crowd_is_no_bounce(bounced: ScriptedIMAP) -> None:
    crowd = ", ".join(f"p{n}@x.example" for n in range(200))
    kind = "multipart/report; report-type=delivery-status; boundary=x"
    bounced.boxes["INBOX"].messages[2] = header(2, To=crowd, Content_Type=kind)
    log = answering(bounced, b"{tag} BAD not asked\r\n")
    assert log.try_sync() is None
    assert log.skipped == []
