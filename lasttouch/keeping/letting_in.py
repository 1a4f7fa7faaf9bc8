"""Colleagues who ask the log's PostgreSQL themselves: who was let in, and that they see what they may as things are."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from activity.errors import NotFound, NotPermitted
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.seeing import seen_within
from lasttouch.keeping.viewing import Named, scope_of
from store import members, viewers


class LetIn(NamedTuple):
    """A user, as the configuration names them, and the role that is theirs, None where none is any more."""

    user: str
    role: str | None


def let_in(agent: Agent, name: str, role: str | None) -> LetIn:
    """`role` reads from now on what this user may, or, where it is None, none does.

    Raises NotFound, UsageError, NotPermitted.
    """
    user = viewers.user_known_as(agent.log, name)
    if user is None:
        raise NotFound(f"there is no user {name!r}", "name one of [[users]]")
    database = agent.loaded.database
    if role is None:
        members.shut_out(agent.connection, database, user.id)
    else:
        scope_of(agent.log, Named(user.name))  # an administrator without a mailbox sees nothing
        members.let_in(agent.connection, database, role, user.id)
        keep_doors(agent)
    return LetIn(user.name, role)


def keep_doors(agent: Agent) -> None:
    """Show each of them what they may see now."""
    database = agent.loaded.database
    users = {one.id: one for one in viewers.users(agent.log)}
    for role, user_id in members.members(agent.log, database):
        if (user := users.get(user_id)) is None:
            members.shut_out(agent.connection, database, user_id)
            continue
        stood = members.standing(agent.log)
        with contextlib.suppress(NotPermitted):
            scope = scope_of(agent.log, Named(user.name))
            with contextlib.closing(seen_within(database, scope, agent.clock())) as seen:
                members.open_door(agent.connection, role, seen, stood)
