"""Header blocks to envelopes: as the standard library reads them where well formed, unharmed where
not."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import Header, decode_header, make_header
from email.utils import format_datetime, getaddresses, parsedate_to_datetime, quote

import pytest
from generated import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mail_log import is_normalised

from activity.address import normalise
from activity.envelope import Envelope
from capture.mail.headers import parse_header

ARRIVED = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
SLOW_SECONDS = 2.0


def read(text: str | bytes) -> Envelope:
    return parse_header(text.encode() if isinstance(text, str) else text, ARRIVED)


def emails(*headers: tuple[object, ...]) -> list[str]:
    return [address.email for addresses in headers for address in addresses]  # type: ignore[attr-defined]


# --- well-formed headers, as the standard library reads them ---

word = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789", min_size=1, max_size=8)
phrase = st.lists(word, min_size=1, max_size=3).map(" ".join)
foreign = st.text("äöüßéèñçøåŁžабвг日本語メール한국어中文✓", min_size=1, max_size=30)
email_address = st.builds(
    "{}@{}.example".format, st.from_regex(r"[a-z]{1,8}([.+_-][a-z0-9]{1,4})?", fullmatch=True), word
)
comment = st.builds("({})".format, phrase)


@st.composite
def mailbox(draw: st.DrawFn) -> str:
    address = draw(email_address)
    match draw(st.integers(0, 6)):
        case 0:
            return address
        case 1:
            return f"<{address}>"
        case 2:
            return f"{draw(phrase)} <{address}>"
        case 3:
            odd = draw(st.text("abc ,;:@<>()\"\\.'", min_size=1, max_size=12)).strip()
            return f'"{quote(odd)}" <{address}>'
        case 4:
            charset = draw(st.sampled_from(["utf-8", "utf-16", "gb18030"]))
            return f"{Header(draw(foreign), charset, maxlinelen=60).encode(linesep='')} <{address}>"
        case 5:
            return f"{address} {draw(comment)}"
        case _:
            return f"{draw(phrase)} {draw(comment)} <{address}>"


@st.composite
def address_list(draw: st.DrawFn) -> str:
    members = draw(st.lists(mailbox(), min_size=1, max_size=4))
    text = ", ".join(members)
    return f"{draw(phrase)}: {text};" if draw(st.integers(0, 5)) == 0 else text


@st.composite
def folded(draw: st.DrawFn, value: str) -> str:
    """`value` with some of its spaces made line breaks."""
    parts = value.split(" ")
    out = parts[0]
    for part in parts[1:]:
        wants = part and out.rstrip() and draw(st.integers(0, 3)) == 0
        out += draw(st.sampled_from(["\r\n ", "\r\n\t", "\r\n  "])) + part if wants else " " + part
    return out


@st.composite
def header_blocks(draw: st.DrawFn) -> bytes:
    lines = []
    for name in ("From", "To", "TO", "Cc", "bcc"):
        if draw(st.integers(0, 3)):
            lines.append(f"{name}: {draw(folded(draw(address_list())))}")
    if draw(st.booleans()):
        subject = draw(phrase) if draw(st.booleans()) else Header(draw(foreign), "utf-8").encode(linesep="\r\n")
        lines.append(f"Subject: {subject}")
    if draw(st.booleans()):
        zone = draw(st.timezones()) if draw(st.booleans()) else UTC
        local = datetime.fromtimestamp(draw(st.integers(315_532_800, 2_000_000_000)), zone)
        offset = local.utcoffset()
        if offset is not None and offset.total_seconds() % 60 == 0:
            lines.append(f"Date: {draw(folded(format_datetime(local)))}")
    for name in ("Message-ID", "In-Reply-To", "References"):
        if draw(st.booleans()):
            ids = [
                f"<{draw(word)}.{n}@{draw(word)}.example>"
                for n in range(1 if name == "Message-ID" else draw(st.integers(1, 9)))
            ]
            lines.append(f"{name}: {draw(folded(' '.join(ids)))}")
    if draw(st.booleans()):
        lines.append("X-Unknown: passed over <nobody@x.example>")
    lines = draw(st.permutations(lines))
    return ("\r\n".join(lines) + "\r\n\r\nTo: body@x.example\r\nSubject: in the body\r\n").encode()


@settings(max_examples=examples(150), deadline=None)
@given(header_blocks())
def test_agrees_with_the_standard_library(block: bytes) -> None:
    ours, theirs = read(block), message_from_bytes(block)

    def unfolded(name: str) -> list[str]:
        return [value.replace("\r\n", "") for value in theirs.get_all(name, [])]

    for mine, name in ((ours.from_, "From"), (ours.to, "To"), (ours.cc, "Cc"), (ours.bcc, "Bcc")):
        pairs = [(shown, email) for shown, email in getaddresses(unfolded(name)) if email]
        assert [a.email for a in mine] == [normalise(email) for _, email in pairs]
        for address, (shown, _) in zip(mine, pairs, strict=True):
            if "(" not in "".join(unfolded(name)):  # the standard library counts comments to the name
                assert address.name == " ".join(str(make_header(decode_header(shown))).split())
    subject = unfolded("Subject")
    assert ours.subject == (" ".join(str(make_header(decode_header(subject[0]))).split()) if subject else "")
    assert ours.date == (parsedate_to_datetime(unfolded("Date")[0]).astimezone(UTC) if "Date" in theirs else None)
    assert ours.message_id == "".join(unfolded("Message-ID"))
    assert list(ours.in_reply_to) == "".join(unfolded("In-Reply-To")).split()
    assert list(ours.references) == "".join(unfolded("References")).split()
    assert ours.from_headers == len(unfolded("From"))
    assert ours.internal_date == ARRIVED


# --- anything at all ---

PIECES = [
    *(bytes([octet]) for octet in b'\0\t\r\n <>(),;:@"\\'),
    *(b"From:", b"To", b"\r\nSubject: ", b"\r\nDate:", b"Message-ID:", b"References:", b"\r\n", b"a@b.example"),
    *(b"=?utf-8?q?", b"=?utf-7?b?", b"=?unicode_escape?q?\\ud800?=", b"?=", b"\xff\xfe", "é日".encode(), b"\x1b[31m"),
    b"Sun, 22 Nov 99999 10:00:00 +9999",
]


@settings(max_examples=examples(600), deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join)))
@example(b"References:<\x00>")
@example(b"To: =?utf-7?q?+2AA-?= <a@b.example>\r\nSubject: =?utf-7?q?+2AA-?=\r\n\r\n")
@example(b'From: "=?unicode_escape?q?=5Cud800?=" <a@b.example>\r\n')
def test_never_raises_and_gives_text_that_can_be_stored(block: bytes) -> None:
    envelope = read(block)
    texts = [envelope.subject, envelope.message_id, *envelope.references]
    for address in (*envelope.from_, *envelope.to, *envelope.cc, *envelope.bcc):
        assert is_normalised(address.email)
        texts += [address.name, address.seen]
    for text in texts:
        text.encode("utf-8")  # no lone surrogates
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)


HOSTILE = {
    "10,000 recipients": b"To: "
    + b",\r\n ".join(b'"P %d" <person%d@x%d.example>' % (n, n, n) + b" " * 70 for n in range(10_000)),
    "200 KB subject": b"Subject: " + b"=?utf-8?q?=C3=A9?= " * 10_000,
    "200 KB plain subject": b"Subject: " + b"a " * 100_000,
    "500 nested comments": b"From: " + b"(" * 500 + b"x" + b")" * 500 + b" Ana <ana@x.example>",
    "500,000 open comments": b"To: " + b"(" * 500_000 + b" ana@x.example",
    "open quote": b'To: "' + b'\\"' * 300_000,
    "quotes": b"To: " + b'"' * 500_001,
    "open brackets": b"To: " + b"<" * 500_000,
    "backslashes": b"To: " + b"\\" * 500_001,
    "colons": b"To: " + b"a:" * 300_000,
    "at signs": b"To: " + b"@" * 500_000,
    "spaces": b"Date: Sun" + b" " * 500_000 + b"x\r\nTo: a" + b" " * 500_000 + b"@ b",
    "spaces in brackets": b"To: <a" + b" " * 500_000 + b"x@b>, c" + b" " * 500_000 + b"x@b",
    "one long word": b"To: " + b"a" * 1_000_000 + b"@x.example",
    "no colons": b"line without colon\r\n" * 50_000,
    "many fields": b"To: a@b.example\r\n" * 50_000,
    "folds": b"To:" + b"\r\n \t" * 200_000,
    "angles in references": b"References: " + b"<" * 300_000 + b"<a@b>" * 100_000,
    "CR only": b"To: a@b.example\r" * 50_000,
    "NULs": b"To: " + b"\0" * 1_000_000,
    "half encoded words": b"Subject: " + b"=?utf-8?q?" * 50_000,
    "raw latin-1": "Subject: Grüße\r\n".encode("latin-1") * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_takes_no_time(name: str) -> None:
    started = time.process_time()
    read(HOSTILE[name] + b"\r\n\r\n")
    assert time.process_time() - started < SLOW_SECONDS


def test_all_of_ten_thousand_recipients_are_read() -> None:
    assert len(read(HOSTILE["10,000 recipients"]).to) == 10_000


def test_a_sender_behind_500_comments_is_found() -> None:
    assert emails(read(HOSTILE["500 nested comments"]).from_) == ["ana@x.example"]


# --- where a header begins and ends ---


@pytest.mark.parametrize(
    "block",
    [
        b"To: ana@x.example\r\n\r\nCc: body@x.example\r\nSubject: body\r\n",
        b"To: ana@x.example\n\nCc: body@x.example\nSubject: body\n",
        b"To: ana@x.example\r\r\n\r\r\nCc: body@x.example\r\r\nSubject: body\r\r\n",
        b"To: ana@x.example\r\rCc: body@x.example\r",
    ],
    ids=["CRLF", "LF", "CRCRLF", "CR"],
)
def test_the_body_is_never_read(block: bytes) -> None:
    envelope = read(block)
    assert emails(envelope.to, envelope.cc) == ["ana@x.example"]
    assert envelope.subject == ""


def test_a_block_that_begins_with_an_empty_line_is_all_body() -> None:
    assert read("\r\nTo: body@x.example\r\n").to == ()


def test_a_value_may_begin_on_its_continuation_line() -> None:
    envelope = read("To:\r\n ana@x.example,\r\n\tben@x.example\r\nSubject:\r\n Hello\r\n\tthere\r\n\r\n")
    assert emails(envelope.to) == ["ana@x.example", "ben@x.example"]
    assert envelope.subject == "Hello there"


def test_a_continuation_at_the_very_top_belongs_to_nothing() -> None:
    assert emails(read(" To: lost@x.example\r\nTo: ana@x.example\r\n\r\n").to) == ["ana@x.example"]


def test_a_bare_cr_is_no_line_end_among_proper_ones() -> None:
    envelope = read("Subject: one\rBcc: smuggled@x.example\r\nTo: ana@x.example\r\n\r\n")
    assert emails(envelope.to, envelope.bcc) == ["ana@x.example"]


def test_lines_without_a_colon_harm_no_sibling() -> None:
    assert emails(read("From ana Sun Nov 22\r\nTo ana\r\nTo : ana@x.example\r\n\r\n").to) == ["ana@x.example"]


def test_several_fields_of_a_name_are_one_list_and_two_from_headers_are_counted() -> None:
    envelope = read("To: a@x.example\r\nFrom: b@x.example\r\nTO: c@x.example\r\nFrom: d@x.example\r\n\r\n")
    assert emails(envelope.to, envelope.from_) == ["a@x.example", "c@x.example", "b@x.example", "d@x.example"]
    assert envelope.from_headers == 2


def test_a_from_without_an_address_is_a_sign() -> None:
    envelope = read("From: MAILER-DAEMON\r\n\r\n")
    assert (envelope.from_, envelope.signs["from"]) == ((), "MAILER-DAEMON")


def test_signs_keep_their_order_and_are_unfolded() -> None:
    signs = read("Precedence: bulk\r\nList-Id: One\r\n <one.x.example>\r\nprecedence: list\r\n\r\n").signs
    assert signs == {"precedence": "bulk\nlist", "list-id": "One <one.x.example>"}


def test_raw_eight_bit_text_of_two_charsets_in_one_header() -> None:
    block = "Subject: Grüße\r\n".encode("latin-1") + "From: Jürgen <jürgen@x.example>\r\n\r\n".encode()
    envelope = read(block)
    assert (envelope.subject, envelope.from_[0].name, envelope.from_[0].email) == (
        "Grüße",
        "Jürgen",
        "jürgen@x.example",
    )


def test_raw_gb18030_leaves_the_address_readable() -> None:
    assert emails(read("From: 张伟 <zhang@x.example>\r\n\r\n".encode("gb18030")).from_) == ["zhang@x.example"]


def test_a_message_id_without_brackets_gets_them_and_an_endless_one_is_none() -> None:
    assert read("Message-ID: odd-id\r\n\r\n").message_id == "<odd-id>"
    assert read(f"Message-ID: {'a' * 2000}\r\n\r\n").message_id == ""


@pytest.mark.parametrize("nothing", ["<>", "< >", "<", " "])
def test_brackets_around_nothing_are_no_message_id(nothing: str) -> None:
    assert read(f"Message-ID: {nothing}\r\n\r\n").message_id == ""


@pytest.mark.parametrize(
    ("fields", "resent", "resent_id"),
    [
        ("Resent-From: kim@x.example\r\nResent-Date: Tue, 1 Sep 2026 10:00:00 +0200\r\n", True, ""),
        ("Resent-Message-ID: <again@x.example>\r\nResent-From: kim@x.example\r\n", True, "<again@x.example>"),
        (
            "Resent-Message-Id: <2@x>\r\nResent-From: a@x\r\nResent-Message-Id: <1@x>\r\nResent-From: b@x\r\n",
            True,
            "<2@x>",
        ),
        ("Resent-From:\r\n", False, ""),
        ("Resent-To: kim@x.example\r\n", False, ""),  # who resends says so, and when
        ("", False, ""),
    ],
)
def test_what_was_resent_says_so(fields: str, resent: bool, resent_id: str) -> None:
    envelope = read(f"{fields}From: Tom <tom@x.example>\r\nMessage-ID: <m@x.example>\r\n\r\n")
    assert (envelope.resent, envelope.resent_id, envelope.message_id) == (resent, resent_id, "<m@x.example>")
    assert emails(envelope.from_) == ["tom@x.example"]
    assert not envelope.signs
