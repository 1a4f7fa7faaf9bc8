"""A pass over what a listener is owed: every change by itself, in the order they came about, each until it is
acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from activity.errors import AuthenticationFailed, LasttouchError, SwitchedOff, Throttled
from deliver.values import Listener, Message, Value
from lasttouch.keeping.agent import Agent
from lasttouch.outward.collecting import told
from lasttouch.outward.held_back import held_back
from lasttouch.outward.outcome import Row
from store import debts
from store.debts import Owed
from store.log import Log
from store.people import people
from store.targets import Target
from store.transactions import writing

RETRIES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=24),
)  # fmt: skip
"""How long after each failure a message is tried again (Standard Webhooks); then it is parked."""


class Due(NamedTuple):
    """What is to be told now, and whose dates are held back."""

    messages: Sequence[Owed]
    rows: Sequence[Row]
    held: set[int]


class ListenerPass:
    """One pass; nobody is told anything before `act`."""

    def __init__(self, agent: Agent, target: Target, now: datetime) -> None:
        self._agent, self._target, self._now = agent, target, now

    def prepare(self, view: Log) -> Due:
        """Nothing is told; a later change of somebody waits for the earlier one."""
        with self._agent.lock:
            rows = debts.owed(self._agent.log, self._target.id)
        ids = sorted({one.contact_id for one in rows if one.parked is None})
        persons = people(view, self._now, ids) if ids else []
        with self._agent.lock:
            held = held_back(self._agent.log, persons, self._now) if persons else set()
        due, waiting = [], set(held)
        for one in rows:
            if one.parked is not None or one.contact_id in waiting:
                continue
            if one.next_attempt is not None and one.next_attempt > self._now:
                waiting.add(one.contact_id)
                continue
            due.append(one)
        names = {one.id: one.name for one in persons}
        shown = [Row(one.contact_id, names.get(one.contact_id, ""), None, one.before.at, one.last.at) for one in due]
        return Due(due, shown, held)

    def act(self, due: Due, listener: Listener) -> int:
        """Tell the listener; how many were acknowledged. Raises what the listener does where nobody answers."""
        connection = self._agent.connection
        acknowledged = 0
        for number, one in enumerate(due.messages):
            try:
                listener.tell(message_of(one))
            except (SwitchedOff, AuthenticationFailed, Throttled):
                raise
            except LasttouchError as error:
                self._put_off(due.messages[number:], error)
                raise
            with self._agent.lock, writing(connection):
                debts.settle(connection, [one.id])
                debts.keep_delivered(connection, self._target.id, [told(one.contact_id, one.last)])
            acknowledged += 1
        return acknowledged

    def _put_off(self, rows: Sequence[Owed], error: LasttouchError) -> None:
        """What was not told to one is not tried with the others either: the failure is counted for all."""
        connection = self._agent.connection
        with self._agent.lock, writing(connection):
            for one in rows:
                if one.attempts >= len(RETRIES):
                    debts.park(connection, one.id, error.message)
                else:
                    debts.put_off(connection, one.id, one.attempts + 1, self._now + RETRIES[one.attempts])


def message_of(one: Owed) -> Message:
    return Message(
        one.message, one.noted_at, one.contact_id, Value(one.last.at, one.last.kind),
        Value(one.before.at, one.before.kind),
    )  # fmt: skip
