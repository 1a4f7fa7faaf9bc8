"""Who asks, and what of the log they may read, by what the log itself keeps of its users."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import TYPE_CHECKING

from activity.errors import NotPermitted
from activity.sharing import Level
from store.log import EVERYTHING, Log, Scope
from store.settings import has_users

if TYPE_CHECKING:
    from store.viewers import User

_HINT = (
    "sign in as one of the users; whoever keeps the server asks with --config, as root: status, doctor, check, sync,"
    " run and backup show no content"
)
_NOBODY = "\0"


class Named(str):
    """A user by their name in the configuration, whom a session or a token stands for."""

    __slots__ = ()


_asked_by: ContextVar[str | None] = ContextVar("asked_by")


def ask_as(os_user: str | None) -> None:
    """From now on whoever the kernel says is at the other end of a socket asks; None: the system has no name for them.

    Else it is the user whose rights this process has.
    """
    _asked_by.set(os_user)


def ask_as_user(name: str) -> None:
    """The same of whom the configuration names so, by whatever door they come that knows them."""
    _asked_by.set(Named(name))


def asker() -> str | None:
    return _asked_by.get() if is_by_proxy() else _os_user()


def role_of_asker(log: Log) -> str:
    """ "member", "steward" or "administrator". Raises NotPermitted for whoever is no user."""
    return _insist_on_a_user(user_asking(log)).role


def name_of_asker(log: Log) -> str | None:
    """What the configuration calls them; None for one keeper. Raises NotPermitted for whoever is no user."""
    return None if not has_users(log) and not is_by_proxy() else _insist_on_a_user(user_asking(log)).name


def name_of_user(log: Log, known_as: str) -> str:
    """What the configuration calls the user of this name, address or name in the system. Raises NotPermitted."""
    from store.viewers import user_known_as  # noqa: PLC0415 - few are known by another's word

    return _insist_on_a_user(user_known_as(log, known_as)).name


def name_of_user_at(log: Log, email: str) -> str:
    """What the configuration calls the user of this address. Raises NotPermitted."""
    from store.viewers import user_at  # noqa: PLC0415 - few are known by it

    return _insist_on_a_user(user_at(log, email)).name


def user_asking(log: Log) -> User | None:
    """None for whoever is no user."""
    return _user(log, asker())


def insist_on_an_administrator(log: Log) -> None:
    """Raises NotPermitted for who asks through a socket and is none; who opens the log's file may see to it."""
    if is_by_proxy() and role_of_asker(log) != "administrator":
        raise NotPermitted("this is for the administrator", "ask whoever keeps the service")


def is_administrator(log: Log) -> bool:
    """Does an administrator of a team's log ask, or, directly, whoever may open its file and is no user of it?"""
    if not has_users(log):
        return False
    user = user_asking(log)
    return not is_by_proxy() if user is None else user.role == "administrator"


def insist_on_own(log: Log, user_id: int, activity_id: int) -> None:
    """Raises NotPermitted for a user in none of whose accounts the activity is."""
    if not user_id:
        return
    from store.viewers import is_own  # noqa: PLC0415 - one keeper does without

    if not is_own(log, user_id, activity_id):
        raise NotPermitted(f"activity {activity_id} is in no account of yours", "whose it is may say so of it")


def scope_of_asker(log: Log) -> Scope:
    """See `scope_of`; one keeper is not even asked who they are."""
    return EVERYTHING if not is_by_proxy() and not has_users(log) else scope_of(log, asker())


def scope_of(log: Log, os_user: str | None) -> Scope:
    """What the system's user of this name may read; everything where the configuration names no users.

    Raises NotPermitted for whoever is none of them, in the same words whatever there is, and for an
    administrator who has no mailbox here.
    """
    if not has_users(log) and not is_by_proxy():
        return EVERYTHING
    from store.rights import places_read  # noqa: PLC0415 - one keeper does without
    from store.viewers import levels as granted_levels  # noqa: PLC0415

    user = _insist_on_a_user(_user(log, os_user))
    granted = granted_levels(log, user)
    places = places_read(log, user.id)
    if user.role == "administrator" and not places and not any(level is Level.OWN for _, level in granted):
        raise NotPermitted(
            "an administrator without a mailbox here sees no content", "status and doctor say how the service is"
        )
    levels = tuple((account_id, level) for account_id, level in granted if level > Level.NONE)
    seen = {account_id for account_id, _ in levels} | {account_id for _, account_id in places}
    own = {account_id for account_id, level in levels if level is Level.OWN}
    read = tuple((place, account_id) for place, account_id in places if account_id not in own)
    return Scope(user.name, levels, len(granted) - len(seen), user.id, read)


def _user(log: Log, os_user: str | None) -> User | None:
    from store.viewers import user_named, user_of  # noqa: PLC0415 - one keeper does without

    if isinstance(os_user, Named):
        return user_named(log, os_user)
    return user_of(log, os_user) if os_user else None


def _insist_on_a_user(user: User | None) -> User:
    if user is None:
        raise NotPermitted("this log is a team's, and you are none of its users", _HINT)
    return user


def is_by_proxy() -> bool:
    """Does somebody ask through a socket?"""
    return _asked_by.get(_NOBODY) is not _NOBODY


def _os_user() -> str | None:
    """What the system calls the user whose rights this process has; None where it has no name for them."""
    import pwd  # noqa: PLC0415 - only for a log with users

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None
