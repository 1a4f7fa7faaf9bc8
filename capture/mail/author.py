"""Whether a From field can be understood in one way only (RFC 5322 §3.6.2)."""

from __future__ import annotations

from functools import lru_cache

from activity.address import normalise
from capture.mail.addresses import PIECE, is_plain

_LONGEST = 1000


def doubt_about(value: str, block: bytes) -> str:
    """Why the From `value` of this header block may be read as somebody else by the next program,
    in a few words; "" where nothing speaks for that: one mailbox, and nothing left over.

    A server that cannot read a From says nothing of its domain (RFC 7489 §6.6.1), so what is left
    over is the way in for forgers. Several mailboxes are no doubt, they are seen in the envelope.
    """
    if not value.isascii() and not all(word.encode() in block for word in value.split() if not word.isascii()):
        return "octets that are no UTF-8"
    return "" if is_plain(value) else _doubt(value[: _LONGEST + 1])


@lru_cache(maxsize=1024)
def _doubt(value: str) -> str:
    if len(value) > _LONGEST:
        return "longer than any author's"
    if not value.replace("\t", " ").replace("\n", "").isprintable() or "\ufffd" in value:
        return "control characters or what cannot be decoded"
    return next(filter(None, map(_doubt_about_one, _mailboxes(value))), "")


def _mailboxes(value: str) -> list[list[str]]:
    """The pieces of each mailbox of the field, comments as they stand."""
    mailboxes: list[list[str]] = [[]]
    depth = 0
    for found in PIECE.finditer(value):
        piece = found[0]
        depth += (piece == "(") - (piece == ")" and depth > 0)
        if depth or piece not in (",", "\n"):
            mailboxes[-1].append(piece)
        else:
            mailboxes.append([])
    return mailboxes


def _doubt_about_one(pieces: list[str]) -> str:
    outside: list[str] = []
    depth = 0
    for piece in pieces:
        if piece == "(":
            depth += 1
        elif piece == ")" and depth:
            depth -= 1
        elif not depth:
            outside.append(piece)
    text = [piece for piece in outside if piece.strip()]
    if depth or any(piece in ('"', "<", ">", ")", "\\", ":", ";") for piece in text):
        return "quotes, brackets or groups that are not closed or not understood"
    angles = [piece for piece in text if piece[0] == "<"]
    if not angles:
        bare = "".join(text).strip()
        return "" if normalise(bare) and " " not in bare else "text left over beside the address"
    phrase = text[:-1]
    if len(angles) > 1 or text[-1] != angles[0]:
        return "text left over beside the address"
    address = normalise(angles[0][1:-1])
    words = [word for piece in phrase if piece[0] != '"' for word in piece.split() if "@" in word]
    if address is None or any(normalise(word) != address for word in words):
        return "more than one address for one author"
    return ""
