"""What an account grants to colleagues, from nothing up to what is seen in one's own mailbox."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """Each grants what those before it grant.

    DATES: the last and the next date with a contact, their kinds and whose they are. WHO: single touches
    with their instants, and the contacts in them. SUBJECTS: what else stands in the headers, but never
    a Bcc. OWN: whatever one's own copy shows.
    """

    NONE = 0
    DATES = 1
    WHO = 2
    SUBJECTS = 3
    OWN = 4
