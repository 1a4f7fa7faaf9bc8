"""Calendar objects as last seen, and what happens to meetings that vanish from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from activity.meeting import CalendarObject
from store.codes import ROLE
from store.identities import NOBODY, Name, identity_hash, named, names_of
from store.lists import chunks, placeholders
from store.log import Log
from store.other_uids import is_shown_by_another
from store.rows import HIDES_PEOPLE, instant, timestamp
from store.touches import forget_touches


def keep(
    connection: sqlite3.Connection,
    place: int,
    item: CalendarObject,
    uid: str,
    expanded_from: datetime,
    expanded_to: datetime | None,
) -> int:
    """Store an object's text as it is now, with its occurrences in the log; its id.

    `expanded_from` is where the window began that was looked at, `expanded_to` where it ended, None
    where no later occurrence can come.
    """
    object_id = _put(connection, place, item, uid, None, expanded_to)
    query = "UPDATE calendar_object SET expanded_from = ?1 WHERE id = ?2 AND expanded_from IS NOT ?1"
    connection.execute(query, (timestamp(expanded_from), object_id))
    connection.execute("DELETE FROM calendar_person WHERE object_id = ?", (object_id,))
    return object_id


def defer(
    connection: sqlite3.Connection,
    place: int,
    item: CalendarObject,
    uid: str,
    addresses: Iterable[int],
    since: datetime,
) -> int:
    """Store an object that is not expanded, with everybody in it; its id.

    `since` is where its occurrences begin to matter.
    """
    object_id = _put(connection, place, item, uid, since, None)
    connection.execute("DELETE FROM calendar_person WHERE object_id = ?", (object_id,))
    connection.executemany(
        "INSERT OR IGNORE INTO calendar_person (object_id, address_id) VALUES (?, ?)",
        [(object_id, address) for address in addresses],
    )
    return object_id


def _put(
    connection: sqlite3.Connection,
    place: int,
    item: CalendarObject,
    uid: str,
    deferred_since: datetime | None,
    expanded_to: datetime | None,
) -> int:
    times = [None if moment is None else timestamp(moment) for moment in (deferred_since, expanded_to)]
    (row_id,) = connection.execute(
        "INSERT INTO calendar_object (place_id, href, etag, text, uid, deferred_since, expanded_to)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place_id, href) DO UPDATE SET etag = excluded.etag,"
        " text = excluded.text, uid = excluded.uid, expanded_to = excluded.expanded_to,"
        " deferred_since = CASE WHEN excluded.deferred_since IS NULL THEN NULL"
        " ELSE min(coalesce(calendar_object.deferred_since, excluded.deferred_since),"
        " excluded.deferred_since) END RETURNING id",
        (place, item.href, item.etag, item.text, uid, *times),
    ).fetchone()
    return int(row_id)


def set_aside(
    connection: sqlite3.Connection, place: int, href: str, expanded_from: datetime, expanded_to: datetime
) -> None:
    """An object that our own code stumbled over is as one that shows nothing new in this window."""
    connection.execute(
        "UPDATE calendar_object SET deferred_since = NULL, expanded_from = ?, expanded_to = ?"
        " WHERE place_id = ? AND href = ?",
        (timestamp(expanded_from), timestamp(expanded_to), place, href),
    )


def others_than(log: Log, place: int, holds: Iterable[str]) -> list[str]:
    """The hrefs of objects stored for a place that are not among those it holds."""
    rows = log.execute("SELECT href FROM calendar_object WHERE place_id = ?", (place,))
    return sorted({href for (href,) in rows} - set(holds))


def vanished_and_fresh(
    log: Log, object_id: int, shown: Mapping[Name, datetime], since: datetime
) -> tuple[dict[int, tuple[Name, datetime]], dict[Name, datetime]]:
    """The occurrences, by activity id, that the object showed from `since` on and does not show
    now, and those that are new to the log.

    `shown` are all it shows now. Each is a name with its start.
    """
    rows = log.execute(
        "SELECT a.id, a.identity, a.at FROM sighting s JOIN activity a ON a.id = s.activity_id"
        " WHERE s.object_id = ? AND a.ends >= ?",
        (object_id, timestamp(since)),
    ).fetchall()
    names = names_of(log, dict([row[:2] for row in rows]), shown)
    is_shown = _shown_in(shown)
    vanished = {row_id: (names[row_id], instant(at)) for row_id, _, at in rows if not is_shown(names[row_id])}
    if not vanished:
        return {}, {}
    logged = named(log, shown)
    return vanished, {name: at for name, at in shown.items() if name not in logged}


def _shown_in(shown: Iterable[Name]) -> Callable[[Name], bool]:
    """Is a meeting among these? One in which nobody is named, here or there, may be anybody's."""
    names = set(shown)
    identities = {name.identity for name in names}
    hidden = {name.identity for name in names if name.by == NOBODY}
    return lambda one: one in names or one.identity in (identities if one.by == NOBODY else hidden)


