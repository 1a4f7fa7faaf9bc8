"""A message resource of Graph's as an Envelope: its header where there is one, else its properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from activity.address import Address, normalise
from activity.envelope import Envelope
from capture.graph.times import instant
from capture.mail.headers import HEADER_FIELDS, SUBJECT_CHARACTERS, envelope_of_fields
from capture.mail.thread_index import thread_index

HEADER = "internetMessageHeaders"
FIELDS = (
    f"{HEADER},internetMessageId,subject,sentDateTime,receivedDateTime,from,sender,toRecipients,ccRecipients,"
    "bccRecipients,replyTo,conversationIndex,isDraft,hasAttachments"
)
_WHOLE = frozenset(("subject", "receivedDateTime", "toRecipients", "isDraft"))
_READ = frozenset(HEADER_FIELDS)
_BREAKS = re.compile(r"[\r\n\0\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_CALENDAR = {"eventMessageRequest": "REQUEST", "eventMessageResponse": "REPLY", "eventMessage": "CANCEL"}


def is_whole(row: Mapping[str, Any]) -> bool:
    """Does it tell what is asked for? After a change of a flag, only that is told."""
    return row.keys() >= _WHOLE and ("from" in row or "sender" in row)


@lru_cache(maxsize=1000)
def _read_as(name: str) -> str:
    """The name of a field that we know, "" of any other."""
    known = name.lower()
    return known if known in _READ else ""


def fields_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The header's fields as `capture.mail.headers` has them, none where the row has no header: what a
    value breaks off into is part of it, never a field of its own."""
    found = row.get("internetMessageHeaders")
    fields: dict[str, str] = {}
    for one in found if isinstance(found, list) else ():
        try:
            if name := _read_as(one["name"]):
                value = one["value"].strip()
                value = value if value.isprintable() else _in_one_line(value)
                fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        except (TypeError, KeyError, AttributeError):  # no object with both, or they are no text
            continue
    return fields


def _in_one_line(value: str) -> str:
    return _BREAKS.sub(" ", value).encode("utf-8", "replace").decode()


def envelope_of(row: Mapping[str, Any], fields: dict[str, str], sent: bool) -> Envelope:
    """What is kept of a message; never raises. `fields` are those of its header, which are taken over; none
    where it is one that was sent and so never had any."""
    received, is_bare = instant(row.get("receivedDateTime")), not fields
    envelope = envelope_of_fields(fields, None, received, _calendar_part(row))
    if not envelope.message_id:
        envelope.message_id = _message_id(row.get("internetMessageId"))
    if envelope.date is None:
        envelope.date = instant(row.get("sentDateTime"))
    if not envelope.from_ and envelope.from_headers == 0:
        envelope.from_ = addresses([row.get("from") or row.get("sender")])
        envelope.from_headers = 1 if envelope.from_ else 0
    if not (envelope.to or envelope.cc):
        envelope.to, envelope.cc = addresses(row.get("toRecipients")), addresses(row.get("ccRecipients"))
    if not envelope.bcc:
        envelope.bcc = addresses(row.get("bccRecipients"))
    if not envelope.reply_to and is_bare:
        envelope.reply_to = addresses(row.get("replyTo"))
    if not envelope.subject and isinstance(subject := row.get("subject"), str):
        envelope.subject = " ".join("".join(c if c.isprintable() else " " for c in subject).split())[
            :SUBJECT_CHARACTERS
        ]
    if envelope.thread_index is None and isinstance(index := row.get("conversationIndex"), str):
        envelope.thread_index = thread_index(index)
    envelope.in_sent, envelope.bare = sent, is_bare
    return envelope


def addresses(recipients: Any) -> tuple[Address, ...]:
    """Of a list of recipients: null, an empty one and one without an address are nobody, and so is
    one by a legacy name ("/o=ExchangeLabs/…")."""
    found = []
    for one in recipients if isinstance(recipients, list) else ():
        if (address := address_of(one)) is not None:
            found.append(address)
    return tuple(found)


def address_of(recipient: Any) -> Address | None:
    told = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    if not isinstance(told, dict) or not isinstance(seen := told.get("address"), str):
        return None
    email = normalise(seen)
    name = told.get("name")
    return None if email is None else Address(email, name.strip() if isinstance(name, str) else "", seen)


def type_of(row: Mapping[str, Any]) -> str:
    """What "#microsoft.graph.eventMessageRequest" says it is; "" for a plain message."""
    told = row.get("@odata.type")
    return told.rpartition(".")[2] if isinstance(told, str) else ""


def _calendar_part(row: Mapping[str, Any]) -> str:
    method = _CALENDAR.get(type_of(row))
    return f"text/calendar; method={method}" if method else ""


def _message_id(told: Any) -> str:
    text = told.strip() if isinstance(told, str) else ""
    return f"<{text.strip('<>')}>" if text and text.isprintable() else ""


def newer_than(row: Mapping[str, Any], first: datetime) -> bool:
    """Did it arrive at `first` or later, as far as Graph tells?"""
    received = instant(row.get("receivedDateTime"))
    return received is None or received >= first
