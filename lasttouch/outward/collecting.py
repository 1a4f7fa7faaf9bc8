"""What moved on its way to a target: from the outbox of the log to what that target is owed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from lasttouch.keeping.agent import Agent
from store import moved, targets
from store.database import writing
from store.log import Log
from store.moved import Last
from store.people import people
from store.targets import Delivered, Target

CONTACT = "contact:"
"""What begins the name under which is kept what a target was told that has no names of its own."""

Mint = Callable[[], str]


class Collected(NamedTuple):
    """How many changes came, and did the target fall too far behind, so that all is to be compared?"""

    changes: int
    anew: bool


def mint() -> str:
    """The id of a message: never the same twice, also in a log that was restored."""
    return f"msg_{secrets.token_hex(12)}"


def collect(agent: Agent, target: Target, view: Log, now: datetime, each: bool, new_id: Mint = mint) -> Collected:
    """Move what is new to what the target is owed, in one transaction with its cursor.

    `each`: it is told of every change by itself, else of how things are.
    """
    cursor = moved.newest(view)
    moves = None if target.cursor is None else moved.since(view, target.cursor)
    if moves is None:
        listed = _all_that_differ(agent, target, view, now) if each else {}
        rows = [(new_id(), contact_id, now, last, before) for contact_id, (last, before) in listed.items()]
    else:
        rows = [(new_id(), one.contact_id, one.noted_at, one.last, one.before) for one in moves]
        if not each:  # each contact once
            rows = list({row[1]: row for row in rows}.values())
    followed, due = _followed(agent, view)
    with agent.lock, writing(agent.connection):
        there = targets.lost_contacts(agent.log, [row[1] for row in rows])
        targets.put_out(agent.connection, target.id, [row for row in rows if row[1] not in there], each)
        targets.change(agent.connection, target.id, cursor=cursor, followed=followed, next_due=due)
        if moves is None:
            targets.change(agent.connection, target.id, looked_at=None)
    return Collected(len(rows), moves is None)


def _followed(agent: Agent, view: Log) -> tuple[int | None, datetime | None]:
    if view.scope.viewer is None:
        return None, None
    with agent.lock:
        return targets.newest_change(agent.log), targets.next_due(view)


def _all_that_differ(agent: Agent, target: Target, view: Log, now: datetime) -> Mapping[int, tuple[Last, Last]]:
    """Contact → its last date and what the target was, or is to be, told last, where these differ."""
    with agent.lock:
        told = {one.contact_id: one.last for one in targets.delivered(agent.log, target.id)}
        told |= {one.contact_id: one.last for one in targets.owed(agent.log, target.id)}
    never = Last(None, None)
    current = {one.id: Last(one.last_touch, one.last_touch_kind) for one in people(view, now)}
    return {
        contact_id: (last, before)
        for contact_id, last in current.items()
        if last != (before := told.get(contact_id, never))
    }


def told(contact_id: int, last: Last) -> Delivered:
    """What is kept of what was told to a target that has no names of its own."""
    return Delivered(f"{CONTACT}{contact_id}", contact_id, last, None, unsure=False)


def house_of(agent: Agent) -> str:
    """What tells this log from any other, and nothing of it."""
    return f"{agent.forgotten.hash('the house').hex()[:16]}.lasttouch"
