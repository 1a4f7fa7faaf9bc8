"""What is stored of a message gives the same class as its whole header did, under whatever rules come later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from activity.address import Address
from activity.envelope import CALENDAR_PART, SIGN_HEADERS, Envelope
from matchers.house import House
from matchers.message import judge_mail, message_facts
from matchers.verdicts import evidence as evidence_room
from matchers.verdicts import mail
from matchers.verdicts.evidence import evidence
from matchers.verdicts.mail import judge_message

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_HOUSES = [
    House(),
    House(frozenset({"tom@widgets.example"}), frozenset({"acme.example"}), 1),
    House(
        frozenset({"ana@acme.example"}), frozenset({"widgets.example"}), 25, trusted_authserv_ids=frozenset({"mx.a"})
    ),
    House(
        frozenset(), frozenset({"list.example", "acme.example"}), 2, trusted_authserv_ids=frozenset({"mx.b", "mx.c"})
    ),
]
_EMAILS = [
    "tom@widgets.example", "ana@acme.example", "info@other.example", "mailer-daemon@widgets.example", "root@a.example",
    "postmaster@acme.example", "no-reply@shop.example", "calendar-notification@google.com", "mail@other.example",
]  # fmt: skip
_VALUES: dict[str, list[str]] = {
    "return-path": ["<>", "< >", "(x) <>", "<MAILER-DAEMON>", "<mailer-daemon@x.example>", "<a@b.example>", "", "<>x"],
    "sender": ["Google Calendar <calendar-notification@google.com>", "a@b.example", "x" * 60 + "calendar-invites@x"],
    "auto-submitted": ["no", "No (really)", "auto-replied", "AUTO-GENERATED;x", "auto-notified", "bot", "", "no\nyes"],
    "precedence": ["bulk", "Junk", "list", "auto_reply", "normal", "(bulk) list", "", "first-class"],
    "x-autoreply": ["yes", "no", "", "no\x00"],
    "x-autoreply-from": ["a@b.example", "none"],
    "x-autorespond": ["Re: hello", "\x00"],
    "x-autoresponder": ["0", "1"],
    "x-apple-action": ["VACATION", "JUNK"],
    "x-auto-response-suppress": ["All", "DR, OOF", "NDR", ""],
    "x-failed-recipients": ["a@b.example", " ", "\u202e"],
    "list-id": [
        "<users.list.example>", "Team <team.acme.example>", "", "<>", "x" * 70, "<a.list.example>\n<b.widgets.example>",
        f"<{'y' * 40}.team.acme.example>", "(c <x>) plain.acme.example", "<\u0130.acme.example>",
    ],
    "list-post": ["NO", "no (closed)", "<mailto:t@acme.example>", "<https://x.example>", "", "NO <mailto:a@b.example>"],
    "list-unsubscribe": ["<https://x.example/u>", "", " ", "\x01"],
    "content-type": [
        "text/plain", "text/html; charset=x\ntext/calendar; method=REPLY", "multipart/mixed; boundary=report", "x",
        "multipart/report; report-type=delivery-status", "multipart/report", "multipart/report; report-type=\u20ac", "",
        'multipart/report; report-type="disposition-notification', "message/feedback-report", "text/calendar",
        "text/calendar; method=\u20ac", "multipart/report; report-type*=us-ascii''feedback-report", "multipart/signed",
    ],
    "content-class": ["urn:content-classes:message", "URN:content-classes:MDN", ""],
    "x-ms-exchange-calendar-series-instance-id": ["BAAA", ""],
    "authentication-results": [
        "mx.a; dmarc=fail", "mx.b; dmarc=pass\nmx.c; dmarc=fail", "mx.c; spf=pass\nmx.c; dmarc=fail",
        "mx.a 1; dmarc=fail (p=none)", "spf=pass; dmarc=fail", f"{'z' * 130}; dmarc=fail\nmx.a; dmarc=fail",
        '"mx.a"; dmarc=fail',
        "mx.x; dmarc=fail\nmx.y; dmarc=fail\nmx.z; dmarc=pass\nmx.a; dmarc=fail\nmx.b; DMARC = FAIL",
    ],
    "from": ["MAILER-DAEMON <>", "Your Bank", "Post Master"],
    CALENDAR_PART: ["text/calendar; method=REQUEST", "text/calendar; method=CANCEL"],
}  # fmt: skip
_SUBJECTS = [
    "The offer", "Automatic reply: The offer", "Re: Automatic reply: x", "Undeliverable: x", "Read: x",
    "Unzustellbar x", "自動応答 x", "[EXT] Abwesend: Returned mail", "Delivery failed: parcel", "",
    "Gelesen: Mail delivery", "'quoted' (x",
]  # fmt: skip

_hostile = st.text(st.characters(exclude_categories=()), max_size=40)
_pieces = st.sampled_from(
    ["(", ")", '"', ";", "=", "<", ">", "\\", "\n", " ", "report-type", "method", "no", "dmarc", "fail"]
)


def _value(name: str) -> st.SearchStrategy[str]:
    mixed = st.lists(st.one_of(_pieces, st.sampled_from(_VALUES[name]), _hostile), max_size=6).map("".join)
    return st.one_of(st.sampled_from(_VALUES[name]), st.sampled_from(_VALUES[name]), mixed)


_addresses = st.lists(st.sampled_from(_EMAILS).map(Address), max_size=3).map(tuple)
_references = st.sampled_from([(), ("<1@acme.example>",)])
_signs = st.sets(st.sampled_from(sorted(_VALUES)), max_size=5).flatmap(
    lambda names: st.fixed_dictionaries({name: _value(name) for name in names})
)
_envelopes = st.builds(
    Envelope,
    message_id=st.just("<1@widgets.example>"),
    date=st.none(),
    internal_date=st.none(),
    from_=st.one_of(_addresses, st.sampled_from(_EMAILS).map(lambda email: (Address(email),))),
    to=_addresses,
    cc=st.one_of(st.just(()), _addresses),
    subject=st.one_of(st.sampled_from(_SUBJECTS), _hostile),
    in_reply_to=_references,
    references=_references,
    signs=_signs,
    from_headers=st.sampled_from([0, 1, 1, 1, 2]),
)


def test_generated_names_are_the_headers_that_are_fetched() -> None:
    assert set(_VALUES) == {*SIGN_HEADERS, "from", CALENDAR_PART}


@settings(max_examples=1500, deadline=None)
@given(_envelopes, st.booleans())
def test_evidence_judges_like_the_whole_header(envelope: Envelope, subject_is_stored: bool) -> None:
    kept = evidence(envelope)
    stored = replace(
        envelope,
        signs=kept,
        subject=envelope.subject if subject_is_stored else "",
        from_headers=int(kept.get("from-headers", "1")),
    )
    for house in _HOUSES:
        whole, again = judge_message(envelope, house), judge_message(stored, house)
        assert again.kind == whole.kind, (whole.reason, again.reason, kept)
    assert evidence(stored) == kept


@settings(max_examples=1000, deadline=None)
@given(_envelopes)
@example(Envelope("<1@x>", None, None, (Address("a@b.example"),), signs={"precedence": "bulk"}, subject="Autoreply: x"))
@example(Envelope("<1@x>", None, None, (Address("root@b.example"),), signs={"list-id": "<l.b.example>"}, subject="Hi"))
def test_the_quick_looks_change_no_verdict(envelope: Envelope) -> None:
    def answers() -> list[object]:
        return [evidence(envelope), *(judge_message(envelope, house) for house in _HOUSES)]

    at_a_glance = answers()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "is_ordinary", lambda _: False)
        patch.setattr(mail, "is_ordinary_list_mail", lambda _: False)
        patch.setattr(evidence_room, "is_ordinary_list_mail", lambda _: False)
        assert answers() == at_a_glance


@settings(max_examples=300, deadline=None)
@given(st.lists(_envelopes, max_size=8))
def test_what_is_remembered_of_others_changes_no_judgement(envelopes: list[Envelope]) -> None:
    for house in _HOUSES:
        experienced = replace(house)
        for envelope in envelopes:
            facts = message_facts(envelope, NOW, lambda _: False, True)
            assert facts is not None
            assert judge_mail(facts, experienced) == judge_mail(facts, replace(house))


@settings(max_examples=1000, deadline=None)
@given(_envelopes)
def test_evidence_is_small_and_clean(envelope: Envelope) -> None:
    kept = evidence(envelope)
    assert sum(len(f"{name}{value}".encode()) for name, value in kept.items()) <= 500
    for house in _HOUSES:
        reason = judge_message(envelope, house).reason
        assert reason.isprintable()
        assert len(reason) <= 320


def test_a_header_full_of_everything_keeps_only_what_decides() -> None:
    signs = {name: values[0] for name, values in _VALUES.items()} | {"content-type": "multipart/report"}
    everything = Envelope("<1@x>", None, None, (Address("tom@widgets.example"),), signs=signs, subject="Undeliverable")
    assert evidence(everything) == {
        "authentication-results": "mx.a; dmarc=fail",
        "content-type": "multipart/report",
    }
