"""Message ids as headers hold them (RFC 5322 §3.6.4, and what is found in its place): one rule for
every field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from capture.mail.encoded_words import decode_words

KEPT = 100
LONGEST = 998
_FIELD_CHARACTERS = 100_000
_USUAL = re.compile(r"<[!-;=?-~]{1,996}>")
_BRACKETED = re.compile(r"<([^<>]{1,4000})>")
_NEVER_WITHIN = re.compile(r"[\s\x00-\x1f\x7f-\x9f<>]+")
_COMMENT = re.compile(r"\([^()]*\)")
_SEPARATORS = re.compile(r"[\s,;]+")
_AROUND = "<>\"'"


def message_id(value: str | None) -> str:
    """The id of a message by its Message-ID, in angle brackets; "" for none.

    The field holds but one, so that what has neither brackets nor an @ is one as well.
    """
    if not value:
        return ""
    if _USUAL.fullmatch(value) and "=?" not in value:
        return value
    topmost = value.partition("\n")[0]
    for found in message_ids(topmost):
        return found
    return _bracketed(decode_words(topmost).strip(f"{_AROUND} \t"))


def message_ids(value: str | None) -> tuple[str, ...]:
    """The ids that an In-Reply-To or a References names, in their order, in angle brackets and
    without blanks.

    Encoded words are decoded: long ids come so, against RFC 2047 §5. What stands outside of
    brackets is read as ids only where it is nothing else: "Your message of Monday <a@x>" names one.
    Of more than KEPT ids the first and the last are given. Never raises.
    """
    if not value:
        return ()
    text = decode_words(value) if "=?" in value else value[:_FIELD_CHARACTERS]
    found = _USUAL.findall(text)
    if " ".join(found) != text:
        found = list(_unusual(text))
    return (found[0], *found[1 - KEPT :]) if len(found) > KEPT else tuple(found)


def _unusual(text: str) -> Iterator[str]:
    pieces = _BRACKETED.split(text.replace("&lt;", "<").replace("&gt;", ">"))  # every second one stood in brackets
    outside = [
        [word for part in _SEPARATORS.split(_COMMENT.sub(" ", piece)) if (word := part.strip(_AROUND))]
        for piece in pieces[::2]
    ]
    if not all("@" in word for words in outside for word in words):
        outside = [[] for _ in outside]
    for words, within in zip(outside, [*pieces[1::2], ""], strict=True):
        for one in (*words, within):
            if found := _bracketed(one):
                yield found


def _bracketed(text: str) -> str:
    """Without blanks, which folds bring in, control characters and lone brackets; "" where nothing
    is left of it."""
    text = _NEVER_WITHIN.sub("", text)
    return f"<{text}>" if 0 < len(text) <= LONGEST - 2 else ""
