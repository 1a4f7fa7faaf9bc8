"""Options of a team: its users, and what an account grants to colleagues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from activity.sharing import Level
from lasttouch.configuration.option_types import EmailAddress, Text
from lasttouch.configuration.sections import Converted, Section, field, section
from lasttouch.configuration.target_options import TARGETS

GRANTABLE = {level.name.lower(): level for level in Level if level is not Level.OWN}
EVERYBODY = "everybody"
OPTIONS_OF_ACCOUNTS = ("user", "readers", "share")
"""Those that say nothing without users."""


def level_named(value: object) -> Level:
    """Raises ValueError where it is none of those that can be granted."""
    level = GRANTABLE.get(value) if isinstance(value, str) else None
    if level is None:
        raise ValueError(f"{value!r} is no level; write one of {', '.join(GRANTABLE)}")
    return level


def _granted(value: object) -> dict[str, Level]:
    """A level for everybody, or a table of teams; what is converted already stays."""
    if not isinstance(value, dict):
        return {EVERYBODY: level_named(value)}
    return {team: _level(level) for team, level in value.items()} or {EVERYBODY: Level.NONE}


def _level(value: object) -> Level:
    return value if isinstance(value, Level) else level_named(value)


INHERIT = "inherit"
"""In place of a list of readers: those who may read the mailbox where it lives."""


def _readers(value: object) -> list[str] | str:
    if value == INHERIT:
        return INHERIT
    if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
        return value
    raise ValueError(f'write a list of users, or "{INHERIT}" for those who may read it where it lives')


Readers = Annotated[Any, Converted(_readers)]
Share = Annotated[dict[str, Level], Converted(_granted)]
Granted = Annotated[Level, Converted(_level)]


def by_team(share: Mapping[str, Level]) -> dict[str, Level]:
    """The same with the team that the log keeps it by: "" for everybody."""
    return {"" if team == EVERYBODY else team: level for team, level in share.items()}


@section
class User(Section):
    """Somebody who asks the log; `os_user` is what the system calls them."""

    name: Text
    os_user: Text | None = None
    email: EmailAddress | None = None
    teams: list[Text] = field(default_factory=list)
    role: Literal["member", "steward", "administrator"] = "member"


def problems_of_team(data: Mapping[str, Any]) -> list[str]:
    """What no single option shows, each with its place in the file; only of what is written as it should be."""
    listed = data.get("users", [])
    users = listed if isinstance(listed, list) and all(isinstance(one, dict) for one in listed) else []
    problems: list[str] = []
    for option, what in (("name", "users are named"), ("os_user", "users have the system's user")):
        seen: set[object] = set()
        for number, user in enumerate(users):
            value = user.get(option)
            if isinstance(value, str) and value in seen:
                problems.append(f"{_where('users', number, user)}.{option}: two {what} {value!r}; each needs its own")
            seen.add(value)
    names = {user.get("name") for user in users}
    targets = data.get("targets")
    written = [one for one in targets if isinstance(one, dict)] if isinstance(targets, list) else []
    teams = {EVERYBODY, *(team for user in users for team in _texts(user.get("teams")))}
    teams |= {TARGETS, *_texts([one.get("name") for one in written])} if written else set()
    if not listed and "share_at_most" in data:
        problems.append(f"share_at_most: {_WITHOUT_USERS}")
    accounts = data.get("accounts")
    for number, account in enumerate(accounts if isinstance(accounts, list) else []):
        if not isinstance(account, dict):
            continue
        where = _where("accounts", number, account)
        if not listed:
            problems += [f"{where}.{option}: {_WITHOUT_USERS}" for option in OPTIONS_OF_ACCOUNTS if option in account]
            continue
        named = [("user", one) for one in _texts([account.get("user")])]
        named += [("readers", one) for one in _texts(account.get("readers"))]
        problems += [f"{where}.{option}: there is no user {one!r}" for option, one in named if one not in names]
        share = account.get("share")
        unknown = [team for team in share if team not in teams] if isinstance(share, dict) else []
        problems += [f"{where}.share: no user is in a team {team!r}" for team in unknown]
    return problems


_WITHOUT_USERS = "it says nothing without users; write them as [[users]]"


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _where(table: str, number: int, entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    return f"{table}[{number}]" + (f" ({name})" if isinstance(name, str) else "")
