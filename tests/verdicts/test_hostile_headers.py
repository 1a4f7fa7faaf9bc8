"""Long, broken and forged headers are judged without harm."""

from __future__ import annotations

import time

import pytest

from activity.address import Address
from activity.envelope import SIGN_HEADERS, Envelope
from matchers.policy import Policy
from matchers.verdicts.evidence import evidence
from matchers.verdicts.header_values import keyword, media_types, without_comments
from matchers.verdicts.lists import list_ids
from matchers.verdicts.mail import judge_message
from matchers.verdicts.wording import quoted

_POLICY = Policy(frozenset({"ana@acme.example"}), frozenset({"acme.example"}), trusted_authserv_ids=frozenset({"mx.a"}))


@pytest.mark.parametrize(
    "piece", ["(", "((a)", '"', "\\", "; a=", "<", "a.", " ", "\n", "dmarc=fail;", "auto", "\udce9", "mailto:"]
)
def test_a_long_header_takes_no_time(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    sender = (Address("tom@widgets.example"),)
    started = time.process_time()
    for name in SIGN_HEADERS:
        envelope = Envelope("<1@x>", None, None, sender, subject=long, in_reply_to=("<2@x>",), signs={name: long})
        judge_message(envelope, _POLICY)
        evidence(envelope)
    judge_message(Envelope("<1@x>", None, None, sender, signs=dict.fromkeys(SIGN_HEADERS, long)), _POLICY)
    assert time.process_time() - started < 5  # a guard against quadratic time, which would take minutes


def test_reasons_hold_no_control_or_bidi_characters() -> None:
    signs = {"auto-submitted": "auto-replied\x1b[2J\u202eevil\x00\ud800" + "x" * 500}
    reason = judge_message(Envelope("<1@x>", None, None, (Address("t@w.example"),), signs=signs), _POLICY).reason
    assert reason.startswith("Auto-Submitted: auto-replied [2J evil x")
    assert len(reason) == len("Auto-Submitted: ") + 120


@pytest.mark.parametrize(
    ("field", "bare"),
    [
        ("no (a comment (nested \\) too)) way", "no   way"),
        ('"(no comment)" (comment)', '"(no comment)"'),
        ("(never closed", ""),
        ("stray ) bracket", "stray ) bracket"),
    ],
)
def test_comments_are_taken_out(field: str, bare: str) -> None:
    assert without_comments(field).strip() == bare


@pytest.mark.parametrize(
    ("field", "word"),
    [("Auto-Replied; x=y", "auto-replied"), ("(no) Auto-Replied", "auto-replied"), ("", ""), ("(no)", ""), ("€", "")],
)
def test_keyword_is_the_first_word(field: str, word: str) -> None:
    assert keyword(field) == word


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('Multipart/Report; boundary="; report-type=x"; Report-Type = "Delivery-Status"', "delivery-status"),
        ("multipart/report; report-type*=utf-8''delivery%2Dstatus", "delivery-status"),
        ("multipart/report; report-type*0=delivery; report-type*1=-status", "delivery-status"),
        ("multipart/report; report-type=delivery-status; report-type=x", "delivery-status"),
        ("multipart/report; boundary=report-type", None),
    ],
)
def test_report_type_is_read(value: str, found: str | None) -> None:
    ((media_type, parameters),) = media_types(value)
    assert media_type == "multipart/report"
    assert parameters.get("report-type") == found


def test_a_long_list_identifier_is_cut_between_labels() -> None:
    assert list_ids(f"<{'y' * 40}.team.acme.example>") == ["team.acme.example"]
    assert list_ids("<" + "y" * 100 + ">") == ["y" * 48]


def test_quoted_is_one_short_line() -> None:
    assert quoted("a\r\n b\u200b c") == "a b c"
    assert quoted("x" * 300, 10) == "x" * 9 + "…"
