"""Who may read a mailbox or a calendar where it lives."""

from __future__ import annotations

from typing import NamedTuple


class PlaceRights(NamedTuple):
    """`readers` are the single people who may read all of it, as their server calls them, case folded.

    `unknown` says why that is not told, "" where it is; then nobody is taken for a reader. `others`
    are groups, or everybody, who may read it too: who is among them is not told.
    """

    readers: frozenset[str] = frozenset()
    unknown: str = ""
    others: tuple[str, ...] = ()
