"""Which parts of a message are documents that were exchanged, by its structure alone.

None are: the text and its other forms, images within it (multipart/related), signatures, keys and
what is encrypted, what calendars send each other, reports, and the wrappers of programs. An attached
message is one; what is in it is somebody else's. A document that is only referred to
(message/external-body, RFC 2046 §5.2.3) is one with a link, where it names one (RFC 2017).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.utils import collapse_rfc2231_value
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from activity.attachment import MOST, Attachment, attachment
from capture.mail.encoded_words import decode_words
from capture.mail.structure import scheduling_part

Parameters = Mapping[str, object]
"""Name in lower case → text, or (character set, language, text), as `email.utils.decode_params` gives them."""
NO_PARAMETERS: Parameters = MappingProxyType({})

LETTERS = ("message/rfc822", "message/global")
EXTERNAL = "message/external-body"
_CALENDARS = ("text/calendar", "application/ics")
_NEVER = frozenset((
    "application/pgp-signature", "application/pgp-keys", "application/pgp-encrypted", "application/pkcs7-signature",
    "application/x-pkcs7-signature", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef",
    "application/vnd.ms-tnef", "application/applefile", "text/x-moz-deleted", "text/x-amp-html",
    "text/vnd.google.email-reaction+json", "text/vnd.google.email-reaction",
))  # fmt: skip
# Exchange and list programs cut a text into such parts, which nobody attached.
_OF_PROGRAMS = re.compile(r"ATT\d{3,}\.(?:txt|html?|c)", re.IGNORECASE)
_LINE_OF_BASE64 = 78  # RFC 2045 §6.8, with its CRLF; how much of the last one is padding nobody knows
_FOREIGN = re.compile(r"[\w.:-]{2,40}'[\w-]*'[^']*%")


class Part(NamedTuple):
    """A part without parts, as its own header or a BODYSTRUCTURE shows it.

    `within` is the subtype of the multipart that it is in, "" where it is the whole message;
    `octets` are as transferred, None where that is not known. Types and `disposition` are in lower
    case.
    """

    media_type: str
    within: str = ""
    is_first: bool = True
    parameters: Parameters = NO_PARAMETERS
    disposition: str = ""
    disposition_parameters: Parameters = NO_PARAMETERS
    has_id: bool = False
    encoding: str = ""
    octets: int | None = None

    @property
    def name(self) -> str:
        return text_of(self.disposition_parameters.get("filename")) or text_of(self.parameters.get("name"))


def documents(parts: Iterable[Part]) -> tuple[Attachment, ...]:
    """The first MOST of them."""
    parts = list(parts)
    schedules = any(scheduling_part(one.media_type, text_of(one.parameters.get("method"))) for one in parts)
    found = [_attachment(one) for one in parts if _is_document(one, schedules)]
    return tuple(found[:MOST])


def text_of(value: object) -> str:
    """A parameter's value decoded (RFC 2231, or RFC 2047 as many write it); "" for none. Never raises."""
    try:
        if isinstance(value, tuple):
            return collapse_rfc2231_value(value)
        text = value if isinstance(value, str) else ""
        if _FOREIGN.match(text):  # RFC 2231's form without its asterisk
            charset, language, encoded = text.split("'", 2)
            return collapse_rfc2231_value((charset, language, unquote(encoded, encoding="latin-1")))
        return decode_words(text) if "=?" in text else text
    except (LookupError, UnicodeError, ValueError, TypeError):
        return ""


def _is_document(part: Part, schedules: bool) -> bool:
    kind, is_attached = part.media_type, part.disposition == "attachment"
    top = kind.partition("/")[0]
    if kind in _NEVER or part.within in ("report", "encrypted", "digest") or top == "multipart":
        return False
    if schedules and kind in _CALENDARS:
        return False
    if part.within == "related" and (not part.is_first or top != "text"):
        # what a text refers to by its id is a piece of it, though some programs call it attached
        return not part.is_first and top != "image" and bool(part.name) and kind != "text/css"
    if kind in LETTERS or kind == EXTERNAL:
        return True
    if top == "message":
        return is_attached
    if top == "text":
        return (is_attached or bool(part.name)) and not _OF_PROGRAMS.fullmatch(part.name)
    if part.within == "alternative":  # another form of the text
        return is_attached
    if part.within == "mixed" and top == "image" and part.has_id and not is_attached:
        return bool(part.name) and not re.fullmatch(r"image\d{3}\.\w{3,4}", part.name)
    return True


def _attachment(part: Part) -> Attachment:
    size = part.octets
    if size is not None and part.encoding == "base64":
        lines = -(-(size + 2) // _LINE_OF_BASE64)
        size = (size - 2 * (lines - 1)) // 4 * 3
    if part.media_type != EXTERNAL:
        return attachment(part.name, part.media_type, size)
    told = text_of(part.parameters.get("size"))
    link = "".join(text_of(part.parameters.get("url")).split())  # RFC 2017 §3: it may be folded anywhere
    is_link = text_of(part.parameters.get("access-type")).lower() == "url"
    name = part.name or unquote(link.partition("?")[0].rstrip("/"))
    return attachment(
        name, part.media_type, int(told) if re.fullmatch(r"\d{1,15}", told) else None, link if is_link else ""
    )
