"""Mail merges: the same text sent to many, one by one or a few at a time.

Messages of one sender with one key (see matchers/mailings.py), each within GAP of the next, are a run. A run that
reaches FEWEST outside recipients within any GAP is a mailing, all of it, whichever of it was read first. `mailing`
holds for each such message how many its run has, and the seconds from the first to the last.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from activity.shape import KEY_BITS, mailing_key_of
from store.codes import ROLE
from store.lists import change_among, grouped, rows_among

GAP = 3600
FEWEST = 10
_KEYED = 1 << 23
assert mailing_key_of(_KEYED) == 1 < 1 << KEY_BITS


class _Sent(NamedTuple):
    at: int
    id: int


def concerned(connection: sqlite3.Connection, activity_ids: Collection[int]) -> set[int]:
    """The messages whose mailing is another now that these are in the log; the table is brought up to date."""
    rows = rows_among(connection, f"SELECT at FROM activity WHERE id IN ({{}}) AND shape >= {_KEYED}", activity_ids)
    instants = sorted({at for (at,) in rows})
    changed: set[int] = set()
    for first, last in _spans(instants):
        changed |= _settle(connection, *_widened(connection, first, last))
    return changed


def correct(connection: sqlite3.Connection) -> set[int]:
    """Find all mailings anew; the messages for which that made a difference."""
    return _settle(connection, None, None)


def members(connection: sqlite3.Connection) -> list[int]:
    """The messages that are part of a mailing."""
    return [row_id for (row_id,) in connection.execute("SELECT activity_id FROM mailing")]


def _spans(instants: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches of time around these instants that no run can lead from one into another without being in both."""
    first = last = None
    for at in instants:
        if first is None or last is None:
            first = last = at
        elif at - last > 2 * GAP:
            yield first, last
            first = last = at
        else:
            last = at
    if first is not None and last is not None:
        yield first, last


def _widened(connection: sqlite3.Connection, first: int, last: int) -> tuple[int, int]:
    """The stretch up to where nothing that could be of a mailing was sent for GAP, before and after."""
    before = f"SELECT min(at) FROM activity WHERE at < ? AND at >= ? AND shape >= {_KEYED}"
    after = f"SELECT max(at) FROM activity WHERE at > ? AND at <= ? AND shape >= {_KEYED}"
    while (earlier := connection.execute(before, (first, first - GAP)).fetchone()[0]) is not None:
        first = earlier
    while (later := connection.execute(after, (last, last + GAP)).fetchone()[0]) is not None:
        last = later
    return first, last


def _settle(connection: sqlite3.Connection, first: int | None, last: int | None) -> set[int]:
    """Compare what the table says of the messages sent in this stretch (None, None: ever) with what they are."""
    where, values = ("a.at BETWEEN ? AND ?", (first, last)) if first is not None else ("1", ())
    sent: dict[tuple[int, int], list[_Sent]] = {}
    query = f"""SELECT a.id, a.at, a.shape, p.address_id FROM activity a JOIN participation p ON p.activity_id = a.id
        AND p.role_code = {ROLE["from"]} WHERE {where} AND a.shape >= {_KEYED} ORDER BY a.at, a.id"""
    for row_id, at, number, sender in connection.execute(query, values):
        sent.setdefault((mailing_key_of(number), sender), []).append(_Sent(at, row_id))
    ids = [one.id for many in sent.values() for one in many]
    found: dict[int, tuple[int, int]] = {}
    for many in sent.values():
        for run in _runs(many):
            if len(run) > 1 and _reaches_many(run, _recipients(connection, [one.id for one in run])):
                found.update((one.id, (len(run), run[-1].at - run[0].at)) for one in run)
    query = "SELECT activity_id, size, seconds FROM mailing"
    rows: Iterable[tuple[int, int, int]] = (
        connection.execute(query)
        if first is None
        else rows_among(connection, f"{query} WHERE activity_id IN ({{}})", ids)
    )
    stored = {row_id: (size, seconds) for row_id, size, seconds in rows}
    changed = {row_id for row_id in stored.keys() | found.keys() if stored.get(row_id) != found.get(row_id)}
    change_among(connection, "DELETE FROM mailing WHERE activity_id IN ({})", changed - found.keys())
    connection.executemany(
        "INSERT OR REPLACE INTO mailing (activity_id, size, seconds) VALUES (?, ?, ?)",
        [(row_id, *found[row_id]) for row_id in changed & found.keys()],
    )
    return changed


def _runs(sent: Sequence[_Sent]) -> Iterator[list[_Sent]]:
    run: list[_Sent] = []
    for one in sent:
        if run and one.at - run[-1].at > GAP:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _recipients(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, set[int]]:
    query = (
        "SELECT p.activity_id, p.address_id FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.activity_id IN ({{}}) AND p.role_code <> {ROLE['from']} AND r.rule <> 'self'"
    )
    return grouped(connection, query, ids)


def _reaches_many(run: Sequence[_Sent], recipients: dict[int, set[int]]) -> bool:
    """Are there FEWEST different recipients outside, in two messages or more, within any GAP?"""
    within: Counter[int] = Counter()
    oldest = 0
    for number, one in enumerate(run):
        within.update(recipients.get(one.id, ()))
        while one.at - run[oldest].at > GAP:
            within.subtract(recipients.get(run[oldest].id, ()))
            oldest += 1
        if number > oldest and len(+within) >= FEWEST:
            return True
    return False
