"""What is in a message in a file beside its header: calendars, delivery reports, hostile
structures."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from calendar_samples import CalendarMail, calendar_mail
from file_log import SEPARATOR, FileLog

from activity.envelope import CALENDAR_PART, Envelope


@pytest.mark.parametrize("sample", calendar_mail(), ids=lambda sample: sample.name)
def test_a_calendar_within_a_message_is_seen(tmp_path: Path, sample: CalendarMail) -> None:
    (tmp_path / "one.eml").write_bytes(sample.message)
    assert_calendar(FileLog(tmp_path / "one.eml"), [sample])


def test_calendars_within_the_messages_of_an_mbox_are_seen(tmp_path: Path) -> None:
    samples = calendar_mail()
    mbox = b"".join(SEPARATOR + sample.message.replace(b"\r\n", b"\n") + b"\n" for sample in samples)
    (tmp_path / "all.mbox").write_bytes(mbox)
    assert_calendar(FileLog(tmp_path / "all.mbox"), samples)


STATUS = "Final-Recipient: rfc822; gone@client.example\nAction: failed\nStatus: 5.1.1\n"
BOUNCE = (
    "From: MAILER-DAEMON@x.example\nDate: 2 Mar 2026 10:00:00 +0000\nSubject: failure\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    "--b\nContent-Type: text/plain\n\nno such user\n"
    f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n{STATUS}"
    f"\n--b\nContent-Type: message/rfc822\n\nSubject: hello\n\n{STATUS.replace('gone', 'quoted')}--b--\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOUNCE, ("gone@client.example",)),
        (BOUNCE.replace("\n", "\r\n"), ("gone@client.example",)),
        (BOUNCE.partition("\n--b\nContent-Type: message/rfc822")[0], ("gone@client.example",)),
        (BOUNCE.replace("Action: failed", "Action: delayed"), ()),
        (BOUNCE.replace("message/delivery-status\n\n", "message/delivery-status\nContent-Transfer-Encoding:"
                        " quoted-printable\n\n").replace("gone@", "gone=40"), ("gone@client.example",)),
        (BOUNCE.replace("message/delivery-status", "text/plain"), ()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["one.eml", "all.mbox"])
def test_a_bounce_in_a_file_names_whom_it_could_not_reach(
    tmp_path: Path, name: str, text: str, expected: tuple[str, ...]
) -> None:
    separator = SEPARATOR if name == "all.mbox" else b""
    (tmp_path / name).write_bytes(separator + text.encode() + b"\n")
    (envelope,) = [item for batch in FileLog(tmp_path / name).sync() for item in batch.items]
    assert isinstance(envelope, Envelope)
    assert envelope.failed_recipients == expected


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_in_a_file_tells_what_it_returns(tmp_path: Path, kind: str) -> None:
    report = BOUNCE.replace("x.example\n\nFinal", "x.example\nArrival-Date: Mon, 2 Mar 2026 09:00:00 +0000\n\nFinal")
    report = report.replace("message/rfc822", kind).replace("hello", "hello\nMessage-ID: <lost@acme.example>")
    (tmp_path / "one.eml").write_text(report, encoding="utf-8")
    (envelope,) = [item for batch in FileLog(tmp_path / "one.eml").sync() for item in batch.items]
    assert isinstance(envelope, Envelope)
    assert envelope.failed_recipients == ("gone@client.example",)
    assert (envelope.is_report, envelope.returned_id) == (True, "<lost@acme.example>")
    assert envelope.arrival_date == datetime(2026, 3, 2, 9, tzinfo=UTC)


def assert_calendar(log: FileLog, samples: list[CalendarMail]) -> None:
    envelopes = [item for batch in log.sync() for item in batch.items if isinstance(item, Envelope)]
    found = ["calendar" if CALENDAR_PART in envelope.signs else "person" for envelope in envelopes]
    assert found == [sample.verdict for sample in samples]


def test_a_hostile_structure_takes_no_time(tmp_path: Path) -> None:
    nested = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(9000)
    )
    hostile = (
        b'Subject: deep\r\nDate: 2 Mar 2026 10:00:00 +0000\r\nContent-Type: multipart/mixed; boundary="b0"\r\n\r\n'
        + nested
        + b"text/calendar"
    )
    (tmp_path / "one.eml").write_bytes(hostile + b"\r\n--b1" * 100_000)
    started = time.monotonic()
    assert FileLog(tmp_path / "one.eml").new() == ["deep"]
    assert time.monotonic() - started < 2
