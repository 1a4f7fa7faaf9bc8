"""A document that hangs on a message, as the message's structure names it; never its content."""

from __future__ import annotations

import re
from typing import NamedTuple

MOST = 50
"""Of one message; what hangs on it beyond these is not told."""
NAME_CHARACTERS = 255
LINK_CHARACTERS = 1000  # one that is longer is not kept: half a link leads nowhere
TYPE_CHARACTERS = 127  # RFC 6838 §4.2
LARGEST = 1 << 53
_LOOKED_AT = 20_000
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_LINK = re.compile(r"https?://[!-~]+", re.IGNORECASE)
UNKNOWN_TYPE = "application/octet-stream"


class Attachment(NamedTuple):
    """`name` is "" where none is told, `size` in octets, about, None where it is not told.

    `type` is a media type in lower case. `link` is where a document is that is only referred to,
    "" for what is in the message itself.
    """

    name: str
    type: str
    size: int | None
    link: str = ""


def attachment(name: str, media_type: str, size: int | None, link: str = "") -> Attachment:
    """What a stranger's structure says, as it is kept: one line, a name without a path (RFC 2183
    §2.3), cut."""
    told = " ".join(_UNSEEN.sub(" ", name[:_LOOKED_AT]).split())
    terminal = re.split(r"[/\\]+", told.rstrip("/\\ "))[-1].strip()
    media_type = media_type.strip().lower()
    known = len(media_type) <= TYPE_CHARACTERS and _TYPE.fullmatch(media_type)
    return Attachment(
        _shortened(terminal),
        media_type if known else UNKNOWN_TYPE,
        size if size is not None and 0 <= size < LARGEST else None,
        link if len(link) <= LINK_CHARACTERS and _LINK.fullmatch(link) else "",
    )


def _shortened(name: str) -> str:
    """What tells most of a long name are its beginning and its extension."""
    if len(name) <= NAME_CHARACTERS:
        return name
    begins, dot, extension = name.rpartition(".")
    behind = f"….{extension}" if begins and dot and len(extension) <= 10 else "…"
    return name[: NAME_CHARACTERS - len(behind)] + behind
