"""Writing the users of a configuration into the log, with what accounts grant them; whose words were said before."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from activity.sharing import Level
from store import changes, holding, rights, settings, titles
from store.said import DEFAULT_CADENCE, cadence_setting
from store.viewers import AT_MOST

_SAID = {
    "said_of_contact": "contact_id, kind", "said_of_company": "company_id, kind", "said_of_activity": "identity, kind",
    "put_aside": "canonical",
}  # fmt: skip
"""Tables of what users said, and by what one of them says one thing alone."""


class UserEntry(NamedTuple):
    """A user as the configuration names it."""

    name: str
    os_user: str | None = None
    email: str | None = None
    teams: Sequence[str] = ()
    role: str = "member"


class Grants(NamedTuple):
    """What the configuration says of an account: `share` by team, None where it says nothing of that.

    `inherits`: its readers are those who may read it where it lives.
    """

    user: str | None = None
    readers: Sequence[str] = ()
    inherits: bool = False
    share: Mapping[str, Level] | None = None


class Team(NamedTuple):
    """Users, accounts by their names, the ceiling of what they share, and do contacts come of exchange?"""

    users: Sequence[UserEntry] = ()
    accounts: Mapping[str, Grants] = field(default_factory=dict)
    at_most: Level | None = None
    lists_who_is_met: bool = False


def keep_team(connection: sqlite3.Connection, team: Team) -> None:
    """Make these the users of the log; within the caller's transaction, once the accounts are there.

    A user that is named no more keeps what is theirs, as an account does that is not read any more.
    """
    had_users = connection.execute("SELECT 1 FROM user WHERE active LIMIT 1").fetchone() is not None
    if not team.users and not had_users:
        return
    from store import held_companies  # noqa: PLC0415 - one keeper does without

    connection.execute("UPDATE user SET active = 0, os_user = NULL WHERE active")
    connection.execute("DELETE FROM user_team")
    ids = {one.name: _keep_user(connection, one) for one in team.users}
    _keep_grants(connection, team, ids)
    connection.execute("DELETE FROM setting WHERE name = ?", (AT_MOST,))
    if team.at_most is not None:
        settings.write(connection, AT_MOST, str(int(team.at_most)))
    if ids:
        _give_words(connection, list(ids.values()))
        if not had_users:
            holding.begin(connection, team.lists_who_is_met)
            held_companies.keep_to_holders(connection)
    else:
        _gather_words(connection)
        connection.execute("DELETE FROM contact_holder")
        held_companies.give_to_the_list(connection)
    titles.make_all_due(connection)
    changes.note_from_now_on(connection, bool(ids))


def _keep_user(connection: sqlite3.Connection, one: UserEntry) -> int:
    (row_id,) = connection.execute(
        "INSERT INTO user (name, os_user, email, role, active) VALUES (?, ?, ?, ?, 1) ON CONFLICT (name) DO UPDATE SET"
        " os_user = excluded.os_user, email = excluded.email, role = excluded.role, active = 1 RETURNING id",
        (one.name, one.os_user, one.email, one.role),
    ).fetchone()
    connection.executemany(
        "INSERT OR IGNORE INTO user_team (user_id, team) VALUES (?, ?)", [(row_id, name) for name in one.teams]
    )
    return int(row_id)


def _keep_grants(connection: sqlite3.Connection, team: Team, ids: Mapping[str, int]) -> None:
    """An account that the configuration names no more grants nothing, and stays its user's."""
    for table in ("account_reader", "account_share"):
        connection.execute(f"DELETE FROM {table}")
    inheriting = []
    for name, grants in team.accounts.items():
        (account_id,) = connection.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
        user_id = None if grants.user is None else ids[grants.user]
        connection.execute("UPDATE account SET user_id = ? WHERE id = ?", (user_id, account_id))
        connection.executemany(
            "INSERT OR IGNORE INTO account_reader (account_id, user_id) VALUES (?, ?)",
            [(account_id, ids[reader]) for reader in grants.readers],
        )
        connection.executemany(
            "INSERT INTO account_share (account_id, team, level) VALUES (?, ?, ?)",
            [(account_id, name_of_team, int(level)) for name_of_team, level in (grants.share or {}).items()],
        )
        if grants.inherits:
            inheriting.append(account_id)
    rights.keep_inheriting(connection, inheriting)


def _give_words(connection: sqlite3.Connection, user_ids: Sequence[int]) -> None:
    """What was said by an account when there were no users is its user's word."""
    owned = connection.execute("SELECT user_id, id FROM account WHERE user_id IS NOT NULL").fetchall()
    for table in _SAID:
        connection.executemany(f"UPDATE OR IGNORE {table} SET user_id = ? WHERE user_id = 0 AND said_by = ?", owned)
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (DEFAULT_CADENCE,)).fetchone()
    if row is not None:
        connection.executemany(
            "INSERT OR IGNORE INTO setting (name, value) VALUES (?, ?)",
            [(cadence_setting(user_id), row[0]) for user_id in user_ids],
        )
        connection.execute("DELETE FROM setting WHERE name = ?", (DEFAULT_CADENCE,))


def _gather_words(connection: sqlite3.Connection) -> None:
    """There is one keeper again: of what several said of one thing, the later word holds."""
    for table, key in _SAID.items():
        query = f"SELECT DISTINCT user_id, said_at FROM {table} WHERE user_id <> 0 ORDER BY said_at, user_id"
        for user_id, said_at in connection.execute(query).fetchall():
            later = f"SELECT {key} FROM {table} WHERE user_id = ? AND said_at = ?"
            connection.execute(f"DELETE FROM {table} WHERE user_id = 0 AND ({key}) IN ({later})", (user_id, said_at))
            statement = f"UPDATE {table} SET user_id = 0 WHERE user_id = ? AND said_at = ?"
            connection.execute(statement, (user_id, said_at))
    of_users = f"{DEFAULT_CADENCE}:*"
    first = "(SELECT min(name) FROM setting WHERE name GLOB ?)"
    connection.execute(f"UPDATE OR IGNORE setting SET name = ? WHERE name = {first}", (DEFAULT_CADENCE, of_users))
    connection.execute("DELETE FROM setting WHERE name GLOB ?", (of_users,))
