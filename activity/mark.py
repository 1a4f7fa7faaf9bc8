"""What the owner of a mailbox has marked in it."""

from __future__ import annotations

from typing import NamedTuple

ANSWERED, FLAGGED = 1, 2
"""Bits of a mark: to the owner's program the message is answered (\\Answered), or to be kept in
view (\\Flagged)."""


class Mark(NamedTuple):
    """Where a message stands in its mailbox (`uid`, 0 where the source has none), and the bits its
    owner set there."""

    uid: int
    bits: int
