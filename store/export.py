"""Reading: the whole log, piece by piece, so that a long one needs no more memory than a short one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from store.log import Log
from store.people import Person, people
from store.rows import timestamp
from store.timeline import Activity, activities

PIECE = 500
_WITH_ONE_OF = """AND EXISTS (SELECT 1 FROM participation p JOIN address r ON r.id = p.address_id
    WHERE p.activity_id = v.id AND r.contact_id IN (SELECT CAST(value AS bigint) FROM json_each(?)))"""


def whole_log(
    log: Log,
    now: datetime,
    since: datetime | None,
    until: datetime | None,
    contacts: Sequence[int] | None = None,
) -> Iterator[tuple[list[Activity], dict[int, Person]]]:
    """The activities in this span in the order they were read, and for each piece of them the contacts concerned;
    of `contacts`, if given, only those that one of these has a part in.

    No transaction is held between pieces: a long export does not keep a writer's journal from being folded in.
    What is read while it lasts comes at the end of it.
    """
    begins = 0 if since is None else timestamp(since)
    ends = 1 << 62 if until is None else timestamp(until)
    last = 0
    where, ids = ("", ()) if contacts is None else (_WITH_ONE_OF, (json.dumps(list(contacts)),))
    query = f"SELECT id FROM activity v WHERE id > ? AND at BETWEEN ? AND ? {where} ORDER BY id LIMIT ?"
    while True:
        rows = log.execute(query, (last, begins, ends, *ids, PIECE)).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        found = activities(log, [row_id for (row_id,) in rows])
        concerned = sorted({part.contact_id for one in found for part in one.parts if part.contact_id is not None})
        yield found, {one.id: one for one in people(log, now, concerned)}
