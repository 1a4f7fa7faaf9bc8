"""The header of a message, as bytes, to an Envelope."""

from __future__ import annotations

import re
from datetime import datetime

from activity.address import Address
from activity.envelope import SIGN_HEADERS, Envelope
from capture.mail.addresses import parse_addresses
from capture.mail.dates import parse_date
from capture.mail.encoded_words import decode_words

HEADER_FIELDS: tuple[str, ...] = (
    "date", "from", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references", *SIGN_HEADERS,
)  # fmt: skip

_READ = frozenset(HEADER_FIELDS)
_SIGNS = frozenset(SIGN_HEADERS)
_MESSAGE_ID = re.compile(r"<[^<>]{1,996}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
SUBJECT_CHARACTERS = 500
SIGN_CHARACTERS = 2000
REFERENCES_KEPT = 100


def parse_header(block: bytes, internal_date: datetime | None) -> Envelope:
    """Read the fields we know from a header block (RFC 5322 §2.2); anything else is passed over.

    Never raises: what is malformed is absent. Line ends may be CRLF, LF or CR.
    """
    fields = _fields(_lines(block))
    signs = {name: "\n".join(values)[:SIGN_CHARACTERS] for name, values in fields.items() if name in _SIGNS}
    date = fields.get("date")
    from_ = fields.get("from", ())
    senders = _addresses(from_)
    if from_ and not senders:
        signs["from"] = from_[0][:SIGN_CHARACTERS]  # "MAILER-DAEMON" and the like: no address, but a sign
    return Envelope(
        message_id=_message_id(fields),
        date=parse_date(date[0]) if date else None,
        internal_date=internal_date,
        from_=senders,
        to=_addresses(fields.get("to", ())),
        cc=_addresses(fields.get("cc", ())),
        bcc=_addresses(fields.get("bcc", ())),
        subject=_subject(fields),
        in_reply_to=_references(fields.get("in-reply-to", ())),
        references=_references(fields.get("references", ())),
        signs=signs,
        from_headers=len(from_),
    )


def _lines(block: bytes) -> list[str]:
    try:
        text = block.decode("ascii")
    except UnicodeDecodeError:
        try:
            text = block.decode("utf-8")
        except UnicodeDecodeError:
            text = block.decode("cp1252", "replace")
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        text = text.replace("\r", " " if "\n" in text else "\n")
    header = text.partition("\n\n")[0]
    return header.replace("\n ", " ").replace("\n\t", " ").split("\n")


def _fields(lines: list[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.rstrip().lower()
        if colon and key in _READ:
            fields.setdefault(key, []).append(value.strip())
    return fields


def _addresses(values: list[str] | tuple[()]) -> tuple[Address, ...]:
    if not values:
        return ()
    return parse_addresses(values[0] if len(values) == 1 else ", ".join(values))


def _message_id(fields: dict[str, list[str]]) -> str:
    values = fields.get("message-id")
    if not values:
        return ""
    bracketed = _MESSAGE_ID.search(values[0])
    text = bracketed[0] if bracketed else values[0]
    return _CONTROL.sub("", text) if len(text) <= 998 else ""


def _references(values: list[str] | tuple[()]) -> tuple[str, ...]:
    if not values:
        return ()
    return tuple(_MESSAGE_ID.findall(" ".join(values)[:100_000])[:REFERENCES_KEPT])


def _subject(fields: dict[str, list[str]]) -> str:
    values = fields.get("subject")
    if not values:
        return ""
    return " ".join(_CONTROL.sub(" ", decode_words(values[0])).split())[:SUBJECT_CHARACTERS]
