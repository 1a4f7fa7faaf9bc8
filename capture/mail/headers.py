"""The header of a message, as bytes, to an Envelope."""

from __future__ import annotations

import re
from datetime import datetime

from activity.address import Address
from activity.envelope import CALENDAR_PART, FROM_DOUBT, REPORT_PART, SIGN_HEADERS, Envelope
from capture.mail.addresses import parse_addresses
from capture.mail.author import doubt_about
from capture.mail.dates import parse_date
from capture.mail.encoded_words import decode_words
from capture.mail.message_ids import message_id, message_ids
from capture.mail.thread_index import thread_index

HEADER_FIELDS: tuple[str, ...] = (
    "date", "from", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references", "reply-to",
    "x-original-from", "x-original-sender", "x-ms-exchange-parent-message-id", "resent-from", "resent-date",
    "resent-message-id", "thread-index", *SIGN_HEADERS,
)  # fmt: skip

_READ = frozenset(HEADER_FIELDS)
_SPELT = {spelling: name for name in HEADER_FIELDS for spelling in (name.title(), name.upper(), name)}
_SPELT |= {"Message-ID": "message-id", "List-ID": "list-id", "Content-class": "content-class"}
_RESENT = ("resent-from", "resent-date", "resent-message-id")
_OF_COPIES = ("x-original-from", "x-original-sender", "x-ms-exchange-parent-message-id", *_RESENT)
_MORE_RETURNS = re.compile(r"\r+\n")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
SUBJECT_CHARACTERS = 500
SIGN_CHARACTERS = 2000
_WHOLE = "authentication-results"  # what was cut off may say that it failed


def parse_header(
    block: bytes, internal_date: datetime | None, calendar_part: str = "", report_part: str = ""
) -> Envelope:
    """Read the fields we know from a header block (RFC 5322 §2.2); anything else is passed over.

    `calendar_part` and `report_part` are what the message's structure adds to its signs. Never
    raises: what is malformed is absent. Line ends may be CRLF, LF or CR.
    """
    fields = _usual_fields(block) or header_fields(block, _READ)
    return envelope_of_fields(fields, block, internal_date, calendar_part, report_part)


def envelope_of_fields(
    signs: dict[str, str],
    block: bytes | None,
    internal_date: datetime | None,
    calendar_part: str = "",
    report_part: str = "",
) -> Envelope:
    """The same of values by their names, as `header_fields` gives them; the dict is taken over.

    `block` has the octets that they were decoded from, None where they came as text.
    """
    take = signs.pop
    from_ = take("from", None)
    senders = _addresses(from_)
    to, cc, bcc = take("to", None), take("cc", None), take("bcc", None)
    answered, named = take("in-reply-to", None), take("references", None)
    envelope = Envelope(
        message_id(take("message-id", None)),
        _date(take("date", None)),
        internal_date,
        senders,
        _addresses(to) if to else (),
        _addresses(cc) if cc else (),
        _addresses(bcc) if bcc else (),
        _subject(take("subject", None)),
        message_ids(answered) if answered else (),
        message_ids(named) if named else (),
        signs,
        0 if from_ is None else from_.count("\n") + 1,
    )
    if (reply_to := take("reply-to", None)) is not None:
        envelope.reply_to = _addresses(reply_to)
    if (index := take("thread-index", None)) is not None:
        envelope.thread_index = thread_index(index)
    if not signs.keys().isdisjoint(_OF_COPIES):
        sender = take("x-original-sender", None)
        envelope.original_from = _addresses(take("x-original-from", None)) or _addresses(sender)
        envelope.copy_of = message_id(take("x-ms-exchange-parent-message-id", None))
        envelope.resent_id = message_id(signs.get("resent-message-id"))
        envelope.resent = [take(name, "") for name in _RESENT] != ["", "", ""]
    if block is None or len(block) > SIGN_CHARACTERS:
        signs.update({name: value[:SIGN_CHARACTERS] for name, value in signs.items() if name != _WHOLE})
    if from_ is not None and not senders:
        signs["from"] = _topmost(from_)[:SIGN_CHARACTERS]  # "MAILER-DAEMON" and the like: no address, but a sign
    if senders and from_ is not None and (doubt := doubt_about(from_, from_.encode() if block is None else block)):
        signs[FROM_DOUBT] = doubt
    if calendar_part:
        signs[CALENDAR_PART] = calendar_part
    if report_part:
        signs[REPORT_PART] = report_part
    return envelope


def _usual_fields(block: bytes) -> dict[str, str] | None:
    """The same as `header_fields`, for a block as nearly all are: UTF-8, CRLF, each field once and
    spelt as usual."""
    try:
        unfolded = block.decode().replace("\r\n ", " ").replace("\r\n\t", " ")
        lines = unfolded.removesuffix("\r\n\r\n").split("\r\n")
        fields: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                return None
            fields[_SPELT[name]] = value.strip()
    except (UnicodeDecodeError, KeyError):
        return None
    usual = len(fields) == len(lines) == unfolded.count("\n") - 1 == unfolded.count("\r") - 1
    return fields if usual else None


def header_fields(block: bytes, wanted: frozenset[str]) -> dict[str, str]:
    """The unfolded values of the `wanted` fields (lower-case names), several of one name joined by
    a newline, topmost first; what stands below the header is never read."""
    fields: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}
    for line in _lines(block):
        name, colon, value = line.partition(":")
        key = _SPELT.get(name) or name.rstrip().lower()
        if not colon or key not in wanted:
            continue
        if key in fields:
            repeated.setdefault(key, [fields[key]]).append(value.strip())
        else:
            fields[key] = value.strip()
    for key, values in repeated.items():
        fields[key] = "\n".join(values)
    return fields


def _lines(block: bytes) -> list[str]:
    text = _text(block).replace("\r\n", "\n")
    if "\r" in text:
        text = _MORE_RETURNS.sub("\n", text).replace("\r", " ") if "\n" in text else text.replace("\r", "\n")
    if text.startswith("\n"):
        return []
    header = text.partition("\n\n")[0]
    return header.replace("\n ", " ").replace("\n\t", " ").split("\n")


def _text(block: bytes) -> str:
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(map(_eight_bit_line, block.split(b"\n")))


def _eight_bit_line(line: bytes) -> str:
    """Raw 8-bit text, against RFC 5322: UTF-8 (RFC 6532) where it can be, else what Western
    programs wrote."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _topmost(value: str) -> str:
    return value.partition("\n")[0]


def _addresses(value: str | None) -> tuple[Address, ...]:
    if not value:
        return ()
    return parse_addresses(value.replace("\n", ", ") if "\n" in value else value)


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    return parse_date(_topmost(value) if "\n" in value else value)


def _subject(value: str | None) -> str:
    if not value:
        return ""
    text = value
    if not value.isprintable() or "=?" in value:
        text = _CONTROL.sub(" ", decode_words(_topmost(value)))
    return " ".join(text.split())[:SUBJECT_CHARACTERS]
