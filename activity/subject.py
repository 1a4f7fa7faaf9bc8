"""What a subject speaks of, whatever mail programs have put in front of it."""

from __future__ import annotations

import re
from functools import lru_cache

_LOOKED_AT = 300
_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|sv|vs|ref|rif|r|res|resp|rép|rep|réf|odp|ynt|cevap|vá|atb|hth|ad|bls|eb|tr|doorst"
    r"|fwd?|wg|wtr|weiterl|vl|vb|rv|enc|i|pd|továbbítás|ilt|isl|fs|trs|rvs|απ|σχετ|πρθ|на|отв|ответ|пересл|fyi"
    r"|回复|答复|回覆|转发|轉寄|返信|転送|답장|전달)"
    r"\s*(?:[\[(^]\s*\d{1,4}\s*[\])]?)?\s*[:：]|\[[^\[\]]{1,30}\]|(?:external|extern|ext)\s*:)\s*",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def topic(subject: str) -> str:
    """The subject without the prefixes of answers, forwards and gateways ("Re: [EXT] AW: Offer"), in lower case."""
    text = subject[:_LOOKED_AT]
    while (found := _PREFIX.match(text)) and found.end() < len(text):
        text = text[found.end() :]
    return " ".join(text.split()).casefold()


def compared(subject: str | None, kept: int | None) -> object:
    """What is compared of two subjects: their topics, or what is `kept` of those where subjects are not; None: none."""
    return topic(subject) or None if subject else kept and kept & ~1


def has_topic(subject: str) -> bool:
    """Is there anything that it speaks of? Whatever is there, `topic` leaves something of it."""
    return not subject[:_LOOKED_AT].isspace() and bool(subject)


def has_prefix(subject: str) -> bool:
    """Does it begin as that of an answer or a forward?"""
    if ":" not in subject and "：" not in subject:
        return False
    found = _PREFIX.match(subject[:_LOOKED_AT])
    return found is not None and found[0].rstrip().endswith((":", "："))
