"""What is derived for those who see the same part of the log: an audience's own dates, in a database of its own.

Whoever may not see everything is answered from what may be seen alone: dates, counts and order are derived from that,
by the code that derives them for one keeper, on a connection on which views hide the rest (see scoped.py). The
database of an audience is a cache: it is made anew whenever it does not fit, and goes where nobody asks any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from store import audience_kin, lessons, moved, strangers, threads, touches, whom_listed
from store.changes import ACTIVITY, ADDRESS, CONTACT, CONVERSATION
from store.database import engine_of_servers, make_private_folder
from store.file_owner import as_owner_of
from store.letters import LEARNED
from store.lists import among, change_among, chunks
from store.log import Log, Scope
from store.scoped_views import AUDIENCES_OWN
from store.server_place import server_of
from store.transactions import writing

UNUSED_SECONDS = 30 * 86_400
KEPT_OF_ONE = 20  # audiences that were begun for one viewer
MANY = 20_000  # changes; to follow them one by one would take longer than to begin anew
AT_ONCE = 2_000  # contacts
FEW = 200  # changes


def folder_of(database: Path) -> Path:
    """Where the audiences of this log are."""
    real = database.resolve()
    return real.with_name(f"{real.name}.audiences")


def discard_all(database: Path) -> None:
    """No audience of this log is left: they are made anew when somebody asks next."""
    if (server := server_of(database)) is not None:
        engine_of_servers().discard_audiences(server)
        return
    folder = folder_of(database)
    with as_owner_of(folder):
        shutil.rmtree(folder, ignore_errors=True)


def path_of(database: Path, scope: Scope, shown: Iterable[str]) -> Path:
    """The database of the audience to whom this is `shown`, beside the others of the same viewer."""
    return folder_of(database) / _digest(audience_kin.called(scope)) / f"{_digest(*shown)}.db"


def _digest(*words: str) -> str:
    return hashlib.blake2b("\n".join(words).encode("utf-8", "replace"), digest_size=16).hexdigest()


def make_room_for(path: Path) -> None:
    """The folder of an audience is made, and what nobody uses any more goes; else this one is noted as used."""
    if not path.exists():
        make_private_folder(path.parent)
        _sweep(path.parent)
    else:
        with contextlib.suppress(OSError):
            os.utime(path)


def discard(path: Path) -> None:
    """This audience is damaged, or of another version."""
    for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        one.unlink(missing_ok=True)


def _sweep(viewers: Path) -> None:
    """Also of a viewer who keeps another person private each time they ask: so nobody fills the disk for all."""
    since = time.time() - UNUSED_SECONDS
    unused = [one for at, one in audience_kin.by_use(viewers.parent, "**/*.db") if at < since]
    spare = [one for _, one in audience_kin.by_use(viewers, "*.db")][KEPT_OF_ONE - 1 :]
    for one in (*unused, *spare):
        with contextlib.suppress(OSError):
            discard(one)


def follow(log: Log, asked: str, now: datetime) -> bool:
    """Bring an audience's dates to where the log is, as of `now`; False, and nothing written, where nothing changed.

    `asked` is what the views ask, in words: see audience_kin.py.
    """
    followed = _followed(log.connection)
    if followed is not None and followed == _newest(log.connection) and audience_kin.is_noted(log.connection, asked):
        return False
    beginning = audience_kin.nearest(log) if followed is None else contextlib.nullcontext(False)
    with beginning as is_near, writing(log.connection):
        followed, newest = _followed(log.connection), _newest(log.connection)
        changes = None if followed is None else _since(log.connection, followed)
        if changes is not None:
            _catch_up(log, [*changes, *audience_kin.seen_otherwise(log.connection, "main", asked)], now)
        elif not (is_near and _take_over(log, asked, now)):
            _begin_anew(log, now)
        audience_kin.note(log, asked)
        log.connection.execute("DELETE FROM main.followed")
        if newest is not None:
            log.connection.execute("INSERT INTO main.followed (number, kind, ref) VALUES (?, ?, ?)", newest)
    return True


def keep_learned(log: Log, learned: Mapping[str, Any], found: Mapping[int, Sequence[float]]) -> None:
    """What was learned from what an audience sees, within the caller's transaction; see lessons.py."""
    row = (LEARNED, lessons.in_words(learned))
    log.connection.execute("INSERT OR REPLACE INTO main.learned (name, value) VALUES (?, ?)", row)
    lessons.keep_hands(log.connection, found)


