"""Users of a log, and who acts on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from config_lines import table
from fed_log import Log
from lasttouch.keeping import whose
from lasttouch.keeping.agent import Agent
from store import viewers

Fed = Callable[..., AbstractContextManager[Log]]


def users(*names: str, **roles: str) -> str:
    return "".join(table("[[users]]", name=one, os_user=f"{one}-os", role=roles.get(one)) for one in names)


def acts(agent: Agent, name: str) -> Agent:
    """This user changes something from now on."""
    (user,) = [one for one in viewers.users(agent.log) if one.name == name]
    agent.user_id, agent.holding = user.id, whose.of_user(agent.log, user)
    return agent
