"""Whoever asks changes the log as one of its users, and means by their words what they see."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from activity.errors import NotPermitted, UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.viewing import is_administrator, is_by_proxy, scope_of_asker, user_asking
from lasttouch.keeping.whose import of_user
from store import viewers
from store.log import EVERYTHING, Scope
from store.said import ONE_KEEPER
from store.settings import has_users


@contextlib.contextmanager
def acting(agent: Agent) -> Iterator[None]:
    """Nothing changes for one keeper. Raises NotPermitted for who may see no content."""
    scope = become_asker(agent)
    if scope is EVERYTHING:
        yield
        return
    from lasttouch.keeping.seeing import seen_within  # noqa: PLC0415 - one keeper does without

    with contextlib.closing(seen_within(agent.loaded.database, scope, agent.clock())) as seen:
        agent.seen = seen
        yield


def become_asker(agent: Agent) -> Scope:
    """The agent speaks for the user who asks from now on, and sees no more than before."""
    scope = scope_of_asker(agent.log)
    if scope.user_id:
        (user,) = [one for one in viewers.users(agent.log) if one.id == scope.user_id]
        agent.user_id, agent.holding = user.id, of_user(agent.log, user)
    return scope


@contextlib.contextmanager
def administering(agent: Agent) -> Iterator[None]:
    """An administrator acts, who sees no content, or one keeper. Raises NotPermitted for anybody else."""
    if not has_users(agent.log) and not is_by_proxy():
        yield
        return
    if not become_administrator(agent):
        raise NotPermitted("this is for an administrator", "ask whoever keeps the service")
    yield


def become_administrator(agent: Agent) -> bool:
    """The agent speaks for the administrator who asks, who may have no mailbox here; False for anybody else."""
    if not is_administrator(agent.log):
        return False
    user = user_asking(agent.log)
    agent.user_id = user.id if user else ONE_KEEPER
    return True


def insist_on_users(agent: Agent) -> None:
    """Raises UsageError where there is nobody to share with."""
    if not has_users(agent.log):
        raise UsageError("nobody else asks this log", "name those who do as [[users]] in the configuration")
