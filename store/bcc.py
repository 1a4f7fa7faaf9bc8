"""Whose copy shows a Bcc: once colleagues look, it is for those alone whose own does."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from store.identities import Name
from store.rows import Entry, parties_in


def note(
    connection: sqlite3.Connection,
    place: int,
    names: Sequence[Name],
    entries: Sequence[Entry],
    ids: Mapping[Name, int],
    emails: Mapping[str, int],
) -> None:
    """The Bcc that these copies show, each seen at `place`; `ids` are of the activities, `emails` of the addresses."""
    if all(person.role != "bcc" for party in parties_in(entries) for person in party):
        return
    shown = [
        (ids[name], emails[person.address.email], place)
        for name, entry in zip(names, entries, strict=True)
        for person in entry.facts.participants
        if person.role == "bcc" and name in ids
    ]
    connection.executemany("INSERT OR IGNORE INTO bcc_seen (activity_id, address_id, place_id) VALUES (?, ?, ?)", shown)
