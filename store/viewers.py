"""Reading: who the users of a log are, and what each account grants to whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from activity.sharing import Level
from store import settings
from store.lists import among
from store.log import Log

AT_MOST = "share_at_most"
"""The setting with the level above which no account grants anything; absent where there is no such ceiling."""
EVERYBODY = ""
"""The team of what is granted to everybody."""


class User(NamedTuple):
    """A user of the configuration; `role` is "member", "steward" or "administrator"."""

    id: int
    name: str
    os_user: str | None
    role: str


def user_of(log: Log, os_user: str) -> User | None:
    """The user whom the system knows by this name."""
    row = log.execute("SELECT id, name, os_user, role FROM user WHERE active AND os_user = ?", (os_user,)).fetchone()
    return None if row is None else User(*row)


def user_named(log: Log, name: str) -> User | None:
    """The user whom the configuration names so."""
    row = log.execute("SELECT id, name, os_user, role FROM user WHERE active AND name = ?", (str(name),)).fetchone()
    return None if row is None else User(*row)


def user_known_as(log: Log, word: str) -> User | None:
    """The user of this name, address, or name in the system; None where it is nobody's, or two users'."""
    query = "SELECT id, name, os_user, role FROM user WHERE active AND ?1 IN (name, os_user, email)"
    found = log.execute(query, (word,)).fetchall()
    return User(*found[0]) if len(found) == 1 else None


def user_at(log: Log, email: str) -> User | None:
    """The user of this address; None where it is nobody's, or two users'."""
    query = "SELECT id, name, os_user, role FROM user WHERE active AND email = ?"
    found = log.execute(query, (email,)).fetchall()
    return User(*found[0]) if len(found) == 1 else None


def users(log: Log) -> list[User]:
    return [User(*row) for row in log.execute("SELECT id, name, os_user, role FROM user WHERE active ORDER BY id")]


def teams_of(log: Log, user_id: int) -> set[str]:
    return {team for (team,) in log.execute("SELECT team FROM user_team WHERE user_id = ?", (user_id,))}


def own_accounts(log: Log, user_id: int) -> list[int]:
    """The accounts that are this user's, those first, and the shared mailboxes that it reads."""
    query = (
        "SELECT id, 0 FROM account WHERE user_id = ?1"
        " UNION SELECT account_id, 1 FROM account_reader WHERE user_id = ?1 ORDER BY 2, 1"
    )
    return list(dict.fromkeys(row_id for row_id, _ in log.execute(query, (user_id,))))


def owners_of(log: Log, account_ids: Iterable[int]) -> list[str]:
    """Whose these accounts are, as contacts are owned by."""
    query = "SELECT coalesce(nullif(owner, ''), name) FROM account WHERE id IN ({})"
    return list(among(log, query, account_ids))


def account_named(log: Log, name: str) -> int:
    (row_id,) = log.execute("SELECT id FROM account WHERE name = ?", (name,)).fetchone()
    return int(row_id)


def is_own(log: Log, user_id: int, activity_id: int) -> bool:
    """Is the activity in an account that is this user's, or read by them as theirs?"""
    query = (
        "SELECT 1 FROM sighting s JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id"
        " JOIN account n ON n.id = o.account_id WHERE s.activity_id = ?1 AND (n.user_id = ?2 OR EXISTS ("
        " SELECT 1 FROM account_reader r WHERE r.account_id = n.id AND r.user_id = ?2) OR EXISTS ("
        " SELECT 1 FROM place_reader q WHERE q.place_id = l.id AND q.user_id = ?2)) LIMIT 1"
    )
    return log.execute(query, (activity_id, user_id)).fetchone() is not None


def ceiling(log: Log) -> Level | None:
    text = settings.read(log, AT_MOST)
    return None if text is None else Level(int(text))


