"""Thread-Index, in which Exchange and Outlook name a conversation whatever becomes of its ids
(MS-OXOMSG §2.2.1.3)."""

from __future__ import annotations

import base64
import binascii

from activity.envelope import ThreadIndex

_FIRST = 22  # octets of a conversation's first message: 1, five of the time, sixteen of the conversation's name
_LEVEL = 5  # octets that each answer adds
_LOOKED_AT = 40  # characters of base64, which hold the first 22 octets and a level


def thread_index(value: str | None) -> ThreadIndex | None:
    """What the value of the field says; None where it is none that names a conversation.

    Never raises.
    """
    if not value:
        return None
    text = "".join(value.partition("\n")[0][: 4 * _LOOKED_AT].split())[:_LOOKED_AT].rstrip("=")
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    conversation = octets[6:_FIRST]
    if octets[:1] != b"\1" or len(conversation) < _FIRST - 6 or len(set(conversation)) == 1:
        return None
    return ThreadIndex(conversation, len(octets) >= _FIRST + _LEVEL)
