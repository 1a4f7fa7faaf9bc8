"""Who reads an account here because they may read it where it lives (`readers = "inherit"`)."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from activity.errors import SourceError, Throttled, Unreachable
from activity.rights import PlaceRights
from lasttouch.configuration.options import Account, Config
from matchers.readers import known_as, readers_of
from store import rights

HOLDS = timedelta(days=1)
"""For how long what was told last holds while it is not told anew."""


def readers(config: Config, account: Account, told: PlaceRights) -> set[str]:
    """The users who may read a place of this account, beside its own."""
    return readers_of(told, known_as(_words(config, account))) - {account.user}


def _words(config: Config, account: Account) -> dict[str, set[str]]:
    """User → what a server may call them: their address, their name in the system, by which they log in there."""
    words = {user.name: {word for word in (user.email, user.os_user) if word} for user in config.users}
    for one in config.accounts:
        if one.user not in words:
            continue
        if one.imap is not None and account.imap is not None and one.imap.host == account.imap.host:
            words[one.user].add(one.imap.username)
        if one.microsoft is not None and account.microsoft is not None and one.microsoft.user:
            words[one.user].add(one.microsoft.user)
    return words


def lapse(connection: sqlite3.Connection, source: int, now: datetime) -> None:
    """What was told too long ago holds no more, whether the source can be read or not; within the caller's
    transaction."""
    rights.lapse(connection, source, now - HOLDS)


def close_after(connection: sqlite3.Connection, source: int, error: SourceError | None) -> None:
    """A pass that ended so told nothing; within the caller's transaction. A network that fails is no withdrawal."""
    if error is not None and not isinstance(error, Unreachable | Throttled):
        rights.lapse(connection, source)
