"""How far a folder's messages were read."""

from __future__ import annotations

import json
from typing import NamedTuple


class FolderPosition(NamedTuple):
    """`since` is the day (ISO date) from which the folder was first read. `link` is Graph's, to go
    on by; "" to begin. `listed_to`: up to what reception the folder was listed instead, because its
    mailbox is full; "" where it was not. `again`: it is read from the start once more.
    """

    since: str
    link: str = ""
    listed_to: str = ""
    again: bool = False

    def cursor(self) -> str:
        return json.dumps([self.since, self.link, self.listed_to, int(self.again)])

    @staticmethod
    def from_cursor(cursor: str | None, since: str) -> FolderPosition:
        """The position to go on from: the start for no cursor, for one that is not ours, and where
        older mail is wanted than was read before."""
        try:
            before, link, listed_to, again = json.loads(cursor or "null")
        except (TypeError, ValueError, RecursionError):
            return FolderPosition(since)
        if not all(isinstance(one, str) for one in (before, link, listed_to)) or since < before:
            return FolderPosition(since)
        return FolderPosition(before, link, listed_to, bool(again))
