"""What tells that messages are the same text to many: the subject, without what was put in for each
recipient."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from activity.envelope import Envelope
from activity.shape import KEY_BITS

_WORD = re.compile(r"\w+")
_SPOKEN_TO = re.compile(
    r"\s*(?P<greeting>(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|cher|chère|hola|ciao|caro|cara)\s+)?"
    r"(?P<name>[^\W\d_]+(?:[-'’][^\W\d_]+)*)\s*(?:[,:!]|\s[-–—])\s+",
    re.IGNORECASE,
)
_SPOKEN_TO_LAST = re.compile(r"(?:,|\s[-–—])\s*(?P<name>[^\W\d_]+(?:[-'’][^\W\d_]+)*)\s*[?!.…]*\s*$")
_FEWEST_LEFT = 2  # words, without which a subject says nothing


def mailing_key(envelope: Envelope, secret: bytes) -> int:
    """The key of a message that answers none; 0 for one that does. See `subject_key`."""
    if envelope.in_reply_to or envelope.references:
        return 0
    return subject_key(envelope.subject, [f"{one.name} {one.email}" for one in envelope.to], secret)


def subject_key(subject: str, recipients: Iterable[str], secret: bytes) -> int:
    """A number under 2**KEY_BITS, the same for subjects that differ only in the recipient's own
    name; 0 for none.

    `recipients` are names and addresses. Where none of their words is in the subject, whom it
    speaks to ("Bob, our news") is taken for the recipient: addresses such as b.stone@ or sales@ do
    not tell. A subject that has nothing beyond a name has no key. It is keyed with the log's own
    secret, so that it does not tell the subject where that is not to be stored.
    """
    names = {word for one in recipients for word in _WORD.findall(one.casefold())}
    all_words = _WORD.findall(subject.casefold())
    words = [word for word in all_words if word not in names]
    if len(words) == len(all_words):
        words = _without_whom_it_speaks_to(subject) or words
    if not words:
        return 0
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=8, key=secret[:64]).digest()
    return int.from_bytes(digest, "big") % ((1 << KEY_BITS) - 1) + 1


def _without_whom_it_speaks_to(subject: str) -> list[str]:
    """The words but for a name set off before or behind; none where too few are left."""
    first = _SPOKEN_TO.match(subject)
    if first is not None and first["name"][0].isupper():
        rest = f"{first['greeting'] or ''}{subject[first.end() :]}"
    elif (last := _SPOKEN_TO_LAST.search(subject)) is not None and last["name"][0].isupper():
        rest = subject[: last.start()]
    else:
        return []
    words = _WORD.findall(rest.casefold())
    return words if len(words) >= _FEWEST_LEFT else []