_MADE = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
Change = tuple[int, int, int]
"""A number, a kind and a reference, as in the log's table `change`."""


def _newest(connection: sqlite3.Connection) -> Change | None:
    """None where no changes are noted."""
    query = "SELECT number, kind, ref FROM shared.change ORDER BY number DESC LIMIT 1"
    row: Change | None = connection.execute(query).fetchone()
    return row


def _followed(connection: sqlite3.Connection) -> Change | None:
    """The last change that was followed; None where there is nothing yet."""
    made = "SELECT 1 FROM main.sqlite_schema WHERE name = 'followed'"
    if isinstance(connection, sqlite3.Connection) and connection.execute(made).fetchone() is None:
        return None
    row: Change | None = connection.execute("SELECT number, kind, ref FROM main.followed").fetchone()
    return row


def _since(connection: sqlite3.Connection, followed: Change) -> list[tuple[int, int]] | None:
    """What has changed since, each once; None where that is not known any more, or is too much."""
    query = "SELECT number, kind, ref FROM shared.change WHERE number = ?"
    if connection.execute(query, followed[:1]).fetchone() != followed:
        return None  # too long ago, or the log is another: it was restored
    rows = connection.execute(
        "SELECT DISTINCT kind, ref FROM shared.change WHERE number > ? LIMIT ?", (followed[0], MANY + 1)
    ).fetchall()
    return rows if len(rows) <= MANY else None


def _take_over(log: Log, asked: str, now: datetime) -> bool:
    """Begin from what the viewer's last audience had; False where it is too far behind."""
    connection = log.connection
    near: Change | None = connection.execute("SELECT number, kind, ref FROM near.followed").fetchone()
    changes = None if near is None else _since(connection, near)
    if changes is None:
        return False
    _make(log)
    audience_kin.take_over(connection)
    _catch_up(log, [*changes, *audience_kin.seen_otherwise(connection, "near", asked)], now)
    moved.begin(connection, now)
    return True


def _begin_anew(log: Log, now: datetime) -> None:
    connection = log.connection
    _make(log)
    # nothing is known of anybody yet, which is right for whom nothing is granted of
    connection.execute("INSERT INTO contact_touch (contact_id, due) SELECT id, NULL FROM may_be_seen")
    whom_listed.list_anew(connection, [one for (one,) in connection.execute("SELECT contact_id FROM contact_touch")])
    held = "SELECT DISTINCT activity_id FROM shared.sighting WHERE place_id IN (SELECT place_id FROM temp.granted)"
    _catch_up(log, [(ACTIVITY, row_id) for (row_id,) in connection.execute(held)], now)


