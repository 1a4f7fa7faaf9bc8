"""What a scope comes to in a log as it is now: the rows that its views ask (see scoped_views.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from activity.sharing import Level
from store.log import Log, Scope
from store.viewers import AT_MOST


class Granted(NamedTuple):
    """Temporary table → its rows; what the audience is known by; and whether somebody keeps somebody private."""

    rows: Mapping[str, Sequence[tuple[object, ...]]]
    audience: Sequence[object]
    marks: bool


_PLACES = "SELECT l.id, o.account_id FROM place l JOIN source o ON o.id = l.source_id ORDER BY l.id"
_NAMES = """SELECT n.id, n.name FROM account n WHERE {0} UNION SELECT n.id, n.owner FROM account n WHERE {0}
    UNION SELECT n.id, u.name FROM account n JOIN user u ON u.id = n.user_id WHERE {0}""".format(
    "n.id NOT IN (SELECT account_id FROM retired_account)"
)
"""Whoever has left, and whose account was retired, keeps no contact of the list back."""
_MARKS = (
    "SELECT user_id, 'contact', contact_id FROM private_contact ORDER BY 1, 3",
    "SELECT user_id, 'address', canonical FROM private_address ORDER BY 1, 3",
    "SELECT user_id, 'company', company_id FROM private_company ORDER BY 1, 3",
)
_MARKED_CONTACTS = """SELECT m.contact_id, m.user_id FROM private_contact m
    UNION SELECT e.contact_id, m.user_id FROM private_address m JOIN contact_email e ON e.canonical = m.canonical
    UNION SELECT c.id, m.user_id FROM private_company m JOIN contact c ON c.company_id = m.company_id
    UNION SELECT h.contact_id, m.user_id FROM private_company m JOIN contact_holder h ON h.company_id = m.company_id
    JOIN account n ON n.id = h.account_id AND n.user_id = m.user_id"""
_MARKED = f"""SELECT r.id, n.id FROM ({_MARKED_CONTACTS}) m JOIN account n ON n.user_id = m.user_id
    JOIN address r ON r.contact_id = m.contact_id
    UNION SELECT r.id, n.id FROM private_address m JOIN account n ON n.user_id = m.user_id
    JOIN address r ON r.canonical = m.canonical
    UNION SELECT r.id, n.id FROM private_company m JOIN account n ON n.user_id = m.user_id
    JOIN address r ON r.company_id = m.company_id"""
_SECRET = f"""SELECT DISTINCT m.contact_id FROM ({_MARKED_CONTACTS}) m JOIN contact c ON c.id = m.contact_id
    LEFT JOIN company o ON o.id = c.company_id JOIN account n ON n.user_id = m.user_id JOIN user u ON u.id = m.user_id
    WHERE coalesce(nullif(c.owner, ''), o.owner) IN (n.owner, n.name, u.name) AND m.user_id <> ?"""


_ASKED = (
    ("user", "id, name, os_user, email, role, active"),
    ("user_team", "user_id, team"),
    ("account", "id, name, owner, user_id"),
    ("account_reader", "account_id, user_id"),
    ("account_share", "account_id, team, level"),
    ("narrowed_share", "account_id, team, level"),
    ("retired_account", "account_id, kept"),
    (f"setting WHERE name = '{AT_MOST}'", "name, value"),
    ("source", "id, account_id"),
    ("place", "id, source_id"),
    ("place_reader", "place_id, user_id"),
)
_ALL_ASKED = "SELECT " + ", ".join(
    f"(SELECT json_group_array(json_array({columns})) FROM {table})" for table, columns in _ASKED
)


def all_asked(log: Log) -> tuple[object, ...] | None:
    """All of the log that says what anybody may read: where it is as it was, each sees the part that they saw.

    It is looked at for each answer, so SQLite writes each table down as one text: half the time of its rows.

    None where somebody keeps somebody private: whom that means, the log says in more places.
    """
    if any(log.execute(query).fetchone() is not None for query in _MARKS):
        return None
    return (*log.execute("PRAGMA schema_version").fetchone(), *log.execute(_ALL_ASKED).fetchone())


def of_scope(log: Log, scope: Scope) -> Granted:
    """By the whole log, before it is hidden."""
    levels = {account_id: int(level) for account_id, level in scope.levels if level > Level.NONE}
    own = {place for place, _ in scope.places}
    # of an account of which places are read, it is known that there is such an account
    known = {account_id: int(Level.DATES) for _, account_id in scope.places} | levels
    accounts = sorted(known.items())
    kept_back = _kept_back(log, scope, known)
    marks = [row for query in _MARKS for row in log.execute(query)]
    lent = {account_id for account_id, level in levels.items() if level < Level.OWN}
    rows: dict[str, Sequence[tuple[object, ...]]] = {
        "granted": [
            (place, one, int(Level.OWN) if place in own else levels[one])
            for place, one in log.execute(_PLACES)
            if place in own or one in levels
        ],
        "granted_account": accounts,
        "kept_back": [(owner,) for owner in kept_back],
        "marked": [row for row in log.execute(_MARKED) if row[1] in lent] if marks else [],
        "marked_contact": _of_accounts(log, lent) if marks else [],
        "secret": log.execute(_SECRET, (scope.user_id,)).fetchall() if marks else [],
    }
    return Granted(
        rows,
        (accounts, kept_back, marks, *([sorted(own)] if own else [])),
        bool(rows["marked"] or rows["marked_contact"]),
    )


def _of_accounts(log: Log, lent: Iterable[int]) -> list[tuple[object, ...]]:
    query = f"SELECT DISTINCT m.contact_id, n.id FROM ({_MARKED_CONTACTS}) m JOIN account n ON n.user_id = m.user_id"
    return [row for row in log.execute(query) if row[1] in lent]


def _kept_back(log: Log, scope: Scope, granted: Mapping[int, int]) -> list[str]:
    """Whose contacts are theirs alone: who of us is called so, and grants nothing."""
    known: set[str] = {scope.viewer or ""}
    hidden = {name for (name,) in log.execute("SELECT name FROM user WHERE active")}
    for account_id, name in log.execute(_NAMES):
        (known if account_id in granted else hidden).add(name)
    return sorted(hidden - known - {""})