def levels(log: Log, user: User) -> list[tuple[int, Level]]:
    """Every account of the log with what it grants this user.

    One that was retired grants no more than dates, where those were kept; else it is there no more.
    """
    own, teams, at_most = set(own_accounts(log, user.id)), {*teams_of(log, user.id), EVERYBODY}, ceiling(log)
    granted, narrowed = _by_account(log, "account_share"), _by_account(log, "narrowed_share")
    query = "SELECT n.id, r.kept FROM account n LEFT JOIN retired_account r ON r.account_id = n.id ORDER BY n.id"
    accounts = {account_id: kept for account_id, kept in log.execute(query) if kept != "nothing"}
    granted |= {account_id: {EVERYBODY: Level.DATES} for account_id, kept in accounts.items() if kept is not None}
    return [
        (
            account_id,
            Level.OWN if account_id in own
            else granted_to(teams, granted.get(account_id), narrowed.get(account_id, {}), at_most),
        )
        for account_id in accounts
    ]  # fmt: skip


def narrowed_by_team(log: Log, account_id: int) -> dict[str, Level]:
    """What the account's user has said, by team; see `granted_to`."""
    return _by_account(log, "narrowed_share").get(account_id, {})


def granted_by_team(log: Log, account_id: int) -> dict[str, Level] | None:
    """What the configuration says of it, None where it says nothing."""
    return _by_account(log, "account_share").get(account_id)


def accounts_of(log: Log, user_id: int) -> list[tuple[int, str]]:
    """(id, name) of the accounts whose user this is: what these share is for them to say."""
    return log.execute("SELECT id, name FROM account WHERE user_id = ? ORDER BY id", (user_id,)).fetchall()


def account_names(log: Log) -> list[tuple[int, str]]:
    return log.execute("SELECT id, name FROM account ORDER BY id").fetchall()


def teams(log: Log) -> list[str]:
    return [team for (team,) in log.execute("SELECT DISTINCT team FROM user_team ORDER BY team")]


def granted_to(
    teams: set[str], granted: dict[str, Level] | None, narrowed: dict[str, Level], at_most: Level | None
) -> Level:
    """What an account grants to a member of these teams, EVERYBODY among them.

    `granted` is what the configuration does by team, None where it leaves that to the account's user within the
    ceiling, who else may only narrow it: for a team, or for everybody of whose teams nothing was said.
    """
    said = [level for team, level in narrowed.items() if team in teams and team != EVERYBODY]
    narrow = min(said, default=narrowed.get(EVERYBODY))
    if granted is None:
        return Level.NONE if narrow is None or at_most is None else min(narrow, at_most)
    highest = max((level for team, level in granted.items() if team in teams), default=Level.NONE)
    return min(level for level in (highest, narrow, at_most) if level is not None)


def _by_account(log: Log, table: str) -> dict[int, dict[str, Level]]:
    found: dict[int, dict[str, Level]] = {}
    for account_id, team, level in log.execute(f"SELECT account_id, team, level FROM {table}"):
        found.setdefault(account_id, {})[team] = Level(level)
    return found


TARGETS = "targets"
"""In what an account grants by team: every target."""


def levels_of_target(log: Log, name: str, teams: Iterable[str]) -> list[tuple[int, Level]]:
    """(account, level) of all accounts, with what each grants to a target of the configuration.

    What is said of it by name holds before what is said of all targets, and that before what it gets like a colleague.
    """
    at_most = ceiling(log)
    granted, narrowed = _by_account(log, "account_share"), _by_account(log, "narrowed_share")
    query = "SELECT n.id, r.kept FROM account n LEFT JOIN retired_account r ON r.account_id = n.id ORDER BY n.id"
    found = []
    for account_id, kept in log.execute(query).fetchall():
        grants = {EVERYBODY: Level.DATES} if kept == "dates" else granted.get(account_id)
        said = narrowed.get(account_id, {})
        if kept == "nothing":
            continue
        own = next((key for key in (name, TARGETS) if grants is not None and key in grants), None)
        if grants is None or own is None:
            level = granted_to({EVERYBODY, *teams}, grants, said, at_most)
        else:
            narrow = said.get(own, said.get(EVERYBODY))
            level = min(one for one in (grants[own], narrow, at_most) if one is not None)
        found.append((account_id, level))
    return found
