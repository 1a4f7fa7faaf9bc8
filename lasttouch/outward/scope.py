"""A target is a viewer: what of the log it may be told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

from activity.sharing import Level
from lasttouch.configuration.target_options import Target
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.seeing import seen_within
from store import audiences
from store.database import open_for_reading
from store.log import EVERYTHING, Log, Scope
from store.settings import has_users
from store.viewers import levels_of_target

NOBODY = -1
"""Whose own words a target goes by: nobody has said any as it."""


def scope_of(log: Log, target: Target) -> Scope:
    """Everything where one keeper sees everything; else what accounts share with it, by default nothing."""
    if not has_users(log):
        return EVERYTHING
    granted = levels_of_target(log, target.name, target.teams)
    levels = tuple((account_id, level) for account_id, level in granted if level > Level.NONE)
    return Scope(f"target {target.name}", levels, len(granted) - len(levels), NOBODY)


@contextlib.contextmanager
def viewed(agent: Agent, target: Target, now: datetime) -> Iterator[Log]:
    """The log as the target may be told of it, with the dates that time alone has changed."""
    path = agent.loaded.database
    with agent.lock:
        scope = scope_of(agent.log, target)
    log = open_for_reading(path) if scope is EVERYTHING else seen_within(path, scope, now)
    with contextlib.closing(log):
        if scope is not EVERYTHING:
            audiences.refresh(log, now)
        yield log
