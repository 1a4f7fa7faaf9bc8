"""Files that hold mail in a form nobody here reads: named, so that silence about them is not taken
for knowledge."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping

from activity.batch import Batch, Skip
from capture.files.listing import Found

_NONE = json.dumps(["foreign", 0])


def named(found: Found, place: str, cursor: str | None) -> Iterator[Batch]:
    """How many there are of a kind in a folder; nothing where the last pass said so."""
    count = len(found.names)
    now = json.dumps(["foreign", count])
    if now != cursor:
        item = place.rpartition("/")[2]
        files = found.kind_of_file if count == 1 else f"{found.kind_of_file} each, {count:,} files"
        yield Batch(place, skipped=[Skip(item, f"not read: {files}; {found.advice}")], cursor=now)


def gone(label: str, places: Collection[str], cursors: Mapping[str, str]) -> Iterator[Batch]:
    """What was named once and is there no more."""
    for place, cursor in cursors.items():
        if place.startswith(f"{label}/") and place not in places and _is_ours(cursor) and cursor != _NONE:
            yield Batch(place, cursor=_NONE, holds=frozenset())


def _is_ours(cursor: str) -> bool:
    return cursor.startswith('["foreign", ')