def _make(log: Log) -> None:
    connection = log.connection
    if not isinstance(connection, sqlite3.Connection):
        connection.begin_anew()
        return
    for (name,) in connection.execute(_MADE).fetchall():
        connection.execute(f"DROP TABLE main.{name}")
    made = "SELECT sql FROM shared.sqlite_schema WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL"
    for table in sorted(AUDIENCES_OWN):
        for (text,) in connection.execute(f"{made} ORDER BY type DESC", (table,)).fetchall():
            connection.execute(text)
    connection.execute("CREATE TABLE learned (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    connection.execute("CREATE TABLE followed (number INTEGER PRIMARY KEY, kind INTEGER, ref INTEGER)")
    connection.execute("CREATE TABLE shown (viewer TEXT NOT NULL, asked TEXT NOT NULL)")


def _catch_up(log: Log, changes: Collection[tuple[int, int]], now: datetime) -> None:
    connection = log.connection
    if len(changes) > FEW and not isinstance(connection, sqlite3.Connection):
        connection.look_at_sizes()
    changed: tuple[set[int], ...] = (set(), set(), set(), set())
    for kind, ref in changes:
        changed[kind].add(ref)
    activities, addresses, contacts, conversations = (changed[k] for k in (ACTIVITY, ADDRESS, CONTACT, CONVERSATION))
    let_in, rematched = set(contacts), set(addresses)
    let_in.update(among(connection, f"{_CONTACTS} id IN ({{}}) AND contact_id IS NOT NULL", addresses))
    if connection.execute("SELECT 1 FROM temp.marked LIMIT 1").fetchone() is not None:
        # somebody who is kept private takes what they are in from all others in it
        activities |= set(among(connection, f"{_ACTIVITIES} WHERE r.contact_id IN ({{}})", let_in))
        activities |= set(among(connection, f"{_ACTIVITIES} WHERE r.id IN ({{}})", rematched))
    addresses |= set(
        among(connection, "SELECT address_id FROM shared.participation WHERE activity_id IN ({})", activities)
    )
    contacts |= set(among(connection, f"{_CONTACTS} id IN ({{}}) AND contact_id IS NOT NULL", addresses))
    let_in |= _let_in(connection, contacts)
    conversations |= set(among(connection, f"{_CONVERSATIONS} WHERE v.id IN ({{}})", activities))
    # whether an activity is seen may depend on whether a contact in it is
    conversations |= set(among(connection, f"{_OF_CONTACTS} WHERE r.contact_id IN ({{}})", let_in))
    conversations |= set(among(connection, f"{_OF_CONTACTS} WHERE r.id IN ({{}})", rematched))
    _derive(log, contacts, now)
    strangers.derive(connection, addresses, now)
    threads.settle(connection, conversations)


_CONTACTS = "SELECT DISTINCT contact_id FROM shared.address WHERE"
_CONVERSATIONS = "SELECT DISTINCT coalesce(v.thread, v.identity_hash) FROM shared.activity v"
_ACTIVITIES = """SELECT DISTINCT p.activity_id FROM shared.address r
    CROSS JOIN shared.participation p ON p.address_id = r.id"""
_OF_CONTACTS = """SELECT DISTINCT coalesce(v.thread, v.identity_hash) FROM shared.address r
    CROSS JOIN shared.participation p ON p.address_id = r.id CROSS JOIN shared.activity v ON v.id = p.activity_id"""


def _let_in(connection: sqlite3.Connection, contacts: Collection[int]) -> set[int]:
    """A row for each of these contacts that may be seen, and none for the others; of whom that was not so."""
    seen = set(among(connection, "SELECT id FROM may_be_seen WHERE id IN ({})", contacts))
    had = set(among(connection, "SELECT contact_id FROM contact_touch WHERE contact_id IN ({})", contacts))
    connection.executemany("INSERT INTO contact_touch (contact_id) VALUES (?)", [(one,) for one in seen - had])
    for table in ("contact_touch", "contact_account"):
        change_among(connection, f"DELETE FROM {table} WHERE contact_id IN ({{}})", had - seen)
    whom_listed.list_anew(connection, contacts)
    return seen ^ had


def _derive(log: Log, contacts: Iterable[int], now: datetime) -> None:
    rows = "SELECT contact_id FROM contact_touch WHERE contact_id IN ({})"
    for some in chunks(list(among(log.connection, rows, contacts)), AT_ONCE):
        touches.keep(log.connection, touches.derive_all(log, some, now), now)


def refresh(log: Log, now: datetime) -> None:
    """Derive those of an audience's dates that time alone has overtaken, and keep them."""
    query = "SELECT contact_id FROM contact_touch WHERE due <= ?"
    overtaken = [one for (one,) in log.execute(query, (int(now.timestamp()),))]
    if overtaken:
        with writing(log.connection):
            _derive(log, overtaken, now)
