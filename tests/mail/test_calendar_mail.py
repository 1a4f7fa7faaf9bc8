"""Invitations and answers whose calendar lies within the message: the calendar is their record, not
the mail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from calendar_samples import CalendarMail, calendar_mail
from hypothesis import given
from hypothesis import strategies as st
from mail_log import Log, log_of, message

from activity.envelope import CALENDAR_PART, Envelope
from capture.mail.calendar_methods import scheduling_within
from capture.mail.structure import calendar_part, leaves
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from matchers.message import judge_mail, message_facts
from matchers.policy import Policy
from scripted_imap import HEADER_ITEM, Box, ScriptedIMAP, Session, header

POLICY = Policy(frozenset({"ana@acme.example"}), frozenset({"acme.example"}))
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SAMPLES = calendar_mail()


def verdict(envelope: Envelope) -> tuple[str, str]:
    """The class and its reason, from what is stored of the message."""
    facts = message_facts(envelope, AT, lambda _: False, True)
    assert facts is not None
    return judge_mail(facts, POLICY).verdict


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_over_imap_the_structure_decides(imap: DovecotServer, log: Log, user: str, sample: CalendarMail) -> None:
    imap.append(user, "INBOX", [sample.message])
    log.sync()
    (envelope,) = log.seen["INBOX"]
    kind, reason = verdict(envelope)
    assert kind == sample.verdict
    assert (kind == "calendar") == ("a part of it is text/calendar; method=" in reason)


def test_no_body_is_fetched_for_it(imap: DovecotServer, log: Log, proxy: FaultProxy, user: str) -> None:
    samples = [one for one in SAMPLES if "-method-within" not in one.name and one.name != "person-attached-ics"]
    imap.append(user, "INBOX", [sample.message for sample in samples])
    log.sync()
    assert len(log.seen["INBOX"]) == len(samples)
    assert b"Let us meet" not in proxy.received
    assert b"VCALENDAR" not in proxy.received


def test_of_a_calendar_that_does_not_name_its_method_only_the_first_lines_are_fetched(
    imap: DovecotServer, log: Log, proxy: FaultProxy, user: str
) -> None:
    (sample,) = (one for one in SAMPLES if one.name == "calendar-method-within")
    long = sample.message.replace(b"UID:p2", b"X-FILL:" + b"x" * 5000 + b"\r\nUID:the-end")
    imap.append(user, "INBOX", [long])
    log.sync()
    (envelope,) = log.seen["INBOX"]
    assert verdict(envelope)[0] == "calendar"
    assert b"METHOD:REQUEST" in proxy.received
    assert b"Let us meet" not in proxy.received
    assert b"the-end" not in proxy.received


@pytest.mark.parametrize(
    ("start", "encoding", "expected"),
    [
        (b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n", "7bit", "text/calendar; method=REQUEST"),
        (b"BEGIN:VCALENDAR\nMETHOD;X-A=b:cancel\n", "", "text/calendar; method=CANCEL"),
        (b"BEGIN:VCALENDAR\rMETHOD:REPLY\r", "8bit", "text/calendar; method=REPLY"),
        (b"BEGIN:VCALENDAR\r\nMET\r\n HOD:REQUEST\r\n", "7bit", "text/calendar; method=REQUEST"),
        (b"BEGIN:VCALENDAR=0D=0AMETHOD:REQUEST", "quoted-printable", "text/calendar; method=REQUEST"),
        (b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\n", "7bit", ""),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nMETHOD:REQUEST\r\n", "7bit", ""),
        (b"BEGIN:VCALENDAR\r\nDESCRIPTION:METHOD:REQUEST\r\n", "7bit", ""),
        (b"BEGIN:VCALENDAR\r\n" + b"X-FILL:y\r\n" * 100 + b"METHOD:REQUEST\r\n", "7bit", ""),
        (b"\xff\x00", "base64", ""),
        (b"", "7bit", ""),
    ],
)
def test_method_stands_among_the_first_lines(start: bytes, encoding: str, expected: str) -> None:
    assert scheduling_within(start, encoding) == expected


RECEIPT = (
    "--o\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=i\r\n\r\n"
    "--i\r\nContent-Type: text/plain\r\n\r\nIt was displayed.\r\n"
    "--i\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: manual-action; displayed\r\n--i--\r\n"
    "--o\r\nContent-Type: text/plain\r\n\r\nA disclaimer\r\n--o--\r\n"
)
REACTION = (
    "--o\r\nContent-Type: text/plain\r\n\r\nTom reacted\r\n"
    '--o\r\nContent-Type: text/vnd.google.email-reaction+json\r\n\r\n{"emoji": "x"}\r\n--o--\r\n'
)
FORWARDED = f"--o\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n{RECEIPT}"


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Read: The offer", RECEIPT, "receipt"),
        ("Re: The offer", RECEIPT.replace("message/disp", "message/global-disp"), "receipt"),
        ("Fwd: Read: The offer", RECEIPT, "person"),
        ("Read: The offer", FORWARDED, "person"),
        ("Re: The offer", REACTION, "notification"),
        ("The offer", REACTION.replace("email-reaction", "email-news"), "person"),
    ],
)
def test_a_receipt_or_a_reaction_is_one_wherever_its_part_stands(
    imap: DovecotServer, log: Log, user: str, subject: str, body: str, expected: str
) -> None:
    imap.append(user, "INBOX", [message(1, body, Subject=subject, Content_Type='multipart/mixed; boundary="o"')])
    log.sync()
    (envelope,) = log.seen["INBOX"]
    assert envelope.subject == subject
    assert verdict(envelope)[0] == expected


def test_a_structure_that_pretends_to_be_other_items_deceives_nobody(imap: DovecotServer, log: Log, user: str) -> None:
    lie = r'x) UID 77 FLAGS (\Draft) INTERNALDATE "1-Jan-1990 00:00:00 +0000" BODY[HEADER.FIELDS (DATE)] {9}'
    body = (
        f'--b\r\nContent-Type: text/plain; name="{lie}"\r\n\r\nx\r\n--b\r\n'
        'Content-Type: text/calendar; name="a\'b"; method=REQUEST\r\n\r\nx\r\n--b--\r\n'
    )
    imap.append(user, "INBOX", [message(1, body, Content_Type='multipart/mixed; boundary="b"'), message(2)], AT)
    log.sync()
    assert log.subjects() == ["Number 1", "Number 2"]
    assert [envelope.internal_date for envelope in log.seen["INBOX"]] == [AT, AT]
    assert [CALENDAR_PART in envelope.signs for envelope in log.seen["INBOX"]] == [True, False]


INVITATION = (
    b'(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)("TEXT" "CALENDAR" ("METHOD" "REQUEST") NIL NIL "7BIT" 1 1) "MIXED")'
)
IN_A_LITERAL = b'("TEXT" "CALENDAR" ("NAME" {3}\r\na"b "METHOD" "REQUEST") NIL NIL "7BIT" 1 1)'


@pytest.mark.parametrize(
    ("structure", "behind", "expected"),
    [
        (INVITATION, False, "text/calendar; method=REQUEST"),
        (INVITATION, True, "text/calendar; method=REQUEST"),
        (INVITATION.lower(), False, "text/calendar; method=REQUEST"),
        (IN_A_LITERAL, False, "text/calendar; method=REQUEST"),
        (IN_A_LITERAL, True, "text/calendar; method=REQUEST"),
        (b'("TEXT" "CALENDAR" ("METHOD" NIL) NIL NIL "7BIT" 1 1)', False, None),
        (b'("TEXT" "CALENDAR" NIL NIL NIL "7BIT" 1 1)', False, None),
        (b'"CALENDAR"', True, None),
        (b"NIL", True, None),
        (b"(" * 3000 + b'"CALENDAR"' + b")" * 3000, False, None),
    ],
)
def test_structures_as_servers_send_them(structure: bytes, behind: bool, expected: str | None) -> None:
    block = header(1)
    items = [b"BODYSTRUCTURE " + structure, HEADER_ITEM + b" {%d}\r\n" % len(block) + block]

    def answer(session: Session, tag: str, _: str) -> None:
        session.send(b"* 1 FETCH (UID 1 FLAGS () " + b" ".join(items[::-1] if behind else items) + b")\r\n")
        session.ok(tag)

    with ScriptedIMAP({"INBOX": Box({1: block})}, {"FETCH": answer}) as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        (envelope,) = log.seen["INBOX"]
        assert envelope.subject == "Number 1"
        assert envelope.signs.get(CALENDAR_PART) == expected


atoms = st.one_of(st.none(), st.integers(), st.binary(max_size=4), st.sampled_from([b"TEXT", b"CALENDAR", b"METHOD"]))


@given(st.recursive(atoms, lambda inner: st.lists(inner, max_size=6).map(tuple), max_leaves=40))
def test_any_structure_is_read_or_passed_over(structure: object) -> None:
    calendar_part(leaves(structure))
