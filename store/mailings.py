"""Mail merges: the same text sent to many, one by one or a few at a time.

Messages of one owner with one key (see matchers/mailings.py), each within GAP of the next, are a run. A run that
reaches FEWEST outside recipients within any GAP, or MANY in all, since some programs send slowly, is a mailing, all
of it, whichever of it was read first. So is what is left of it and comes within REST: the same from the same owner, of
the same size, to people whom the mailing did not reach. `mailing` holds for each such message how many its run has
(and that which it is left of), and the seconds from the first to the last.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from activity.shape import UNIT, Shape, mailing_key_of, unpacked, with_key
from store.codes import DIRECTION, ROLE, VERDICT
from store.lists import among, change_among, grouped, rows_among

if TYPE_CHECKING:
    from activity.facts import Facts  # queries start sooner without

GAP = 3600
FEWEST = 10
MANY = 26
REST = 4 * 86_400  # from a Friday over the weekend
_OWN_WORDS = 2 * UNIT  # octets by which a name makes one text longer than another
_KEYED = with_key(1)


class _Sent(NamedTuple):
    at: int
    id: int
    shape: Shape | None


class _Mailing(NamedTuple):
    """A run that is one, and whom it reached."""

    run: list[_Sent]
    reached: set[int]


def may_be_one_of_many(facts: Facts) -> bool:
    return facts.shape is not None and facts.shape >= _KEYED


def concerned(connection: sqlite3.Connection, sent: Iterable[int], changed_ids: Collection[int]) -> set[int]:
    """The messages whose mailing is another now that some that `may_be_one_of_many` were `sent` (when), and these have
    changed; the table is brought up to date."""
    query = f"SELECT at FROM activity WHERE id IN ({{}}) AND shape >= {_KEYED}"
    instants = {*sent, *among(connection, query, changed_ids)}
    changed: set[int] = set()
    for first, last in _spans(sorted(instants)):
        changed |= _settle(connection, *_widened(connection, first, last))
    return changed


def correct(connection: sqlite3.Connection) -> set[int]:
    """Find all mailings anew; the messages for which that made a difference."""
    return _settle(connection, None, None)


def give_keys(connection: sqlite3.Connection, key_of: Callable[[str, Sequence[str]], int]) -> None:
    """Note the key of each of our messages that has none though it answers nothing: it was taken for another's when it
    was read, or an older version did not know of keys. `key_of` makes it of the subject, where that is kept, and of
    the names and addresses in To.
    """
    query = f"""SELECT a.id, a.shape, a.subject FROM activity a WHERE a.direction_code = {DIRECTION["outbound"]}
        AND a.ends IS NULL AND a.verdict_code IN ({VERDICT["person"]}, {VERDICT["broadcast"]})
        AND coalesce(a.shape, 0) < {_KEYED} AND a.subject IS NOT NULL AND a.replies_to IS NULL
        AND NOT EXISTS (SELECT 1 FROM reference f WHERE f.activity_id = a.id)"""
    keyless = {row_id: (shape or 0, subject) for row_id, shape, subject in connection.execute(query)}
    named = grouped(
        connection,
        "SELECT p.activity_id, r.name || ' ' || r.email FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.activity_id IN ({{}}) AND p.role_code = {ROLE['to']}",
        keyless,
    )
    keys = {row_id: key_of(subject, sorted(named.get(row_id, ()))) for row_id, (_, subject) in keyless.items()}
    connection.executemany(
        "UPDATE activity SET shape = ? WHERE id = ?",
        [(keyless[row_id][0] | with_key(key), row_id) for row_id, key in keys.items() if key],
    )


def _spans(instants: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches of time around these instants, so far from one another that nothing belongs to two of them."""
    first = last = None
    for at in instants:
        if first is None or last is None:
            first = last = at
        elif at - last > 2 * (GAP + REST):
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
    """Compare what the table says of the messages sent in this stretch (None, None: ever), and of what may be left of
    them, with what they are."""
    begins, ends = (None, None) if first is None or last is None else _widened(connection, first - REST, last + REST)
    where, values = ("a.at BETWEEN ? AND ?", (begins, ends)) if first is not None else ("true", ())
    sent: dict[tuple[int, int | str], list[_Sent]] = {}
    owners = _owners(connection)
    query = f"""SELECT a.id, a.at, a.shape, p.address_id FROM activity a JOIN participation p ON p.activity_id = a.id
        AND p.role_code = {ROLE["from"]} WHERE {where} AND a.shape >= {_KEYED} ORDER BY a.at, a.id"""
    for row_id, at, number, sender in connection.execute(query, values):
        one = _Sent(at, row_id, unpacked(number))
        sent.setdefault((mailing_key_of(number), owners.get(sender, sender)), []).append(one)
    ids = [one.id for many in sent.values() for one in many if first is None or one.at >= first]
    found: dict[int, tuple[int, int]] = {}
    for many in sent.values():
        found.update(_mailings(connection, many))
    for row_id in found.keys() - ids:
        del found[row_id]  # it may be left of what is before this stretch
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


