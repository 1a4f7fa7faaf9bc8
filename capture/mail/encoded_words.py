"""Encoded words in headers (RFC 2047) to text."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from email.quoprimime import header_decode

_WORD = re.compile(r"=\?([A-Za-z0-9_.:-]+)(?:\*[A-Za-z0-9-]*)?\?([bBqQ])\?([^?\s]*(?:\s[^?]*)?)\?=")
_SURROGATE = re.compile("[\ud800-\udfff]")
LONGEST = 4000

# Labels that are written for more than they stand for (WHATWG Encoding §4.2), or that Python does not know.
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "windows-874": "cp874",
}  # fmt: skip


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded; what cannot be decoded stays as it stands.

    White space between two encoded words is no part of the text (RFC 2047 §6.2). Neighbours of one
    character set are decoded together, since many programs cut characters in two.
    """
    if "=?" not in text:
        return text
    text = text[:LONGEST]
    runs: list[tuple[str, bytes, str]] = []  # a character set ("" for plain text), the octets, the text as written
    end = 0
    for match in _WORD.finditer(text):
        payload = _payload(match[2], match[3])
        if payload is None:
            continue
        between, charset, written = text[end : match.start()], match[1].lower(), match[0]
        apart = bool(between.strip())
        if apart or not end:
            runs.append(("", b"", between))
        if not apart and runs[-1][0] == charset:
            _, before, already = runs.pop()
            payload, written = before + payload, already + written
        runs.append((charset, payload, written))
        end = match.end()
    return "".join(_decoded(*run) for run in runs) + text[end:]


def _payload(encoding: str, payload: str) -> bytes | None:
    try:
        if encoding in "qQ":
            octets = payload.encode("latin-1")
            if b"==" in octets or octets.endswith(b"="):  # there a2b_qp sees what RFC 2047 does not know
                return header_decode(payload).encode("latin-1")
            return a2b_qp(octets, header=True)
        packed = "".join(payload.split())
        return a2b_base64(packed + "=" * (-len(packed) % 4))
    except (Base64Error, UnicodeError, ValueError):
        return None


def _decoded(charset: str, octets: bytes, written: str) -> str:
    if not charset:
        return written
    try:
        if charset == "utf-8":  # which leaves no surrogate
            return octets.decode("utf-8", "replace")
        text = octets.decode(_MEANT.get(charset, charset), "replace")
    except (LookupError, UnicodeError, ValueError):
        return written
    return _SURROGATE.sub("\ufffd", text)
