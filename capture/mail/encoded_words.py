"""Encoded words in headers (RFC 2047) to text."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from email.quoprimime import header_decode

_WORD = re.compile(r"=\?([A-Za-z0-9_.:-]+)(?:\*[A-Za-z0-9-]*)?\?([bBqQ])\?([^?\s]*(?:\s[^?]*)?)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?)")
LONGEST = 4000


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded; what cannot be decoded stays as it stands."""
    if "=?" not in text:
        return text
    return _WORD.sub(_decoded, _BETWEEN.sub(r"\1\2", text[:LONGEST]))


def _decoded(match: re.Match[str]) -> str:
    charset, encoding, payload = match.groups()
    try:
        if encoding in "bB":
            raw = a2b_base64(payload + "=" * (-len(payload) % 4))
        else:
            raw = header_decode(payload).encode("latin-1")
        return raw.decode(charset, "replace")
    except (Base64Error, LookupError, UnicodeError, ValueError):
        return match[0]