def _owners(connection: sqlite3.Connection) -> dict[int, str]:
    """Address → whose it is, for the own ones of accounts."""
    query = """SELECT r.id, coalesce(nullif(a.owner, ''), a.name) FROM account_address e
        JOIN account a ON a.id = e.account_id JOIN address r ON r.email = e.email"""
    return dict(connection.execute(query))


def _runs(sent: Sequence[_Sent]) -> Iterator[list[_Sent]]:
    run: list[_Sent] = []
    for one in sent:
        if run and one.at - run[-1].at > GAP:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _mailings(connection: sqlite3.Connection, sent: Sequence[_Sent]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Of one owner's messages with one key, in the order of time: those of mailings, with size and seconds."""
    mailing: _Mailing | None = None
    for run in _runs(sent) if len(sent) > 1 else ():
        recipients = _recipients(connection, [one.id for one in run]) if len(run) > 1 or mailing else {}
        if len(run) > 1 and _reaches_many(run, recipients):
            mailing = _Mailing(run, set().union(*recipients.values()))
            yield from ((one.id, (len(run), run[-1].at - run[0].at)) for one in run)
        elif mailing is not None:
            left = [one for one in run if _is_left_of(mailing, one, recipients.get(one.id, set()))]
            size = len(mailing.run) + len(left)
            yield from ((one.id, (size, left[-1].at - mailing.run[0].at)) for one in left)


def _is_left_of(mailing: _Mailing, one: _Sent, recipients: set[int]) -> bool:
    """Is it of the same text, soon after, to others?"""
    if one.shape is None or one.at - mailing.run[-1].at > REST or not recipients or recipients & mailing.reached:
        return False
    sizes = [other.shape.octets for other in mailing.run if other.shape is not None]
    return bool(sizes) and min(sizes) - _OWN_WORDS <= one.shape.octets <= max(sizes) + _OWN_WORDS


def _recipients(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, set[int]]:
    query = (
        "SELECT p.activity_id, p.address_id FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.activity_id IN ({{}}) AND p.role_code <> {ROLE['from']} AND r.rule <> 'self'"
    )
    return grouped(connection, query, ids)


def _reaches_many(run: Sequence[_Sent], recipients: dict[int, set[int]]) -> bool:
    """Are there FEWEST different recipients outside, in two messages or more, within any GAP, or MANY in all?"""
    within: Counter[int] = Counter()
    oldest = 0
    for number, one in enumerate(run):
        within.update(recipients.get(one.id, ()))
        while one.at - run[oldest].at > GAP:
            within.subtract(recipients.get(run[oldest].id, ()))
            oldest += 1
        if number > oldest and len(+within) >= FEWEST:
            return True
    return len(set().union(*recipients.values())) >= MANY
