"""What tells that messages are the same text to many: the subject, without what was put in for each recipient."""

from __future__ import annotations

import hashlib
import re

from activity.envelope import Envelope
from activity.shape import KEY_BITS

_WORD = re.compile(r"\w+")


def mailing_key(envelope: Envelope, secret: bytes) -> int:
    """A number under 2**KEY_BITS, the same for messages that differ only in the recipient's own name; 0 for none.

    What answers another message, or has no subject beyond a name, has none. It is keyed with the log's own secret, so
    that it does not tell the subject where that is not to be stored.
    """
    if envelope.in_reply_to or envelope.references or not envelope.subject:
        return 0
    names = {word for address in envelope.to for word in _WORD.findall(f"{address.name} {address.email}".casefold())}
    words = [word for word in _WORD.findall(envelope.subject.casefold()) if word not in names]
    if not words:
        return 0
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=8, key=secret[:64]).digest()
    return int.from_bytes(digest, "big") % ((1 << KEY_BITS) - 1) + 1
