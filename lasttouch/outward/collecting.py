"""What moved on its way to a target: from the outbox of the log to what that target is owed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from lasttouch.keeping.agent import Agent
from store import changes, debts, moved, targets, touches
from store.debts import NO_NAME, Delivered
from store.log import Log
from store.moved import NEVER, Last
from store.people import people
from store.targets import Target
from store.transactions import writing


def collect(agent: Agent, target: Target, view: Log, now: datetime, each: bool) -> None:
    """Move what is new to what the target is owed, in one transaction with its cursor.

    `each`: it is told of every change by itself, else of how things are.
    """
    cursor = moved.newest(view)
    moves = None if target.cursor is None else moved.since(view, target.cursor)
    if moves is None:
        listed = _all_that_differ(agent, target, view, now) if each else {}
        rows = [(_new_id(), contact_id, now, last, before) for contact_id, (last, before) in listed.items()]
    else:
        rows = [(_new_id(), one.contact_id, one.noted_at, one.last, one.before) for one in moves]
        if not each:  # each contact once
            rows = list({row[1]: row for row in rows}.values())
    followed, due = _followed(agent, view)
    with agent.lock, writing(agent.connection):
        lost = debts.lost_contacts(agent.log, [row[1] for row in rows])
        debts.put_out(agent.connection, target.id, [row for row in rows if row[1] not in lost], each)
        looked_at = None if moves is None else target.looked_at
        targets.change(agent.connection, target.id, cursor=cursor, followed=followed, next_due=due, looked_at=looked_at)


def _new_id() -> str:
    """Of a message: never the same twice, also in a log that was restored."""
    return f"msg_{secrets.token_hex(12)}"


def _followed(agent: Agent, view: Log) -> tuple[int | None, datetime | None]:
    if view.scope.viewer is None:
        return None, None
    with agent.lock:
        return changes.newest(agent.log), touches.next_due(view)


def _all_that_differ(agent: Agent, target: Target, view: Log, now: datetime) -> Mapping[int, tuple[Last, Last]]:
    """Contact → its last date and what the target was, or is to be, told last, where these differ."""
    with agent.lock:
        told = {one.contact_id: one.last for one in debts.delivered(agent.log, target.id)}
        told |= {one.contact_id: one.last for one in debts.owed(agent.log, target.id)}
    current = {one.id: Last(one.last_touch, one.last_touch_kind) for one in people(view, now)}
    return {
        contact_id: (last, before)
        for contact_id, last in current.items()
        if last != (before := told.get(contact_id, NEVER))
    }


def told(contact_id: int, last: Last) -> Delivered:
    """What is kept of what was told to a target that has no names of its own."""
    return Delivered(f"{NO_NAME}{contact_id}", contact_id, last, None, unsure=False)


def house_of(agent: Agent) -> str:
    """What tells this log from any other, and nothing of it."""
    return f"{agent.forgotten.hash('the house').hex()[:16]}.lasttouch"
