"""Every written sample gets its class, says why, and keeps it when judged again from its
evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest
from header_blocks import POLICY, Sample, samples

from activity.verdict import MailVerdict
from matchers.verdicts.evidence import evidence
from matchers.verdicts.mail import judge_message

ALL = samples()


@pytest.mark.parametrize("sample", ALL, ids=str)
def test_sample_gets_its_class(sample: Sample) -> None:
    verdict = judge_message(sample.envelope, POLICY)
    assert verdict.kind == sample.expected, verdict.reason


@pytest.mark.parametrize("sample", ALL, ids=str)
def test_evidence_alone_gives_the_same_class(sample: Sample) -> None:
    kept = evidence(sample.envelope)
    assert sum(len(name) + len(value) for name, value in kept.items()) <= 250
    for subject in (sample.envelope.subject, ""):  # the subject may not be stored
        stored = replace(sample.envelope, signs=kept, subject=subject)
        assert judge_message(stored, POLICY).kind == sample.expected


def test_there_are_enough_of_every_class() -> None:
    counts = Counter(sample.expected for sample in ALL)
    assert len(ALL) >= 150
    assert set(counts) == set(get_args(MailVerdict))
    assert counts["person"] >= 40


def test_plain_people_keep_no_evidence() -> None:
    plain = [sample for sample in ALL if sample.name in {"plain", "iPhone", "S/MIME signed", "VERP Return-Path"}]
    assert len(plain) == 4
    assert all(evidence(sample.envelope) == {} for sample in plain)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("plain", "no sign of an automatic sender"),
        ("Exim autoreply", "Auto-Submitted: auto-replied"),
        ("List-Id alone", "List-Id: <announce.widgets.example>"),
        ("no-reply shop", "From: no-reply@shop.example is a no-reply sender"),
        ("Exim, only the failed recipients tell", "X-Failed-Recipients: tom@widgets.example, kim@widgets.example"),
        ("our own postmaster, no report", "From: postmaster@acme.example is the mail system"),
        ("German Abwesend", "Subject: out-of-office prefix 'abwesend', and In-Reply-To"),
        ("DMARC fails", "Authentication-Results: mx.acme.example; dmarc=fail"),
        ("to nobody we can see", "From is our own, and there is no recipient"),
        ("outbound to more than the limit", "4 external recipients, more than 3"),
    ],
)
def test_reason_names_the_deciding_header(name: str, reason: str) -> None:
    (sample,) = (sample for sample in ALL if sample.name == name)
    assert judge_message(sample.envelope, POLICY).reason == reason
