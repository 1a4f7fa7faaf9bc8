"""One pass over one target: collect what moved, plan, and tell; what goes wrong is kept with the target."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from activity.errors import (
    AuthenticationFailed,
    FieldGone,
    LasttouchError,
    NotFound,
    SourceBusy,
    SwitchedOff,
    Throttled,
)
from lasttouch.configuration.target_options import Target as Options
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.turns import TARGETS
from lasttouch.local_time import machine_zone
from lasttouch.outward.collecting import collect, house_of
from lasttouch.outward.directory_pass import LOOK_AGAIN, DirectoryPass
from lasttouch.outward.file_pass import FilePass, path_of, sheet
from lasttouch.outward.listener_pass import RETRIES, ListenerPass
from lasttouch.outward.making import FILES, LISTENERS, TASKS, directory_of, listener_of, tasks_of
from lasttouch.outward.outcome import Outcome, naming
from lasttouch.outward.scope import viewed
from store import changes, debts, moved, settings, targets
from store.log import Log
from store.targets import Target
from store.transactions import writing

PATIENCE_SECONDS = 10.0
UNTOLD_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
"""Of who takes no more for now, and does not say for how long."""
FILES_AGAIN = timedelta(minutes=10)
"""A file is made anew so often even where no last date moved: names, tags and days change, too."""


def option_named(agent: Agent, name: str) -> Options:
    """Raises NotFound."""
    for one in agent.config.targets:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in agent.config.targets) or "none"
    raise NotFound(f"there is no target {name!r}", f"the configuration has: {known}")


class Delivery:
    """Passes over one target of the configuration."""

    def __init__(self, agent: Agent, options: Options) -> None:
        self._agent = agent
        self._options = options
        self._each = options.kind in LISTENERS

    def push(self, dry: bool) -> Outcome:
        """By hand: everybody is looked at, and what was parked or stopped is tried again. A dry run only reads."""
        with self._alone(PATIENCE_SECONDS):
            if not dry:
                with self._agent.lock, writing(self._agent.connection):
                    connection, target_id = self._agent.connection, self._target.id
                    debts.unpark(connection, target_id)
                    targets.change(connection, target_id, state=targets.OK, next_attempt=None)
            return self._guarded(lambda: self._pass(whole=True, dry=dry), dry)._replace(is_dry=dry)

    def drain(self) -> Outcome:
        """By the daemon: only what moved, and nothing at all where nothing did."""
        now = self._agent.clock()
        if not self._is_due(now):
            return self._nothing()
        with self._alone(0.0):
            return self._guarded(lambda: self._pass(whole=False, dry=False), dry=False)

    @property
    def _target(self) -> Target:
        with self._agent.lock:
            found = targets.named(self._agent.log, self._options.name)
        if found is None:
            raise NotFound(f"the log does not know the target {self._options.name!r} yet", "run: lasttouch sync")
        return found

    def _nothing(self) -> Outcome:
        return Outcome(self._options.name, self._options.kind, idle=True)

    def _is_due(self, now: datetime) -> bool:
        """Asks the log alone, and takes no time."""
        one = self._target
        if one.state != targets.OK or (one.next_attempt is not None and one.next_attempt > now):
            return False
        with self._agent.lock:
            log = self._agent.log
            if one.cursor is None or debts.is_owed_anything(log, one.id, now):
                return True
            if settings.has_users(log):
                if changes.newest(log) != one.followed or (one.next_due is not None and one.next_due <= now):
                    return True
            elif moved.newest(log) != one.cursor:
                return True
        return self._is_to_be_looked_at(one, now)

    def _is_to_be_looked_at(self, one: Target, now: datetime) -> bool:
        if self._each:
            return False
        again = FILES_AGAIN if self._options.kind in (*FILES, TASKS) else LOOK_AGAIN
        return one.looked_at is None or now - one.looked_at >= again

    @contextlib.contextmanager
    def _alone(self, patience: float) -> Iterator[None]:
        """Raises SourceBusy where another process is at this target."""
        with self._agent.turns.alone(TARGETS + self._target.id, patience) as alone:
            if not alone:
                raise SourceBusy(f"another process is telling {self._options.name}", "try again in a moment")
            yield

    def _guarded(self, go: Callable[[], Outcome], dry: bool) -> Outcome:
        try:
            outcome = go()
        except LasttouchError as error:
            naming(error, self._options.name)
            if not dry:
                self._note(error)
            return self._nothing()._replace(error=error, idle=False)
        if not dry:
            self._note(None)
        return outcome

    def _note(self, error: LasttouchError | None) -> None:
        now, one = self._agent.clock(), self._target
        columns: dict[str, str | int | datetime | None]
        if error is None:
            columns = {
                "state": targets.OK, "last_success": now, "failing_since": None, "attempts": 0, "next_attempt": None,
                "error_code": None, "error": None, "hint": None,
            }  # fmt: skip
        else:
            columns = {
                "state": _state_after(error), "failing_since": one.failing_since or now, "attempts": one.attempts + 1,
                "next_attempt": _next_attempt(error, one.attempts, now), "error_code": error.code,
                "error": error.message, "hint": error.hint or None,
            }  # fmt: skip
        with self._agent.lock, writing(self._agent.connection):
            targets.change(self._agent.connection, one.id, **columns)

    def _pass(self, whole: bool, dry: bool) -> Outcome:
        now = self._agent.clock()
        with viewed(self._agent, self._options, now) as view:
            if not dry or self._each:
                collect(self._agent, self._target, view, now, self._each)
            if self._each:
                return self._of_listener(view, now, dry)
            if self._options.kind in FILES:
                return self._of_file(view, now, dry)
            if self._options.kind == TASKS:
                return self._of_tasks(view, now, dry)
            return self._of_directory(view, now, whole, dry)

    def _of_listener(self, view: Log, now: datetime, dry: bool) -> Outcome:
        one = ListenerPass(self._agent, self._target, now)
        due = one.prepare(view)
        outcome = self._nothing()._replace(rows=due.rows, held=len(due.held), idle=not due.rows)
        if dry:
            return outcome
        with self._agent.lock, writing(self._agent.connection):
            targets.change(self._agent.connection, self._target.id, held=len(due.held))
        if not due.rows:
            return outcome
        listener = listener_of(self._agent.loaded, self._options, self._agent.clock)
        try:
            return outcome._replace(done=one.act(due, listener))
        finally:
            listener.close()

    def _of_file(self, view: Log, now: datetime, dry: bool) -> Outcome:
        if self._options.kind == "calendar":
            from lasttouch.outward.feed import feed  # noqa: PLC0415 - where it is configured

            made = feed(machine_zone(), house_of(self._agent))
        else:
            made = sheet(self._options.format)
        one = FilePass(self._agent, self._target, path_of(self._agent, self._options), made, now)
        due = one.prepare(view)
        outcome = self._nothing()._replace(rows=due.rows, held=len(due.held), idle=not due.differs)
        return outcome if dry else outcome._replace(done=one.act(due))

    def _of_tasks(self, view: Log, now: datetime, dry: bool) -> Outcome:
        from lasttouch.outward.tasks_pass import TasksPass  # noqa: PLC0415 - where it is configured

        one = TasksPass(self._agent, self._target, now, machine_zone())
        due = one.prepare(view)
        outcome = self._nothing()._replace(rows=due.rows, held=len(due.held), idle=not due.rows)
        if dry:
            return outcome
        tasks = tasks_of(self._agent.loaded, self._options)
        try:
            return outcome._replace(done=one.act(due, tasks))
        finally:
            tasks.close()

    def _of_directory(self, view: Log, now: datetime, whole: bool, dry: bool) -> Outcome:
        directory = directory_of(self._agent.loaded, self._options, self._agent.clock)
        try:
            one = DirectoryPass(self._agent, self._target, self._options, directory, now)
            made = one.prepare(view, whole)
            outcome = self._nothing()._replace(
                rows=made.rows, blanks=len(made.blanks), held=len(made.plan.held), edited=made.plan.edited,
                ambiguous=made.ambiguous, idle=not (made.rows or made.blanks or made.plan.edited),
            )  # fmt: skip
            if dry:
                return outcome
            edited = one.note(made)
            done = one.act(made)
            return outcome._replace(done=done.written, blanked=done.blanked, refused=done.refused, edited=edited)
        finally:
            directory.close()


def _state_after(error: LasttouchError) -> str:
    if isinstance(error, SwitchedOff):
        return targets.OFF
    return targets.STOPPED if isinstance(error, FieldGone) else targets.OK


def _next_attempt(error: LasttouchError, attempts: int, now: datetime) -> datetime | None:
    if isinstance(error, Throttled) and error.retry_after is not None:
        return now + timedelta(seconds=error.retry_after)
    if isinstance(error, FieldGone | SwitchedOff):
        return None
    if isinstance(error, Throttled):
        steps: tuple[timedelta, ...] = UNTOLD_WAITS
    else:
        steps = RETRIES[1:] if isinstance(error, AuthenticationFailed) else RETRIES
    return now + steps[min(attempts, len(steps) - 1)]