def rename(connection: sqlite3.Connection, identities: Mapping[int, str]) -> None:
    """These activities are known by another identity from now on."""
    connection.executemany(
        "UPDATE activity SET identity = ?, identity_hash = ? WHERE id = ?",
        [(new, identity_hash(new), row_id) for row_id, new in identities.items()],
    )


def drop_vanished(
    connection: sqlite3.Connection,
    object_id: int,
    shown: Collection[Name],
    withheld: Callable[[str], bool],
    since: datetime | None,
    now: datetime,
) -> set[int]:
    """The object shows only the occurrences named in `shown`, from `since` on: the others are gone
    from it.

    Those of them whose identities are `withheld` may not be kept (any more) and go without a trace.
    Returns the activities that must be judged again. What it showed before `since` lies outside the
    window that was looked at and stays; with None all does but what is withheld.
    """
    rows = connection.execute(
        "SELECT a.id, a.identity, a.ends FROM sighting s JOIN activity a ON a.id = s.activity_id WHERE s.object_id = ?",
        (object_id,),
    ).fetchall()
    names = names_of(Log(connection), dict([row[:2] for row in rows]), shown)
    is_shown = _shown_in(shown)
    gone = [(row_id, withheld(identity), ends) for row_id, identity, ends in rows if not is_shown(names[row_id])]
    changed = _unsee(connection, object_id, [row_id for row_id, secret, _ in gone if secret], now, outright=True)
    if since is None:
        return changed
    first = timestamp(since)
    vanished = [row_id for row_id, secret, ends in gone if not secret and ends >= first]
    return changed | _unsee(connection, object_id, vanished, now)


def remove(
    connection: sqlite3.Connection, place: int, hrefs: Sequence[str], now: datetime, outright: bool = False
) -> set[int]:
    """Objects that are gone from their calendar; the activities that must be judged again.

    `outright`: they may not be kept (any more), so meetings that nobody else shows go without a
    trace.
    """
    changed: set[int] = set()
    for chunk in chunks(hrefs):
        for (object_id,) in connection.execute(
            f"SELECT id FROM calendar_object WHERE place_id = ? AND href IN ({placeholders(chunk)})", [place, *chunk]
        ).fetchall():
            seen = connection.execute("SELECT activity_id FROM sighting WHERE object_id = ?", (object_id,)).fetchall()
            changed |= _unsee(connection, object_id, [row_id for (row_id,) in seen], now, outright)
            connection.execute("DELETE FROM calendar_person WHERE object_id = ?", (object_id,))
            connection.execute("DELETE FROM calendar_object WHERE id = ?", (object_id,))
    return changed


# By another object: one that hides who is there keeps no meeting of those who are named, nor takes it away.
_PEOPLE_NAMED = f"(SELECT 1 FROM participation WHERE activity_id = ?1 AND role_code <> {ROLE['title']})"
_SHOWN_OTHERWISE = f"""
    SELECT 1 FROM sighting WHERE activity_id = ?1 AND object_id IS NOT NULL AND object_id <> ?2
    AND (answer IS NOT '{HIDES_PEOPLE}' OR NOT EXISTS {_PEOPLE_NAMED})
    UNION ALL SELECT 1 FROM sighting WHERE activity_id = ?1 AND object_id = ?2 AND answer = '{HIDES_PEOPLE}'
    AND EXISTS {_PEOPLE_NAMED} LIMIT 1"""


def _unsee(
    connection: sqlite3.Connection, object_id: int, activity_ids: Sequence[int], now: datetime, outright: bool = False
) -> set[int]:
    """These meetings are seen here no more; one that nobody shows any more is marked, or gone if it
    was not over.

    Gone is also what its calendar shows under another UID: some write a meeting anew whenever they
    look at it. The last sighting of a marked one stays, without its object: it tells what the owner
    had answered.
    """
    changed: set[int] = set()
    for activity_id in activity_ids:
        seen = activity_id, object_id
        forget_touches(connection, [activity_id])
        if connection.execute(_SHOWN_OTHERWISE, seen).fetchone():
            connection.execute("DELETE FROM sighting WHERE activity_id = ? AND object_id = ?", (activity_id, object_id))
            changed.add(activity_id)
            continue
        (ends,) = connection.execute("SELECT ends FROM activity WHERE id = ?", (activity_id,)).fetchone()
        if outright or (ends is not None and ends > timestamp(now)) or is_shown_by_another(connection, *seen):
            for table, column in (("sighting", "activity_id"), ("participation", "activity_id"), ("activity", "id")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (activity_id,))
        else:
            connection.execute("UPDATE sighting SET object_id = NULL WHERE activity_id = ?", (activity_id,))
            connection.execute("UPDATE activity SET deleted_at = ? WHERE id = ?", (timestamp(now), activity_id))
            changed.add(activity_id)
    return changed
