"""The tags of a contact in an export: separated as Google, Outlook, HubSpot or vCards (RFC 6350
6.7.1) do it."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"\s*(?::::|[,;|])\s*")
_MOST = 50
_LONGEST = 60


def tags_in(text: str) -> list[str]:
    """Each once; Google's own groups, which begin with "*", are none."""
    words = (" ".join(word.split()) for word in _BETWEEN.split(text))
    kept = {word.casefold(): word for word in words if word and not word.startswith("*") and len(word) <= _LONGEST}
    return list(kept.values())[:_MOST]
