"""Reads of another's data are recorded, and shown to whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from activity.sharing import Level
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.reading import writer
from store import access, viewers
from store.access import Access
from store.database import database_errors
from store.log import Scope
from store.transactions import writing


def record(
    database: Path,
    scope: Scope,
    now: datetime,
    command: str,
    told: Mapping[int, tuple[Level, int]],
    contact_id: int | None,
) -> None:
    """Before the answer is given. Raises DatabaseError where it cannot be recorded: then there is none."""
    with database_errors(database), writer(database) as connection, writing(connection):
        access.record(connection, now, scope.user_id, command, told, contact_id)


def accesses(agent: Agent) -> list[Access]:
    """Who looked at what is the asking user's, the latest first."""
    own = viewers.own_accounts(agent.log, agent.user_id)
    return access.of_accounts(agent.log, own, agent.clock() - access.KEPT)
