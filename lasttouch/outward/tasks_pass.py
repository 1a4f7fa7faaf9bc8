"""A pass over tasks: whom to get back to gets one, and who was got back to has none any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, tzinfo
from typing import NamedTuple

from deliver.calendar_text import Reminder
from deliver.tasks import Tasks
from lasttouch.keeping.agent import Agent
from lasttouch.outward.collecting import house_of
from lasttouch.outward.feed import reminders
from lasttouch.outward.held_back import held_back
from lasttouch.outward.outcome import Row
from store import debts, targets
from store.debts import Delivered
from store.log import Log
from store.moved import Last
from store.people import people
from store.targets import Target
from store.transactions import writing


class Due(NamedTuple):
    """Contact → the task to be made; and the tasks to be taken away: uid → contact, None for somebody erased."""

    new: Mapping[int, Reminder]
    gone: Mapping[str, int | None]
    held: set[int]
    names: Mapping[int, str]

    @property
    def rows(self) -> list[Row]:
        made = [
            Row(contact, self.names.get(contact, ""), one.uid, None, None, f"a task: {one.summary}")
            for contact, one in self.new.items()
        ]
        return made + [
            Row(contact or 0, self.names.get(contact or 0, "somebody erased"), uid, None, None, "the task goes")
            for uid, contact in self.gone.items()
        ]


class TasksPass:
    """One pass; no task is made or taken away before `act`."""

    def __init__(self, agent: Agent, target: Target, now: datetime, zone: tzinfo) -> None:
        self._agent, self._target, self._now, self._zone = agent, target, now, zone

    def prepare(self, view: Log) -> Due:
        everybody = people(view, self._now)
        with self._agent.lock:
            held = held_back(self._agent.log, everybody, self._now)
            known = debts.delivered(self._agent.log, self._target.id)
            erased = debts.to_blank(self._agent.log, self._target.id)
        wanted = {one.id for one in everybody if one.id not in held}
        due = {one.contact: one for one in reminders(view, wanted, self._now, self._zone, house_of(self._agent))}
        there = {one.contact_id for one in known}
        gone: dict[str, int | None] = dict.fromkeys(erased)
        stays = {*due, *held}
        gone |= {one.remote: one.contact_id for one in known if one.contact_id not in stays}
        new = {contact: one for contact, one in due.items() if contact not in there}
        return Due(new, gone, held, {one.id: one.name for one in everybody})

    def act(self, due: Due, tasks: Tasks) -> int:
        """How many were made and taken away. What raises leaves what was done by then acknowledged."""
        connection, target_id = self._agent.connection, self._target.id
        for contact, one in due.new.items():
            tasks.put(one)
            last = Last(datetime.combine(one.day, time(), UTC), None)
            with self._agent.lock, writing(connection):
                debts.keep_delivered(connection, target_id, [Delivered(one.uid, contact, last, None, unsure=False)])
        for uid in due.gone:
            tasks.remove(uid)
            with self._agent.lock, writing(connection):
                debts.drop_delivered(connection, target_id, [uid])
                debts.blanked(connection, target_id, [uid])
        with self._agent.lock, writing(connection):
            debts.settle(connection, [one.id for one in debts.owed(self._agent.log, target_id)])
            targets.change(connection, target_id, held=len(due.held), looked_at=self._now)
        return len(due.new) + len(due.gone)
